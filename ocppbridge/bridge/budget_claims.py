"""What the cars at a site could use of its budget: how many there are, what they draw, what their drivers wish.

A car is known by its transaction. Weights count only where the budget goes by priority: that of the station, times what
the driver has asked for (SES-03: FAST 3, CHEAP and GREEN 1, else 2), times 3 under PriorityCharging (K21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from ocppbridge.bridge import power
from ocppbridge.charging.charging_profiles import Unit
from ocppbridge.charging.composite import Supply
from ocppbridge.models import MeterReading, PriorityCharging, Station, Transaction
from roaming.models import Preference

FRESH: Final = timedelta(minutes=5)
WEIGHTS: Final = {"FAST": 3, "REGULAR": 2, "CHEAP": 1, "GREEN": 1}
PRIORITY: Final = 3
_ANY: Final = Supply()
_READ: Final = ("station_id", "evse_number", "session_id")


@dataclass
class Car:
    """One running transaction: on what it hangs, what it drew when it was last measured, its weight."""

    row: Transaction
    supply: Supply
    measured: Decimal | None = None
    measured_at: datetime | None = None
    weight: int = WEIGHTS["REGULAR"]

    def most(self, unit: Unit) -> Decimal | None:
        """What its EVSE is built for."""
        return self.supply.built_for(unit)


@dataclass
class Site:
    """The stations of a location as they stand."""

    stations: list[Station]
    location: Mapping[str, Any]
    cars: dict[int, list[Car]] = field(default_factory=dict)
    """By station."""
    built_for: dict[int, Decimal] = field(default_factory=dict)


def survey(country: str, party: str, location_id: str, unit: Unit, now: datetime) -> Site:
    """Everything in a handful of queries, however many stations there are."""
    rows = Station.objects.filter(country_code=country, party_id=party, location_id__iexact=location_id)
    stations = list(rows.select_related("connection").prefetch_related("evses").order_by("identity"))
    location = power.location_of(stations[0]) if stations else {}
    site = Site(stations, location)
    published = power.published(location)
    supplies = {station.pk: power.supplies(station, published) for station in stations}
    for station in stations:
        evses = supplies[station.pk].values()
        site.built_for[station.pk] = sum((one.built_for(unit) or Decimal(0) for one in evses), Decimal(0))
    running = Transaction.objects.filter(station__in=stations, state=Transaction.State.RUNNING).only(*_READ)
    cars = {row.pk: Car(row, supplies[row.station_id].get(row.evse_number or 1, _ANY)) for row in running}
    _measure(cars, unit, now)
    _weigh(cars)
    for car in cars.values():
        site.cars.setdefault(car.row.station_id, []).append(car)
    return site


def _measure(cars: Mapping[int, Car], unit: Unit, now: datetime) -> None:
    readings = MeterReading.objects.filter(transaction__in=cars, at__gte=now - FRESH).exclude(power=None)
    for reading in readings.order_by("transaction", "-at").distinct("transaction"):
        car = cars[reading.transaction_id]
        watts = max(reading.power or Decimal(0), Decimal(0))
        car.measured_at = reading.at
        car.measured = watts if unit is Unit.W else _amperes(reading, watts, car.supply)


def _amperes(reading: MeterReading, watts: Decimal, supply: Supply) -> Decimal:
    """On its fullest phase: as measured by phase, else as if all of it went over one, which is never too little."""
    by_phase = [
        Decimal(str(one["value"]))
        for one in reading.samples
        if one.get("measurand") == "Current.Import" and one.get("phase") and one.get("value") is not None
    ]
    return max(by_phase) if by_phase else supply.amperes(watts, 1)


def _weigh(cars: Mapping[int, Car]) -> None:
    by_session = {str(car.row.session_id).upper(): car for car in cars.values()}
    wishes = Preference.objects.filter(session__object_key__in=list(by_session), response="ACCEPTED")
    for wish in wishes.select_related("session").order_by("received_at", "pk"):
        by_session[wish.session.object_key.upper()].weight = WEIGHTS.get(wish.profile_type, 2)
    for first in PriorityCharging.objects.filter(transaction__in=cars, activated=True):
        cars[first.transaction_id].weight *= PRIORITY


def by_station(cars: Sequence[Car]) -> Decimal | None:
    """What they drew together; None as long as one of them has not been measured."""
    drawn = [car.measured for car in cars]
    known = [one for one in drawn if one is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(drawn) else None
