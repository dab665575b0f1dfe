"""CDRs: immutable once stored (CDR-04), idempotent (CDR-05), only for the one who pays (CDR-06)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from roaming.models import Cdr, Platform
from roaming.ocpi import cdrs as words
from roaming.ocpi.errors import InvalidObject
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.pricing.sameness import differences
from roaming.services import desk_gate, desk_queue, energy, objects
from roaming.services.contents import Content, Document
from roaming.services.objects import Kind, Stored, key


def store(
    owner: PartyId,
    document: Document,
    *,
    source: Platform | None,
    now: datetime,
    bill: Mapping[str, Any] | None = None,
    alone: bool = False,
) -> Stored[Cdr]:
    """Idempotent: an identical CDR is acknowledged, other content under the same id is refused (S30)."""
    beside: dict[str, Any] = {} if bill is None else {"bill": dict(bill)}
    if source is not None:
        beside |= {"withheld": at_the_gate(owner, document, source=source, now=now)}
    withheld = bool(beside.get("withheld"))
    return objects.store(
        CDRS, owner, document, source=source, now=now, alone=alone, beside=beside, tell=not withheld
    )  # fmt: skip


def at_the_gate(owner: PartyId, document: Document, *, source: Platform, now: datetime, pushed: bool = False) -> bool:
    """Whether the desk keeps a partner's CDR back (S30, S42). Raises InvalidObject where it is refused."""
    content = Content.of(document).says
    desk_gate.refuse_other_content(find(owner, str(content.get("id", ""))), content, now)
    return desk_gate.holds_back(content, owner, source, now, pushed=pushed)


def keep_back(
    owner: PartyId, document: Document, *, source: Platform, now: datetime, addressee: PartyId | None
) -> bool:
    """A push that is not passed on yet: kept for the desk to release; False where it may pass (S42)."""
    if not at_the_gate(owner, document, source=source, now=now, pushed=True):
        return False
    stored = objects.store(
        CDRS, owner, document, source=source, now=now, addressee=addressee, beside={"withheld": True}, tell=False
    )  # fmt: skip
    return stored.obj.withheld


def find(owner: PartyId, cdr_id: str) -> Cdr | None:
    return objects.find(CDRS, owner, cdr_id)


def columns(cdr: words.Cdr) -> dict[str, Any]:
    flows = energy.of_cdr(cdr)
    return {
        "session_key": key(cdr.session_id or ""),
        "token_country_code": cdr.cdr_token.country_code.upper(),
        "token_party_id": cdr.cdr_token.party_id.upper(),
        "token_uid": cdr.cdr_token.uid,
        "authorization_reference": cdr.authorization_reference or "",
        "start_date_time": cdr.start_date_time,
        "end_date_time": cdr.end_date_time,
        "currency": cdr.currency,
        "total_energy": cdr.total_energy,
        "total_energy_import": flows.imported,
        "total_energy_export": flows.exported,
        "total_cost_excl_vat": cdr.total_cost.excl_vat,
        "total_cost_incl_vat": cdr.total_cost.incl_vat,
        "credit": bool(cdr.credit),
        "credit_reference_id": cdr.credit_reference_id or "",
    }


def _may_replace(row: Cdr, new: words.Cdr) -> None:
    if row.withheld and row.source_id is None:
        return  # ours, and nobody has seen it
    raise InvalidObject("/id", "a CDR with this id and other content is stored; a CDR never changes")


def _as_stored(stored: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """What says the same in other letters is the same CDR (CDR-05)."""
    return new if differences(new, stored) else stored


def _to_be_assessed(row: Cdr, new: words.Cdr) -> None:
    if row.desk_due:
        desk_queue.nudge()


CDRS = Kind(
    ModuleID.CDRS, Cdr, words.Cdr, columns, may_replace=_may_replace, keep=_as_stored, after=_to_be_assessed
)  # fmt: skip
