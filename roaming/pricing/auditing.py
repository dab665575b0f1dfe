"""Validation of a CDR: is it whole, does it add up, and does the tariff give what it claims?

Theory of operation. The CDR is priced by its own tariffs (or those given). Its claimed totals are held to that bill
under every rounding profile; the profile that fits to the last digit is told. If none fits and the totals are outside
the tolerance, other readings of the tariff are tried (step_size as 2.2.1 first printed it, ...); one that fits is
told instead of the differences, for a partner who reads the tariff so is consistent, not wrong. What remains is an
error with amounts (judging.py). Beside the money: form and clocks (conformity.py), prices that change inside a period
(spans.py), identity and credits (credit.py), session and held tariffs (crosscheck.py, published.py), absurd figures
(sanity.py), signed readings (signed.py). A credit CDR repeats its original's figures and is not priced.

Findings come in the order in which a person would look: error or not, each with pointer, amounts and alternatives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from roaming.pricing.amounts import exact
from roaming.pricing.bill import Bill
from roaming.pricing.claims import Claims
from roaming.pricing.conformity import conformity, currencies
from roaming.pricing.credit import corrections, identity, is_credit
from roaming.pricing.crosscheck import held_check, session_check
from roaming.pricing.documents import Document, Tariffs, bad_input, read_document, read_tariffs
from roaming.pricing.figures import listed, require_fit
from roaming.pricing.findings import Finding, error
from roaming.pricing.judging import Judged, Learned, Ways, judge
from roaming.pricing.options import PricingOptions
from roaming.pricing.pricing import DEFAULTS
from roaming.pricing.published import published_check
from roaming.pricing.sanity import Limits, sanity
from roaming.pricing.signed import signed_check
from roaming.pricing.timeline import Timeline

__all__ = ["Audit", "Learned", "audit", "examine"]


@dataclass(frozen=True)
class Audit:
    """What an examination comes to. `ways` are the readings and roundings that give the totals to the last digit."""

    findings: list[Finding]
    bill: Bill | None = None
    ways: Ways = field(default_factory=frozenset)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(finding.code for finding in self.findings)


def audit(cdr: Mapping[str, Any], tariffs: Tariffs | None = None, **more: Any) -> list[Finding]:
    """The findings of `examine`."""
    return examine(cdr, tariffs, **more).findings


def examine(
    cdr: Mapping[str, Any],
    tariffs: Tariffs | None = None,
    *,
    time_zone: str | None = None,
    options: PricingOptions = DEFAULTS,
    sessions: Sequence[Mapping[str, Any]] | None = None,
    held: Sequence[Mapping[str, Any]] | None = None,
    known: Sequence[Mapping[str, Any]] = (),
    learned: Learned | None = None,
    limits: Limits | None = None,
    now: datetime | None = None,
    thorough: bool = False,
) -> Audit:
    """All about a CDR. What is None is not looked at: `sessions` (ours), `held` (tariffs published to us), `limits`.

    `known` are the CDRs that stand already, for replays, conflicts and credits. `thorough` tries the other readings
    of the tariff also where ours fits, and all ways of rounding, which is what learning needs. Raises BadInput if it
    cannot be read at all.
    """
    source = dict(cdr)
    document, claims = read_document(source), _claims(source)
    require_fit("cdr", document)
    require_fit("cdr", claims)
    given = (document.tariffs or []) if tariffs is None else read_tariffs(tariffs)
    found = [*identity(source, known), *corrections(source, known)]
    found += currencies(source, [(f"/tariffs/{at}/currency", one.currency) for at, one in enumerate(given)])
    if claims.total_cost is None:
        found.append(error("missing_field", "/total_cost", "is required in a CDR"))
    with exact():
        timeline = Timeline(document)
        found += conformity(document, timeline, claims)
    if limits is not None:
        found += sanity(source, timeline, claims, limits, now)
    judged = Judged([])
    if not is_credit(source):
        judged = judge(document, claims, given, time_zone, options, learned, thorough)
        found += judged.findings
    if sessions is not None:
        found += session_check(source, sessions, options.tolerance)
    if held is not None:
        found += _published(source, document, claims, judged, held, time_zone, options)
    return Audit([*found, *signed_check(source)], judged.bill, judged.ways)


def _published(
    source: dict[str, Any],
    document: Document,
    claims: Claims,
    judged: Judged,
    held: Sequence[Mapping[str, Any]],
    time_zone: str | None,
    options: PricingOptions,
) -> list[Finding]:
    found = list(held_check([one for one in listed(source.get("tariffs")) if isinstance(one, Mapping)], held))
    if judged.bill is not None and any(one.code == "tariff_differs_from_held" for one in found):
        found += published_check(document, claims, judged.bill, held, time_zone, options)
    return found


msgspec.json.Decoder(Claims)  # now, and not in several threads at once (roaming/ocpi/decoding.py)


def _claims(cdr: Mapping[str, Any]) -> Claims:
    try:
        return msgspec.convert(cdr, Claims)
    except msgspec.ValidationError as failure:
        raise bad_input(failure, "cdr") from None
