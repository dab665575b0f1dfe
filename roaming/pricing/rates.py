"""A tariff made ready for pricing: its rates (one per price component) behind the restrictions of their elements.

Selection, per dimension on its own: the first element in list order that has a component of the dimension and whose
restrictions all match; inside an element the first component of a dimension (ocpi/ocpi#402, TAR-07). None: that
dimension is free (TAR-08). Elements with `reservation` see only the reservation part, the others only the charging
part. RESERVATION holds for used and expired reservations; RESERVATION_EXPIRES only for expired ones, and then comes
first whatever the order (TAR-16).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from roaming.pricing import restrictions
from roaming.pricing.amounts import HOUR
from roaming.pricing.clock import instant
from roaming.pricing.documents import Component, Element, Price, Tariff
from roaming.pricing.errors import BadInput
from roaming.pricing.figures import require_fit
from roaming.pricing.restrictions import Power, Restriction
from roaming.pricing.state import State

ENERGY, TIME, PARKING_TIME, FLAT = "ENERGY", "TIME", "PARKING_TIME", "FLAT"
DIMENSIONS = (ENERGY, TIME, PARKING_TIME, FLAT)
HOURLY = frozenset({TIME, PARKING_TIME})
Dimensions = frozenset[str]
RESERVATION, EXPIRES = "RESERVATION", "RESERVATION_EXPIRES"


class Rate:
    """One price component in its place. Prices are per kWh, per hour or once; `amount` is what one kWh, second or
    session costs. It does not know its element, which knows it: garbage in circles would cost time.
    """

    __slots__ = ("amount", "checks", "component", "dimension", "element", "factor", "price", "step", "tariff_id", "vat")

    def __init__(self, element: PricedElement, component: int, source: Component) -> None:
        self.element = element.index
        self.checks = element.checks
        self.component = component
        self.tariff_id = element.tariff_id
        self.dimension = source.type
        self.price = source.price
        self.amount = source.price if source.type in HOURLY else source.price * HOUR
        self.vat = source.vat  # None: not applicable, which is not 0 (TAR-23), though the amount is the same
        self.factor = None if not source.vat else 1 + source.vat.scaleb(-2)
        self.step = source.step_size

    @property
    def for_export(self) -> bool:
        """Only discharging has a power below 0."""
        return any(isinstance(check, Power) and check.upper is not None and check.upper <= 0 for check in self.checks)


class PricedElement:
    """A TariffElement: the restrictions to pass and the rates behind them."""

    __slots__ = ("_made", "_source", "checks", "index", "rates", "tariff_id", "unknown")

    def __init__(self, tariff_id: str, index: int, source: Element) -> None:
        self.tariff_id = tariff_id
        self.index = index
        self.checks: tuple[Restriction, ...] = ()
        self.rates: dict[str, int] = {}  # dimension -> its first component
        self._source = source.price_components
        self._made: dict[str, Rate] = {}
        self.unknown: list[int] = []  # components of a type that does not exist in 2.2.1
        if source.restrictions is not None:
            try:
                self.checks = restrictions.compiled(source.restrictions)
            except BadInput as error:
                pointer = f"/elements/{index}/restrictions{error.pointer}"
                raise BadInput(pointer, error.reason, error.document) from None
        for at, component in enumerate(source.price_components):
            kind, step = component.type, component.step_size
            if kind not in DIMENSIONS:
                self.unknown.append(at)
            elif kind not in self.rates:
                self.rates[kind] = at
            if step % 1 or step < 0:
                pointer = f"/elements/{index}/price_components/{at}/step_size"
                raise BadInput(pointer, f"{step} is not a whole number", "tariff")

    def rate(self, dimension: str) -> Rate:
        """The same object each time; most elements of a long tariff are never asked."""
        made = self._made.get(dimension)
        if made is None:
            at = self.rates[dimension]
            made = self._made[dimension] = Rate(self, at, self._source[at])
        return made

    def refuses(self, state: State) -> str:
        """The first restriction that does not hold, in words. Several lines of a period ask the same."""
        reason = state.refusals.get(self.index)
        if reason is None:
            checks = iter(self.checks)
            while (check := next(checks)).holds(state):
                pass
            reason = state.refusals[self.index] = check.says(state, False)
        return reason

    def same_prices(self, other: PricedElement) -> bool:
        return self.rates.keys() == other.rates.keys() and all(
            self._source[at] == other._source[other.rates[dimension]] for dimension, at in self.rates.items()
        )


class Plan:
    """One tariff, ready. `charging`, `reserved`, `expired` are its elements in the order in which they are tried."""

    __slots__ = (
        "charging",
        "currency",
        "expired",
        "flats",
        "id",
        "key",
        "max_price",
        "min_price",
        "reserved",
        "type",
        "unknown",
        "valid",
        "zoned",
    )

    def __init__(self, tariff: Tariff, elements: Sequence[tuple[str | None, PricedElement]]) -> None:
        self.id = tariff.id
        self.key = tariff.id.casefold()
        self.type = tariff.type
        self.currency = tariff.currency
        self.min_price: Price | None = tariff.min_price
        self.max_price: Price | None = tariff.max_price
        self.valid = (
            _instant(tariff.start_date_time, "/start_date_time"),
            _instant(tariff.end_date_time, "/end_date_time"),
        )
        self.charging: list[PricedElement] = []
        self.reserved: list[PricedElement] = []
        self.expired: list[PricedElement] = []
        self.flats = 0
        self.zoned = False
        self.unknown: list[str] = []
        for kind, element in elements:
            (self.charging if kind is None else self.reserved if kind == RESERVATION else self.expired).append(element)
            self.flats += FLAT in element.rates
            for check in element.checks:
                self.zoned |= check.zoned
            for at in element.unknown:
                self.unknown.append(f"/elements/{element.index}/price_components/{at}/type")
        self.expired += self.reserved

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
    for name, limit in (("min_price", tariff.min_price), ("max_price", tariff.max_price)):
        if limit is not None:
            require_fit("tariff", limit, f"/{name}")
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


def choose(elements: list[PricedElement], dimensions: Dimensions, state: State) -> dict[str, Rate]:
    """The rate of each dimension that has one in this state."""
    chosen: dict[str, Rate] = {}
    wanted = dimensions
    for element in elements:
        rates = element.rates
        if wanted.isdisjoint(rates):
            continue
        for check in element.checks:
            if not check.holds(state):
                break
        else:
            for dimension in wanted.intersection(rates):
                chosen[dimension] = element.rate(dimension)
            wanted = wanted.difference(rates)
            if not wanted:
                break
    return chosen


def because(elements: list[PricedElement], rate: Rate, state: State) -> str:
    """Why this rate: what holds for its element, and why the first two elements before it with its dimension do not."""
    why = f"element {rate.element + 1}: "
    why += "; ".join([check.says(state, True) for check in rate.checks]) if rate.checks else "it has no restrictions"
    passed = 0
    before = iter(elements)
    while (element := next(before)).index != rate.element:
        if rate.dimension in element.rates:
            passed += 1
            if passed < 3:
                why += f"; not element {element.index + 1}: {element.refuses(state)}"
    return f"{why}; nor {passed - 2} more before it" if passed > 2 else why


def _instant(text: str | None, pointer: str) -> datetime | None:
    return None if text is None else instant(text, pointer, "tariff")


PER = {ENERGY: "kWh", TIME: "h", PARKING_TIME: "h", FLAT: "session"}
