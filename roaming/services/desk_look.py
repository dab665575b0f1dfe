"""One look at a CDR: schema, arithmetic, session, duplicates and credits, published tariffs → findings and a verdict.

Nothing is written here: a CDR is looked at before it is stored (our own, and a partner's where the desk stands at the
gate) and after (all that arrive).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from roaming.models import Platform
from roaming.ocpi import cdrs as words
from roaming.ocpi import json
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import InvalidObject
from roaming.ocpi.party import PartyId
from roaming.pricing import BadInput, Bill, Finding
from roaming.pricing.auditing import Audit, examine
from roaming.pricing.findings import Severity, error
from roaming.pricing.judging import Ways
from roaming.pricing.verdicts import Verdict, deciding, of, verdict
from roaming.services import desk_evidence, desk_rules, prices
from roaming.services.decisions import choices


@dataclass(frozen=True)
class Looked:
    """What was seen; `reasons` as they are stored."""

    verdict: Verdict
    findings: list[Finding]
    bill: Bill | None = None
    ways: Ways = field(default_factory=frozenset)
    otherwise: Mapping[str, Verdict] = field(default_factory=dict)
    told: Sequence[Finding] = ()  # of the findings, those that no look at the document would show

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """The deciding ones first."""
        why = deciding(self.findings, self.otherwise)
        rest = [one for one in self.findings if one not in why]
        return [
            _written(one, of(one, self.otherwise)) | ({"told": True} if one in self.told else {})
            for one in (*why, *rest)
        ]

    @property
    def codes(self) -> list[str]:
        """Of errors and warnings: what lists are filtered by."""
        return list(dict.fromkeys(one.code for one in self.findings if one.severity is not Severity.NOTE))

    @property
    def words(self) -> str:
        """Why it is not accepted, in one line."""
        return "; ".join(f"{one.code} at {one.pointer or '/'}: {one.message}" for one in self.why)

    @property
    def why(self) -> list[Finding]:
        return deciding(self.findings, self.otherwise)


def look(
    document: Mapping[str, Any],
    owner: PartyId,
    source: Platform | int | None,
    now: datetime,
    *,
    stored: int | None = None,
    more: Sequence[Finding] = (),
    hints: Mapping[str, Any] | None = None,
) -> Looked:
    """`source`: where it came from, None if it is ours; `stored`: its row; `more`: what its maker knows of it (S42)."""
    key = source.pk if isinstance(source, Platform) else source
    partner = None if key is None else str(key)
    otherwise = desk_rules.otherwise(choices(), partner)
    content = json.loads(json.dumps(dict(document)))  # figures as they are written, also of a document made here
    found, audit = _examined(content, owner, partner, now, stored, hints or {})
    free = {"no_tariff": Verdict.ACCEPTED} if _claims_nothing(content) else {}  # nobody pays for what is not known
    findings = [*more, *found, *audit.findings]
    rules = {**otherwise, **free}
    return Looked(verdict(findings, rules), findings, audit.bill, audit.ways, rules, tuple(more))


def _examined(
    content: dict[str, Any],
    owner: PartyId,
    partner: str | None,
    now: datetime,
    stored: int | None,
    hints: Mapping[str, Any],
) -> tuple[list[Finding], Audit]:
    try:
        decode(words.Cdr, content)
    except InvalidObject as problem:
        return [error("schema", problem.pointer, problem.reason)], Audit([])
    evidence = desk_evidence.gather(content, owner, ours=partner is None, before=stored)
    try:
        audit = examine(
            {**content, **hints},
            evidence.tariffs,
            time_zone=evidence.time_zone,
            options=prices.options(choices(), partner=partner),
            sessions=evidence.sessions,
            held=evidence.held,
            known=evidence.known,
            learned=evidence.learned,
            limits=desk_rules.limits(choices(), partner),
            now=now,
            thorough=partner is not None,
        )
    except BadInput as problem:
        return [error("unreadable", problem.pointer, problem.reason)], Audit([])
    return [], audit


def _claims_nothing(content: Mapping[str, Any]) -> bool:
    total = content.get("total_cost")
    return isinstance(total, Mapping) and total.get("excl_vat") == 0 and not total.get("incl_vat")


def _written(finding: Finding, comes_to: Verdict) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(finding, builtin_types=(Decimal,))
    return {**_as_text(told), "verdict": comes_to.value}


def _as_text(value: Any) -> Any:
    """Figures as text, so that nothing rounds them."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return {name: _as_text(item) for name, item in value.items()}
    return [_as_text(item) for item in value] if isinstance(value, list) else value
