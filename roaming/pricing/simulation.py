"""What a tariff costs over kWh and over hours: simulated sessions, cut and priced as real ones are.

A simulated session charges with constant power from its start until its energy is in, then stays connected (parking)
up to its duration. The curve over kWh leaves as soon as it is full; the curve over hours takes one energy and stays
on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import Any

import msgspec

from roaming.pricing.bill import Bill
from roaming.pricing.cutting import WORK, session_document
from roaming.pricing.documents import Tariffs
from roaming.pricing.errors import BadInput
from roaming.pricing.examples import charging_time, facts
from roaming.pricing.options import PricingOptions
from roaming.pricing.pricing import DEFAULTS, price

HEIGHT, WIDTH = 14, 64


class Point(msgspec.Struct, frozen=True):
    """One simulated session and what it costs."""

    kwh: Decimal
    hours: Decimal
    excl_vat: Decimal
    incl_vat: Decimal


class Simulation(msgspec.Struct, frozen=True):
    currency: str
    start: str
    time_zone: str
    power_kw: Decimal
    over_kwh: tuple[Point, ...]
    over_hours: tuple[Point, ...]

    def document(self) -> dict[str, Any]:
        built: dict[str, Any] = msgspec.to_builtins(self, builtin_types=(Decimal,))
        return built

    def render(self) -> str:
        head = f"{self.power_kw:f} kW from {self.start} ({self.time_zone}), {self.currency} incl. VAT"
        taken = self.over_hours[-1].kwh.normalize()
        over_kwh = [(point.kwh, point.incl_vat) for point in self.over_kwh]
        over_hours = [(point.hours, point.incl_vat) for point in self.over_hours]
        titles = f"Cost over kWh, leaving when full: {head}", f"Cost over hours connected, {taken:f} kWh at most"
        return "\n".join([titles[0], *plot(over_kwh, "kWh"), "", titles[1], *plot(over_hours, "h")])


def simulate(
    tariffs: Tariffs,
    *,
    start: datetime,
    time_zone: str,
    power_kw: Decimal = Decimal(11),
    kwh: Decimal = Decimal(50),
    hours: Decimal = Decimal(12),
    points: int = 33,
    options: PricingOptions = DEFAULTS,
) -> Simulation:
    """Costs of sessions up to `kwh` and up to `hours`; the latter take what `power_kw` gives, at most `kwh`."""
    for name, value in (("power", power_kw), ("kwh", kwh), ("hours", hours)):
        if not value.is_finite() or value <= 0:
            raise BadInput(f"/{name}", f"{value} is not above 0", "simulation")
    if points < 2:
        raise BadInput("/points", f"{points} is not at least 2", "simulation")

    def session(energy: Decimal, length: timedelta) -> tuple[Bill, Point]:
        told_by = facts(start, time_zone, energy, power_kw, length)
        bill = price(session_document(told_by, tariffs), tariffs, options=options)
        total = bill.total_cost
        with localcontext(WORK):
            told = (Decimal(length // timedelta(seconds=1)) / 3600).quantize(Decimal("0.0001"))
        return bill, Point(energy, told, total.excl_vat, total.incl_vat or total.excl_vat)

    over_kwh = [session(energy, charging_time(energy, power_kw)) for energy in _steps(kwh, points)]
    over_hours = [
        session(_energy(kwh, power_kw, length), timedelta(seconds=int(length * 3600)))
        for length in _steps(hours, points)
    ]
    return Simulation(
        over_kwh[0][0].currency,
        f"{start:%Y-%m-%dT%H:%M:%SZ}",
        time_zone,
        power_kw,
        tuple(point for _, point in over_kwh),
        tuple(point for _, point in over_hours),
    )


def _steps(last: Decimal, points: int) -> Iterator[Decimal]:
    with localcontext(WORK):
        steps = [(last * at / (points - 1)).quantize(Decimal("0.001")) for at in range(points)]
    yield from steps


def _energy(kwh: Decimal, power: Decimal, hours: Decimal) -> Decimal:
    with localcontext(WORK):
        return min(kwh, (power * hours).quantize(Decimal("0.001")))


def plot(points: Sequence[tuple[Decimal, Decimal]], unit: str) -> list[str]:
    """A curve in characters: cost upwards, `unit` to the right."""
    with localcontext(WORK):
        lowest, highest = min(Decimal(0), *(y for _, y in points)), max(Decimal(0), *(y for _, y in points))
        span = (highest - lowest) or Decimal(1)
        last = points[-1][0]
        canvas = [[" "] * (WIDTH + 1) for _ in range(HEIGHT + 1)]
        for column in range(WIDTH + 1):
            y = _interpolated(points, last * column / WIDTH)
            canvas[HEIGHT - int(((y - lowest) * HEIGHT / span).to_integral_value())][column] = "•"
        rows = []
        for at, line in enumerate(canvas):
            label = f"{highest - span * at / HEIGHT:10.2f}" if at % 7 == 0 else " " * 10
            rows.append(f"{label} ┤{''.join(line).rstrip()}")
        rows.append(f"{'':10} └{'─' * (WIDTH + 1)}")
        middle = f"{last / 2:.1f}".center(WIDTH // 2)
        rows.append(f"{'':11} 0{middle:>{WIDTH // 2 + len(middle) // 2}}{last:.1f} {unit}".rstrip())
    return rows


def _interpolated(points: Sequence[tuple[Decimal, Decimal]], x: Decimal) -> Decimal:
    (x0, y0), (x1, y1) = next((before, after) for before, after in pairwise(points) if x <= after[0])
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
