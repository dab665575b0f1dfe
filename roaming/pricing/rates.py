"""A tariff made ready for pricing: its rates (one per price component) behind the restrictions of their elements.

Selection, per dimension on its own: the first element in list order that has a component of the dimension and whose restrictions
all match; inside an element the first component of a dimension (ocpi/ocpi#402, TAR-07). None: that dimension is free (TAR-08).
Elements with `reservation` see only the reservation part, the others only the charging part. RESERVATION holds for used and
expired reservations; RESERVATION_EXPIRES only for expired ones, and then comes first whatever the order (TAR-16).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from roaming.pricing import restrictions
from roaming.pricing.amounts import HOUR
from roaming.pricing.clock import instant
from roaming.pricing.documents import Component, Element, Price, Tariff
from roaming.pricing.errors import BadInput
from roaming.pricing.restrictions import Power, Restriction
from roaming.pricing.state import State

ENERGY, TIME, PARKING_TIME, FLAT = "ENERGY", "TIME", "PARKING_TIME", "FLAT"
DIMENSIONS = (ENERGY, TIME, PARKING_TIME, FLAT)
HOURLY = frozenset({TIME, PARKING_TIME})
RESERVATION, EXPIRES = "RESERVATION", "RESERVATION_EXPIRES"


class Rate:
    """One price component in its place. Prices are per kWh, per hour or once; `amount` is what one kWh, second or session costs."""

    __slots__ = ("amount", "component", "dimension", "factor", "price", "priced", "step", "tariff_id", "vat")

    def __init__(self, priced: PricedElement, component: int, source: Component) -> None:
        self.priced = priced
        self.component = component
        self.tariff_id = priced.tariff_id
        self.dimension = source.type
        self.price = source.price
        self.amount = source.price if source.type in HOURLY else source.price * HOUR
        self.vat = source.vat  # None: not applicable, which is not 0 (TAR-23), though the amount is the same
        self.factor = None if not source.vat else 1 + source.vat.scaleb(-2)
        self.step = source.step_size


class PricedElement:
    """A TariffElement: the restrictions to pass and the rates behind them."""

    __slots__ = ("checks", "index", "rates", "tariff_id", "unknown")

    def __init__(self, tariff_id: str, index: int, source: Element) -> None:
        self.tariff_id = tariff_id
        self.index = index
        pointer = f"/elements/{index}"
        limits = source.restrictions
        self.checks: tuple[Restriction, ...] = (
            tuple(restrictions.compiled(limits, f"{pointer}/restrictions")) if limits is not None else ()
        )
        self.rates: dict[str, Rate] = {}
        self.unknown: list[str] = []
        for at, component in enumerate(source.price_components):
            kind, step = component.type, component.step_size
            if kind not in DIMENSIONS:
                self.unknown.append(f"{pointer}/price_components/{at}/type")
            elif kind not in self.rates:
                self.rates[kind] = Rate(self, at, component)
            if step != step.to_integral_value() or step < 0:
                raise BadInput(f"{pointer}/price_components/{at}/step_size", f"{step} is not a whole number", "tariff")

    def matches(self, state: State) -> bool:
        for check in self.checks:
            if not check.holds(state):
                return False
        return True

    @property
    def for_export(self) -> bool:
        """Only discharging has a power below 0."""
        return any(isinstance(check, Power) and check.upper is not None and check.upper <= 0 for check in self.checks)


class Plan:
    """One tariff, ready. `charging`, `reserved`, `expired` are its elements in the order in which they are tried."""

    __slots__ = ("charging", "currency", "expired", "id", "key", "max_price", "min_price", "reserved", "type", "valid", "zoned")

    def __init__(self, tariff: Tariff, elements: Sequence[tuple[str | None, PricedElement]]) -> None:
        self.id = tariff.id
        self.key = tariff.id.casefold()
        self.type = tariff.type
        self.currency = tariff.currency
        self.min_price: Price | None = tariff.min_price
        self.max_price: Price | None = tariff.max_price
        self.valid = _instant(tariff.start_date_time, "/start_date_time"), _instant(tariff.end_date_time, "/end_date_time")
        self.charging = [element for kind, element in elements if kind is None]
        self.reserved = [element for kind, element in elements if kind == RESERVATION]
        self.expired = [element for kind, element in elements if kind == EXPIRES] + self.reserved
        self.zoned = any(check.zoned for _, element in elements for check in element.checks)

    def valid_at(self, at: datetime) -> bool:
        """start_date_time inclusive, end_date_time exclusive (TAR-27)."""
        start, end = self.valid
        return (start is None or start <= at) and (end is None or at < end)

    @property
    def elements(self) -> list[PricedElement]:
        return sorted(self.charging + self.expired, key=lambda element: element.index)


def plan(tariff: Tariff) -> Plan:
    elements = []
    for at, element in enumerate(tariff.elements):
        kind = element.restrictions.reservation if element.restrictions is not None else None
        if kind not in (None, RESERVATION, EXPIRES):
            pointer = f"/elements/{at}/restrictions/reservation"
            raise BadInput(pointer, f"{kind!r} is neither {RESERVATION} nor {EXPIRES}", "tariff")
        elements.append((kind, PricedElement(tariff.id, at, element)))
    return Plan(tariff, elements)


def plans(tariffs: Sequence[Tariff]) -> list[Plan]:
    if len(tariffs) == 1:
        return [plan(tariffs[0])]
    found = []
    for at, tariff in enumerate(tariffs):
        try:
            found.append(plan(tariff))
        except BadInput as error:
            raise BadInput(f"/{at}{error.pointer}", error.reason, error.document) from None
    return found


def choose(elements: list[PricedElement], dimensions: list[str], state: State) -> dict[str, Rate]:
    """The rate of each dimension that has one in this state."""
    chosen: dict[str, Rate] = {}
    wanted = dimensions
    for element in elements:
        rates = element.rates
        hit = [dimension for dimension in wanted if dimension in rates]
        if hit and element.matches(state):
            for dimension in hit:
                chosen[dimension] = rates[dimension]
            wanted = [dimension for dimension in wanted if dimension not in chosen]
            if not wanted:
                break
    return chosen


def because(elements: list[PricedElement], rate: Rate, state: State) -> str:
    """Why this rate: which elements with the dimension come before it and do not match, and what holds for its own."""
    passed = []
    for element in elements:
        if element is rate.priced:
            break
        if rate.dimension in element.rates:
            failed = next((check for check in element.checks if not check.holds(state)), None)
            if failed is not None:
                passed.append(f"not element {element.index + 1}: {failed.says(state)}")
    checks = rate.priced.checks
    reason = "; ".join(check.says(state) for check in checks) if checks else "it has no restrictions"
    more = [f"and {len(passed) - 2} more before it"] if len(passed) > 3 else []
    return "; ".join([f"element {rate.priced.index + 1}: {reason}", *(passed[:2] if more else passed), *more])


def _instant(text: str | None, pointer: str) -> datetime | None:
    return None if text is None else instant(text, pointer, "tariff")


def per(dimension: str) -> str:
    return {ENERGY: "kWh", FLAT: "session"}.get(dimension, "h")


def billed_unit(dimension: str) -> tuple[str, Decimal]:
    """The unit of step_size in words and how many make one unit of price."""
    return ("Wh", Decimal(1000)) if dimension == ENERGY else ("s", Decimal(3600))
