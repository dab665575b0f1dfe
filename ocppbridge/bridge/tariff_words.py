"""An OCPI tariff as OCPP 2.1's TariffType: a pure function, and what got lost on the way.

Both choose per dimension the first price in list order whose conditions hold, so an element becomes one entry in the
list of each dimension that it prices, in the same order. OCPI prices hours and taxes components; OCPP prices minutes
and taxes dimensions. The tariffId carries a digest of the content: two editions never share one, and what a station
says that it holds can be compared by its id alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, Final

from ocppbridge.bridge import tariff_conditions as conditions
from ocppbridge.bridge.tariff_losses import CHANGES, ROUNDS, Loss
from ocppbridge.versions.payloads import amount
from roaming.pricing.documents import Component, Price, Restrictions, Tariff, read_tariffs

LONGEST_TEXT: Final = 512  # what every station takes; the schema allows twice that
MOST_TEXTS: Final = 10
_MINUTE: Final = Decimal("1e-12")
_DIGITS: Final = 10
# (reserved, OCPI's dimension) → OCPP's field.
_FIELDS: Final = {
    (False, "ENERGY"): "energy",
    (False, "TIME"): "chargingTime",
    (False, "PARKING_TIME"): "idleTime",
    (False, "FLAT"): "fixedFee",
    (True, "TIME"): "reservationTime",
    (True, "FLAT"): "reservationFixed",
}
_PRICES: Final = {"energy": "priceKwh", "fixedFee": "priceFixed", "reservationFixed": "priceFixed"}


@dataclass(frozen=True, slots=True)
class Translation:
    """`tariff` is a TariffType; None if OCPP would price something else by it."""

    tariff: Mapping[str, Any] | None
    losses: tuple[Loss, ...]

    @property
    def rounds(self) -> bool:
        """Whether the station's sums may differ from ours by rounding."""
        return any(loss.weight is ROUNDS for loss in self.losses)


@dataclass
class _Writer:
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rates: dict[str, set[Decimal]] = field(default_factory=dict)
    losses: dict[Loss, None] = field(default_factory=dict)

    def lose(self, code: str, pointer: str) -> None:
        self.losses[Loss(code, pointer)] = None


def translated(document: Mapping[str, Any]) -> Translation:
    """`document` is the tariff as OCPI has it."""
    (source,) = read_tariffs(dict(document))
    writer = _Writer()
    for at, element in enumerate(source.elements):
        kind = element.restrictions.reservation if element.restrictions else None
        if kind == "RESERVATION_EXPIRES":
            writer.lose("expired", f"/elements/{at}")
            continue
        for index, component in _firsts(element.price_components):
            pointer = f"/elements/{at}/price_components/{index}"
            name = _FIELDS.get((kind is not None, component.type))
            if name is None:
                writer.lose("component", f"{pointer}/type")
            else:
                _price(writer, name, component, element.restrictions, pointer)
    _flat_later(writer)
    _rest(writer, source, document)
    said = _said(writer, source, document)
    if any(loss.weight is CHANGES for loss in writer.losses):
        return Translation(None, tuple(writer.losses))
    return Translation({"tariffId": _id(source.id, said), **said}, tuple(writer.losses))


def _firsts(components: list[Component]) -> Iterator[tuple[int, Component]]:
    """Inside an element the first component of a dimension counts (TAR-07)."""
    seen = set()
    for index, component in enumerate(components):
        if component.type not in seen:
            seen.add(component.type)
            yield index, component


def _price(writer: _Writer, name: str, component: Component, when: Restrictions | None, pointer: str) -> None:
    if conditions.exports(when):
        writer.lose("export", pointer)
    said = conditions.clock(when)
    if name in ("fixedFee", "reservationFixed", "reservationTime"):
        holds = conditions.at_start(when)
        if holds is None or (name != "fixedFee" and conditions.course(when)):
            writer.lose("flat_condition" if name == "fixedFee" else "reservation_condition", pointer)
        if name == "reservationFixed" and said:
            writer.lose("reservation_condition", pointer)
        if holds is False:
            return
    else:
        said |= conditions.course(when)
    entry: dict[str, Any] = {_PRICES.get(name, "priceMinute"): _figure(writer, name, component.price, pointer)}
    writer.lists.setdefault(name, []).append(entry | ({"conditions": said} if said else {}))
    if component.price:
        writer.rates.setdefault(name, set()).add(component.vat or Decimal())
        if len(writer.rates[name]) > 1:
            writer.lose("vat", f"{pointer}/vat")
    if component.step_size > 0 and component.type != "FLAT":
        writer.lose("step_size" if component.step_size > 1 else "unit_step", f"{pointer}/step_size")


def _figure(writer: _Writer, name: str, price: Decimal, pointer: str) -> int | float:
    if name in _PRICES:
        return amount(price)
    with localcontext(prec=60):
        exact = price / 60
        sent = exact.quantize(_MINUTE, ROUND_HALF_EVEN).normalize()
        if sent * 60 != price:
            writer.lose("minute", f"{pointer}/price")
    return amount(sent)


def _flat_later(writer: _Writer) -> None:
    """A list of fees of which none holds at the start would be charged later by OCPI, and never by OCPP."""
    fees = writer.lists.get("fixedFee", [])
    if fees and all("conditions" in fee for fee in fees):
        writer.lose("flat_later", "/elements")


def _rest(writer: _Writer, source: Tariff, document: Mapping[str, Any]) -> None:
    for name, code in (("end_date_time", "end"), ("tariff_alt_url", "url"), ("energy_mix", "energy_mix")):
        if document.get(name):
            writer.lose(code, f"/{name}")
    rates = set().union(*writer.rates.values())
    for name, limit in (("min_price", source.min_price), ("max_price", source.max_price)):
        if limit is not None and limit.incl_vat is None and len(rates) > 1:
            writer.lose("limit_vat", f"/{name}/incl_vat")


def _said(writer: _Writer, source: Tariff, document: Mapping[str, Any]) -> dict[str, Any]:
    rates = set().union(*writer.rates.values())
    said: dict[str, Any] = {"currency": source.currency}
    if texts := _texts(writer, document):
        said["description"] = texts
    for name, prices in writer.lists.items():
        said[name] = {"prices": prices} | _taxes(writer.rates.get(name, set()))
    if source.start_date_time:
        said["validFrom"] = source.start_date_time
    for name, limit in (("minCost", source.min_price), ("maxCost", source.max_price)):
        if limit is not None:
            said[name] = _limit(limit, rates)
    return said


def _limit(limit: Price, rates: set[Decimal]) -> dict[str, Any]:
    said: dict[str, Any] = {"exclTax": amount(limit.excl_vat)}
    if limit.incl_vat is not None:
        said["inclTax"] = amount(limit.incl_vat)
    return said | (_taxes(rates) if len(rates) == 1 else {})


def _taxes(rates: set[Decimal]) -> dict[str, Any]:
    """A VAT of 0 and none at all come to the same."""
    return {"taxRates": [{"type": "VAT", "tax": amount(max(rates))}]} if any(rates) else {}


def _texts(writer: _Writer, document: Mapping[str, Any]) -> list[dict[str, str]]:
    told = list(document.get("tariff_alt_text") or ())
    short = [one for one in told if len(one["text"]) <= LONGEST_TEXT][:MOST_TEXTS]
    if len(short) < len(told):
        writer.lose("text", "/tariff_alt_text")
    return [{"format": "UTF8", "language": str(one["language"])[:8], "content": one["text"]} for one in short]


def _id(ocpi_id: str, said: Mapping[str, Any]) -> str:
    content = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{ocpi_id}.{hashlib.sha256(content.encode()).hexdigest()[:_DIGITS]}"


def ocpi_id(tariff_id: str) -> str:
    """Which tariff of ours a station means."""
    name, dot, digest = tariff_id.rpartition(".")
    return name if dot and len(digest) == _DIGITS else tariff_id
