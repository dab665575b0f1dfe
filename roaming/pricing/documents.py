"""The parts of Tariff, Session and CDR that pricing reads, as msgspec structs; anything else is left alone.

Accepted: JSON text, dicts with Decimals (floats are taken by their shortest text at this door), or these structs. A
document that cannot be read raises BadInput with the JSON pointer of the field.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from roaming.pricing.errors import BadInput


class Component(msgspec.Struct, gc=False):
    type: str
    price: Decimal
    step_size: Decimal
    vat: Decimal | None = None


class Restrictions(msgspec.Struct, gc=False):
    start_time: str | None = None
    end_time: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    min_kwh: Decimal | None = None
    max_kwh: Decimal | None = None
    min_current: Decimal | None = None
    max_current: Decimal | None = None
    min_power: Decimal | None = None
    max_power: Decimal | None = None
    min_duration: Decimal | None = None
    max_duration: Decimal | None = None
    day_of_week: list[str] | None = None
    reservation: str | None = None


class Element(msgspec.Struct, gc=False):
    price_components: list[Component]
    restrictions: Restrictions | None = None


class Price(msgspec.Struct, gc=False):
    """An OCPI Price; incl_vat may be absent."""

    excl_vat: Decimal
    incl_vat: Decimal | None = None

    def document(self) -> dict[str, Decimal]:
        return {"excl_vat": self.excl_vat} | ({} if self.incl_vat is None else {"incl_vat": self.incl_vat})


class Tariff(msgspec.Struct, gc=False):
    id: str
    currency: str
    elements: list[Element]
    type: str | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None
    country_code: str | None = None
    party_id: str | None = None


class Dimension(msgspec.Struct, gc=False):
    type: str
    volume: Decimal


class Period(msgspec.Struct, gc=False):
    start_date_time: str
    dimensions: list[Dimension]
    tariff_id: str | None = None


class CdrToken(msgspec.Struct, gc=False):
    type: str | None = None


class CdrLocation(msgspec.Struct, gc=False):
    country: str | None = None
    time_zone: str | None = None  # not in the specification; some platforms send it (ocpi/ocpi#517)
    evse_uid: str | None = None
    evse_id: str | None = None
    connector_id: str | None = None


class Document(msgspec.Struct, gc=False):
    """A CDR, a Session, or {start_date_time, end_date_time, time_zone, charging_periods}."""

    start_date_time: str
    charging_periods: list[Period] | None = None
    end_date_time: str | None = None
    last_updated: str | None = None
    time_zone: str | None = None
    status: str | None = None
    kwh: Decimal | None = None
    currency: str | None = None
    reservation_expired: bool | None = None
    cdr_location: CdrLocation | None = None
    cdr_token: CdrToken | None = None
    tariffs: list[Tariff] | None = None


Json = str | bytes | dict[str, Any]
Tariffs = Json | list[Any] | tuple[Any, ...] | Tariff

T = TypeVar("T")
_document = msgspec.json.Decoder(Document)
_tariff = msgspec.json.Decoder(Tariff)
_tariff_list = msgspec.json.Decoder(list[Tariff])


def read_document(source: Json | Document) -> Document:
    if isinstance(source, Document):
        return source
    if isinstance(source, (str, bytes)):
        return _decode(_document, source, "session")
    return _convert(source, Document, "session")


def read_tariffs(source: Tariffs) -> list[Tariff]:
    """One tariff or a list of them."""
    if isinstance(source, Tariff):
        return [source]
    if isinstance(source, (str, bytes)):
        if source[:1] in ("[", b"[") or source[:64].lstrip()[:1] in ("[", b"["):
            return _decode(_tariff_list, source, "tariff")
        return [_decode(_tariff, source, "tariff")]
    if isinstance(source, dict):
        return [_convert(source, Tariff, "tariff")]
    return [tariff if isinstance(tariff, Tariff) else _item(tariff, at) for at, tariff in enumerate(source)]


def _item(source: Any, at: int) -> Tariff:
    try:
        return _convert(source, Tariff, "tariff")
    except BadInput as error:
        raise BadInput(f"/{at}{error.pointer}", error.reason, "tariff") from None


def _decode(decoder: msgspec.json.Decoder[T], text: str | bytes, name: str) -> T:
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_input(error, name) from None


def _convert(source: Any, kind: type[T], name: str) -> T:
    try:
        return msgspec.convert(source, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise bad_input(error, name) from None


_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_MISSING = re.compile(r"Object missing required field `([^`]+)`")


def bad_input(error: Exception, name: str) -> BadInput:
    """msgspec says `… - at `$.elements[0].price_components[1].price``; we say /elements/0/price_components/1/price."""
    reason, _, path = str(error).partition(" - at `$")
    pointer = "".join(f"/{key or index}" for key, index in _STEP.findall(path.rstrip("`")))
    if missing := _MISSING.match(reason):
        return BadInput(f"{pointer}/{missing[1]}", "is required", name)
    return BadInput(pointer, reason[:1].lower() + reason[1:], name)
