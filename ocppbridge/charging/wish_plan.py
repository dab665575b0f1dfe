"""What a driver's wishes and his car's needs come to: what it can take, for cheap and green no more than it needs.

A car of alternating current is told amperes per phase, one of direct current watts (SES-03, K15).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

from ocppbridge.charging.charging_profiles import Unit
from ocppbridge.charging.composite import Supply
from ocppbridge.charging.composite.units import TENTH
from ocppbridge.charging.readings import number

LEAST: Final = Decimal(6)
"""Below 6 A a car does not charge (IEC 61851)."""
MARGIN: Final = Decimal("1.1")
PLANNED: Final = frozenset({"CHEAP", "GREEN"})
_PHASES: Final = {"AC_single_phase": 1, "AC_two_phase": 2}


@dataclass(frozen=True, slots=True)
class Car:
    """What a car has told of itself; None: it does not say."""

    unit: Unit = Unit.A
    phases: int | None = None
    most: Decimal | None = None
    least: Decimal | None = None
    departure: datetime | None = None
    energy: Decimal | None = None
    """Wh."""


def car_of(requested: str, ac: Mapping[str, Any], dc: Mapping[str, Any], departure: datetime | None) -> Car:
    """Out of acChargingParameters or dcChargingParameters."""
    if not requested.startswith("DC"):
        return Car(
            Unit.A, _PHASES.get(requested), number(ac.get("evMaxCurrent")), number(ac.get("evMinCurrent")), departure,
            number(ac.get("energyAmount")),
        )  # fmt: skip
    volts, amperes = number(dc.get("evMaxVoltage")), number(dc.get("evMaxCurrent"))
    product = volts * amperes if volts is not None and amperes is not None else None
    told = [one for one in (number(dc.get("evMaxPower")), product) if one is not None]
    return Car(Unit.W, None, min(told, default=None), None, departure, number(dc.get("energyAmount")))


def most(supply: Supply, car: Car) -> Decimal | None:
    """What EVSE and car can both do; None if nobody says."""
    known = [one for one in (supply.built_for(car.unit), car.most) if one is not None]
    return min(known).quantize(TENTH, ROUND_FLOOR) if known else None


def needed(
    kind: str,
    now: datetime,
    departure: datetime | None,
    energy_wh: Decimal | None,
    supply: Supply,
    car: Car | None = None,
) -> Decimal | None:
    """In the car's unit; None: nothing limits him. With a tenth to spare, and never below what a car charges with.

    What the driver does not say of departure and need, his car may have said.
    """
    car = car or Car()
    departure, energy_wh = departure or car.departure, car.energy if energy_wh is None else energy_wh
    if kind not in PLANNED or departure is None or energy_wh is None or departure <= now:
        return None
    watts = energy_wh / (Decimal((departure - now).total_seconds()) / 3600) * MARGIN
    least = car.least or (LEAST if car.unit is Unit.A else Decimal())
    figure = watts if car.unit is Unit.W else supply.amperes(watts, car.phases)
    limit = max(figure.quantize(TENTH, ROUND_CEILING), least)
    top = most(supply, car)
    return None if top is not None and limit >= top else limit
