"""The bill: totals, lines that say why, what stayed free, findings. Amounts are exact inside and leave with 4 decimals.

`to_json()` is what `manage.py tariff price --json` prints; `totals()` are the fields of a CDR; `render()` is for
people.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

from roaming.pricing.amounts import PLACES, ZERO, exact, fraction, money, plain, rounded, tidy
from roaming.pricing.clock import Seconds
from roaming.pricing.documents import Price
from roaming.pricing.findings import Finding
from roaming.pricing.lines import CHARGING, RESERVED, Line, Unpriced, part_of
from roaming.pricing.rates import ENERGY, PARKING_TIME, TIME
from roaming.pricing.rendering import render

PARTS = ("fixed", "energy", "time", "parking", "reservation")
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Cost:
    """A sum of amounts, excl. and incl. VAT."""

    __slots__ = ("excl", "incl")

    def __init__(self, excl: Decimal = ZERO, incl: Decimal = ZERO) -> None:
        self.excl = excl
        self.incl = incl

    def price(self, places: int = 4) -> Price:
        return Price(tidy(self.excl, places), tidy(self.incl, places))


class Bill:
    """What `price` returns."""

    def __init__(self, currency: str, places: int) -> None:
        self.currency = currency
        self.places = places  # decision: TARIFF-ROUNDING
        self.time_zone: str | None = None
        self.tariff_ids: list[str] = []
        self.lines: list[Line] = []
        self.unpriced: list[Unpriced] = []
        self.findings: list[Finding] = []
        self.costs = {name: Cost() for name in PARTS}
        self.raw = Cost()  # before min_price and max_price
        self.exported = Cost()
        self.limited: tuple[Fraction, Fraction, str] | None = None
        self.import_kwh: Decimal = ZERO
        self.export_kwh: Decimal = ZERO
        self.seconds: Seconds = 0  # total_time: from the start of charging to the end
        self.parking_seconds: Seconds = 0

    def add(self, lines: list[Line]) -> None:
        """The lines with their final quantities; call it once, inside `exact()`."""
        costs = self.costs
        for line in lines:
            line.cost()
            cost = costs[part_of(line)]
            cost.excl += line.excl
            cost.incl += line.incl
            if line.measured < 0:
                self.exported.excl += line.excl
                self.exported.incl += line.incl
        for cost in costs.values():
            self.raw.excl += cost.excl
            self.raw.incl += cost.incl
        self.lines = lines

    @property
    def due(self) -> tuple[Decimal, Decimal]:
        """total_cost with all its decimals."""
        if self.limited is None:
            return money(self.raw.excl, self.places), money(self.raw.incl, self.places)
        quantum = PLACES[self.places]
        return rounded(self.limited[0], self.places).quantize(quantum), rounded(self.limited[1], self.places).quantize(
            quantum
        )

    @property
    def total_cost(self) -> Price:
        excl, incl = self.due
        return Price(plain(excl), plain(incl))

    @property
    def exact_total(self) -> tuple[Fraction, Fraction]:
        """excl. and incl. VAT without any rounding."""
        return self.limited[:2] if self.limited else (fraction(self.raw.excl), fraction(self.raw.incl))

    @property
    def limit_applied(self) -> str | None:
        return self.limited[2] if self.limited else None

    def part(self, name: str) -> Price:
        return self.costs[name].price(self.places)

    @property
    def total_fixed_cost(self) -> Price:
        return self.part("fixed")

    @property
    def total_energy_cost(self) -> Price:
        return self.part("energy")

    @property
    def total_time_cost(self) -> Price:
        return self.part("time")

    @property
    def total_parking_cost(self) -> Price:
        return self.part("parking")

    @property
    def total_reservation_cost(self) -> Price:
        return self.part("reservation")

    @property
    def import_cost(self) -> Price:
        with exact():
            energy = self.costs["energy"]
            return Cost(energy.excl - self.exported.excl, energy.incl - self.exported.incl).price(self.places)

    @property
    def export_credit(self) -> Price:
        """What energy fed back earns: 0 or negative."""
        return self.exported.price(self.places)

    @property
    def total_energy(self) -> Decimal:
        """kWh, import less export."""
        with exact():
            return plain(self.import_kwh - self.export_kwh)

    @property
    def total_time(self) -> Decimal:
        return tidy(Decimal(self.seconds))

    @property
    def total_parking_time(self) -> Decimal:
        return tidy(Decimal(self.parking_seconds))

    def billed(self, dimension: str, phase: str = CHARGING) -> Decimal:
        """kWh or seconds that were billed in a dimension."""
        total = ZERO
        with exact():
            for line in self.lines:
                if line.rate.dimension == dimension and line.phase == phase:
                    total += line.billed
        return plain(total)

    @property
    def vat(self) -> list[dict[str, Any]]:
        """The total by VAT rate; a price limit scales each (null: VAT does not apply)."""
        rates: dict[Decimal | None, Cost] = {}
        with exact():
            for line in self.lines:
                cost = rates.setdefault(line.rate.vat, Cost())
                cost.excl += line.excl
                cost.incl += line.incl
        if self.limited is None or not self.raw.excl or not self.raw.incl:
            return [{"vat": vat, **cost.price().document()} for vat, cost in rates.items()]
        excl, incl = self.limited[0] / fraction(self.raw.excl), self.limited[1] / fraction(self.raw.incl)
        return [
            {"vat": vat, **Price(rounded(fraction(cost.excl) * excl), rounded(fraction(cost.incl) * incl)).document()}
            for vat, cost in rates.items()
        ]

    def totals(self) -> dict[str, Any]:
        """The cost fields of a CDR. A part that no line touches is left out: no claim is made about it (CDR-20)."""
        told = {part_of(line) for line in self.lines}
        claims: dict[str, Any] = {"total_cost": self.total_cost.document()}
        claims |= {f"total_{name}_cost": self.part(name).document() for name in PARTS if name in told}
        claims |= {"total_energy": self.total_energy, "total_time": self.total_time}
        return claims | ({"total_parking_time": self.total_parking_time} if self.parking_seconds else {})

    def document(self) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "tariff_ids": self.tariff_ids,
            "time_zone": self.time_zone,
            "total_cost": self.total_cost.document(),
            **{f"total_{name}_cost": self.part(name).document() for name in PARTS},
            "total_energy": self.total_energy,
            "total_time": self.total_time,
            "total_parking_time": self.total_parking_time,
            "limit_applied": self.limit_applied,
            "cost_before_limits": self.raw.price(self.places).document(),
            "import_energy": plain(self.import_kwh),
            "export_energy": plain(self.export_kwh),
            "import_cost": self.import_cost.document(),
            "export_credit": self.export_credit.document(),
            "billed_energy_kwh": self.billed(ENERGY),
            "billed_time_seconds": self.billed(TIME),
            "billed_parking_seconds": self.billed(PARKING_TIME),
            "billed_reservation_seconds": self.billed(TIME, RESERVED),
            "vat": self.vat,
            "lines": [line.document() for line in self.lines],
            "unpriced": [free.document() for free in self.unpriced],
            "findings": [finding.document() for finding in self.findings],
        }

    def to_json(self) -> str:
        return _encode(self.document()).decode()

    def render(self, *, detail: bool = False) -> str:
        """For people: neighbouring periods at one rate in one row, with `detail` each in its own."""
        return render(self, detail=detail)
