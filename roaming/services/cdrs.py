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
from roaming.services import energy, objects
from roaming.services.objects import Document, Kind, Stored, key


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
    beside = None if bill is None else {"bill": dict(bill)}
    return objects.store(CDRS, owner, document, source=source, now=now, alone=alone, beside=beside)


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
    raise InvalidObject("/id", "a CDR with this id and other content is stored; a CDR never changes")


CDRS = Kind(ModuleID.CDRS, Cdr, words.Cdr, columns, may_replace=_may_replace)
