"""Periods in another unit: W = A × volts × phases, a current per phase, a power in total (CHP-14).

Rounded to tenths towards less: limits down, discharge limits and setpoints towards nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import Final

from ocppbridge.charging.charging_profiles import AMOUNTS, Period, Unit
from ocppbridge.charging.composite.changing import changed

TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Supply:
    """What an EVSE hangs on: volts between line and neutral, phases, and amperes per phase that it is built for."""

    voltage: Decimal = Decimal(230)
    phases: int = 3
    most: Decimal | None = None

    def amperes(self, watts: Decimal, phases: int | None = None) -> Decimal:
        """Per phase."""
        return watts / (self.voltage * (phases or self.phases))

    def watts(self, amperes: Decimal, phases: int | None = None) -> Decimal:
        """In total."""
        return amperes * self.voltage * (phases or self.phases)

    def built_for(self, unit: Unit) -> Decimal | None:
        """The most that it can give; None if nobody knows."""
        if self.most is None:
            return None
        return self.most if unit is Unit.A else self.watts(self.most)


def convert(period: Period, unit: Unit, wanted: Unit, supply: Supply) -> Period:
    """The same in the wanted unit. Figures of single phases are converted phase by phase."""
    if unit is wanted:
        return period
    figures: dict[str, Decimal] = {}
    for name in AMOUNTS:
        value = getattr(period, name)
        if value is None:
            continue
        kind = name.removesuffix("_l2").removesuffix("_l3")
        single = getattr(period, f"{kind}_l2") is not None or getattr(period, f"{kind}_l3") is not None
        phases = 1 if single else period.phases
        figure = supply.watts(value, phases) if wanted is Unit.W else supply.amperes(value, phases)
        figures[name] = figure.quantize(TENTH, ROUND_FLOOR if kind == "limit" else ROUND_DOWN)
    return changed(period, **figures)
