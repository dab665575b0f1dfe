"""A CDR as billing gets it: flat, money and energy as strings digit for digit, times in UTC; the same in every form.

`FIELDS` is the format, in the order of the columns of a CSV file; `roaming/README.md` tells it. What only the OCPI
document says is read from its text; a document that cannot be read so leaves those fields empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db.models import F, QuerySet

from roaming.models import Cdr
from roaming.ocpi.types import format_datetime
from roaming.services.billing_cdrs import PENDING

FIELDS: dict[str, str] = {
    "id": "number of the CDR in this hub; it never changes",
    "cdr_id": "OCPI id, unique within its CPO",
    "session_id": "OCPI id of the session",
    "cpo": "who sold: country and party",
    "emsp": "who pays: country and party of the token's owner",
    "verdict": "ACCEPTED, ON_HOLD, REJECTED, or PENDING before the desk has looked",
    "stands": "whether it counts in the balance of its session (a credited one and its credit cancel out)",
    "reasons": "codes of what the desk found",
    "start_date_time": "UTC",
    "end_date_time": "UTC; the month of a CDR is that of its end",
    "total_time": "hours",
    "currency": "ISO 4217",
    "total_cost_excl_vat": "as claimed by the CDR; a credit is negative",
    "total_cost_incl_vat": "empty: the CDR does not say",
    "total_energy": "kWh, import less export",
    "energy_import": "kWh",
    "energy_export": "kWh",
    "credit": "takes another CDR back",
    "credit_reference_id": "which one",
    "token_uid": "",
    "token_type": "",
    "contract_id": "",
    "auth_method": "",
    "authorization_reference": "",
    "location_id": "",
    "location_name": "",
    "address": "",
    "city": "",
    "country": "ISO 3166-1 alpha-3",
    "evse_id": "",
    "connector_id": "",
    "tariff_ids": "of the tariffs that the CDR carries",
    "invoice_reference_id": "",
    "received_at": "UTC, when the hub stored it",
}
TEXTS = frozenset(FIELDS) - {
    "id", "stands", "start_date_time", "end_date_time", "total_time", "total_cost_excl_vat", "total_cost_incl_vat",
    "total_energy", "energy_import", "energy_export", "credit", "received_at",
}  # fmt: skip
"""What somebody else wrote: neutralised where a spreadsheet would take it for a formula (S46)."""

COLUMNS = (
    "pk", "object_id", "session_key", "country_code", "party_id", "token_country_code", "token_party_id", "token_uid",
    "authorization_reference", "start_date_time", "end_date_time", "currency", "total_cost_excl_vat",
    "total_cost_incl_vat", "total_energy", "total_energy_import", "total_energy_export", "credit",
    "credit_reference_id", "created_at", "document", "desk_verdict", "desk_stands", "desk_codes",
)  # fmt: skip


class _Token(msgspec.Struct):
    type: str = ""
    contract_id: str = ""


class _Location(msgspec.Struct):
    id: str = ""
    name: str | None = None
    address: str = ""
    city: str = ""
    country: str = ""
    evse_id: str = ""
    connector_id: str = ""


class _Tariff(msgspec.Struct):
    id: str = ""


class _Document(msgspec.Struct):
    session_id: str | None = None
    auth_method: str = ""
    cdr_token: _Token = msgspec.field(default_factory=_Token)
    cdr_location: _Location = msgspec.field(default_factory=_Location)
    total_time: Decimal | None = None
    tariffs: list[_Tariff] | None = None
    invoice_reference_id: str | None = None


_read = msgspec.json.Decoder(_Document, strict=False).decode
Row = tuple[Any, ...]


def asked(found: QuerySet[Cdr]) -> QuerySet[Cdr, Row]:
    """The columns that a record is made of."""
    desk = {f"desk_{name}": F(f"assessment__{name}") for name in ("verdict", "stands", "codes")}
    return found.annotate(**desk).values_list(*COLUMNS)


def values(row: Row) -> list[Any]:
    """In the order of FIELDS: strings, booleans, lists of strings, None."""
    (
        pk, object_id, session_key, country, party, token_country, token_party, uid, reference, start, end, currency,
        excl, incl, energy, imported, exported, credit, credited, created, text, verdict, stands, codes,
    ) = row  # fmt: skip
    said = document(text)
    place, token = said.cdr_location, said.cdr_token
    return [
        pk, object_id, said.session_id or session_key, f"{country}/{party}", f"{token_country}/{token_party}",
        verdict or PENDING, bool(stands), codes or [], moment(start), moment(end), number(said.total_time), currency,
        number(excl), number(incl), number(energy), number(imported), number(exported), credit, credited, uid,
        token.type, token.contract_id, said.auth_method, reference, place.id, place.name, place.address, place.city,
        place.country, place.evse_id, place.connector_id, [one.id for one in said.tariffs or ()],
        said.invoice_reference_id, moment(created),
    ]  # fmt: skip


def record(row: Row) -> dict[str, Any]:
    """By name."""
    return dict(zip(FIELDS, values(row), strict=True))


def by_id(keys: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The records of some CDRs."""
    return {row[0]: record(row) for row in asked(Cdr.objects.filter(pk__in=set(keys)))}


def document(text: str) -> _Document:
    try:
        return _read(text)
    except msgspec.MsgspecError:
        return _Document()


def moment(value: datetime) -> str:
    return format_datetime(value)


def number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
