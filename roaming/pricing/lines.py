"""The lines of a bill: what one period costs in one dimension, and why; and what stayed free, and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from roaming.pricing.amounts import ZERO, plain, tidy
from roaming.pricing.clock import Seconds
from roaming.pricing.documents import Price
from roaming.pricing.rates import ENERGY, FLAT, PARKING_TIME, TIME, PricedElement, Rate, because
from roaming.pricing.restrictions import shown
from roaming.pricing.state import State

CHARGING, RESERVED = "charging", "reservation"
UNITS = {ENERGY: "kWh", FLAT: "session"}


class Line:
    """`measured` and `billed` are kWh, seconds or 1 (FLAT); `excl` and `incl` are amounts (see amounts.py), exact."""

    __slots__ = ("billed", "elements", "excl", "incl", "measured", "period", "phase", "rate", "remarks", "state")

    def __init__(
        self, period: int, phase: str, rate: Rate, measured: Seconds, state: State, elements: list[PricedElement]
    ) -> None:
        self.period = period
        self.phase = phase
        self.rate = rate
        self.measured = measured
        self.billed = measured
        self.state = state
        self.elements = elements
        self.remarks: tuple[str, ...] = ()
        self.excl = self.incl = ZERO

    def cost(self) -> None:
        rate = self.rate
        self.excl = excl = self.billed * rate.amount
        self.incl = excl if rate.factor is None else excl * rate.factor

    @property
    def dimension(self) -> str:
        return self.rate.dimension

    @property
    def unit(self) -> str:
        return UNITS.get(self.rate.dimension, "s")

    @property
    def because(self) -> str:
        reason = because(self.elements, self.rate, self.state)
        return "; ".join((reason, *self.remarks)) if self.remarks else reason

    @property
    def price(self) -> Price:
        return Price(tidy(self.excl), tidy(self.incl))

    def document(self) -> dict[str, Any]:
        """`period`, `element` and `component` count from 0, as JSON pointers do; words count from 1."""
        rate = self.rate
        return {
            "period": self.period,
            "phase": self.phase,
            "dimension": rate.dimension,
            "tariff_id": rate.tariff_id,
            "element": rate.element,
            "component": rate.component,
            "measured": plain(Decimal(self.measured)),
            "billed": plain(Decimal(self.billed)),
            "unit": self.unit,
            "price": rate.price,
            "vat": rate.vat,
            "excl_vat": tidy(self.excl),
            "incl_vat": tidy(self.incl),
            "because": self.because,
        }


class Unpriced:
    """A quantity that costs nothing because nothing in the tariff prices it (TAR-08)."""

    __slots__ = ("dimension", "measured", "periods", "why")

    def __init__(self, dimension: str, why: str) -> None:
        self.dimension = dimension
        self.why = why
        self.measured: Seconds = 0
        self.periods: list[int] = []

    @property
    def unit(self) -> str:
        return UNITS.get(self.dimension, "s")

    def document(self) -> dict[str, Any]:
        return {
            "dimension": self.dimension,
            "periods": self.periods,
            "measured": plain(Decimal(self.measured)),
            "unit": self.unit,
            "because": self.why,
        }

    def render(self) -> str:
        return f"free: {self.dimension} {shown(self.measured)} {self.unit}, {self.why}"


def part_of(line: Line) -> str:
    """Which total_*_cost of a CDR a line belongs to. The FLAT of a reservation is part of its cost (CDR-20)."""
    return PART[line.rate.dimension] if line.phase == CHARGING else "reservation"


PART = {FLAT: "fixed", ENERGY: "energy", TIME: "time", PARKING_TIME: "parking"}
