"""OCPI's restrictions in OCPP 2.1's words: the conditions of one price.

Both read minima as inclusive and maxima as exclusive, times by the local clock, a window that ends before it starts as
wrapped over midnight, and durations from the start of the transaction. kWh and kW become Wh and W.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from ocppbridge.versions.payloads import amount
from roaming.pricing.documents import Restrictions

_MIDNIGHT: Final = "00:00"
_ENDS: Final = (None, "", "24:00", _MIDNIGHT)
# OCPI's field → (OCPP's, OCPP's unit in OCPI's).
_BOUNDS: Final = {
    "min_kwh": ("minEnergy", 1000),
    "max_kwh": ("maxEnergy", 1000),
    "min_power": ("minPower", 1000),
    "max_power": ("maxPower", 1000),
    "min_current": ("minCurrent", 1),
    "max_current": ("maxCurrent", 1),
    "min_duration": ("minTime", 1),
    "max_duration": ("maxTime", 1),
}
_NEVER_AT_START: Final = ("min_kwh", "min_duration")
_HELD_AT_START: Final = ("max_kwh", "max_duration")
_MEASURED: Final = ("min_power", "max_power", "min_current", "max_current")


def clock(source: Restrictions | None) -> dict[str, Any]:
    """What depends on the local clock and date."""
    if source is None:
        return {}
    said: dict[str, Any] = {}
    start, end = source.start_time or _MIDNIGHT, source.end_time
    end = _MIDNIGHT if end in _ENDS else str(end)
    if start != end:  # else it is the whole day
        said |= {"startTimeOfDay": start, "endTimeOfDay": end}
    days = dict.fromkeys(source.day_of_week or ())
    if 0 < len(days) < 7:
        said["dayOfWeek"] = [day.capitalize() for day in days]
    if source.start_date:
        said["validFromDate"] = source.start_date
    if source.end_date:
        said["validToDate"] = source.end_date
    return said


def course(source: Restrictions | None) -> dict[str, Any]:
    """What depends on what the vehicle has taken, takes, and how long it stands there."""
    if source is None:
        return {}
    found = {}
    for field, (name, factor) in _BOUNDS.items():
        bound = getattr(source, field)
        if bound is not None:
            found[name] = amount(Decimal(bound) * factor)
    return found


def exports(source: Restrictions | None) -> bool:
    """Whether only energy that is fed back can meet it."""
    return source is not None and source.max_power is not None and source.max_power <= 0


def at_start(source: Restrictions | None) -> bool | None:
    """Whether its conditions on the course hold when a transaction begins; None: nobody can say before."""
    if source is None:
        return True
    if any(getattr(source, field) is not None for field in _MEASURED):
        return None
    later = any((getattr(source, field) or 0) > 0 for field in _NEVER_AT_START)
    over = any((bound := getattr(source, field)) is not None and bound <= 0 for field in _HELD_AT_START)
    return None if later else not over
