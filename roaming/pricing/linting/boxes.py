"""Restrictions as boxes in the space of all that a restriction can ask, and the search for a point that no box covers.

An axis is a tuple of disjoint half-open intervals. `uncovered` takes the covers one by one: what of the box lies
outside of the first on one axis is searched against the rest, then the box shrinks to the inside of that axis and the
next axis follows; when all are done the remainder is covered. The first point found is the witness. A search that
grows beyond reason answers "covered", so that lint never claims what it has not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from roaming.pricing.restrictions import (
    MIDNIGHT,
    Current,
    Dates,
    Days,
    Duration,
    Energy,
    Power,
    Range,
    Restriction,
    Window,
    hhmm,
    shown,
)
from roaming.pricing.state import DAYS

Number = int | Decimal
Axis = tuple[tuple[Number, Number], ...]
Box = Mapping[str, Axis]  # an axis that is absent is unrestricted
FOREVER = Decimal("Infinity")
PATIENCE = 5_000
EVER: dict[str, Axis] = {
    "time": ((0, MIDNIGHT),),
    "day": ((0, 7),),
    "date": ((date.min.toordinal(), date.max.toordinal()),),
    "energy": ((0, FOREVER),),
    "duration": ((0, FOREVER),),
    "power": ((0, FOREVER),),
    "current": ((0, FOREVER),),
}
BOTH_WAYS: Axis = ((-FOREVER, FOREVER),)
UNITS = {"energy": "kWh", "duration": "s", "power": "kW", "current": "A"}


def domain(checks: Iterable[Restriction]) -> dict[str, Axis]:
    """All that can be asked. Power goes below 0 only where the tariff looks there, that is at export."""
    space = dict(EVER)
    for check in checks:
        if isinstance(check, Power) and any(bound is not None and bound <= 0 for bound in (check.lower, check.upper)):
            space["power"] = BOTH_WAYS
    return space


def box(checks: Iterable[Restriction], space: Mapping[str, Axis]) -> Box:
    sides: dict[str, Axis] = {}
    for check in checks:
        name, axis = side(check)
        sides[name] = meet(axis, space[name])
    return sides


def side(check: Restriction) -> tuple[str, Axis]:
    if isinstance(check, Window):
        if check.start < check.end:
            return "time", ((check.start, check.end),)
        return "time", EVER["time"] if check.start == check.end else ((0, check.end), (check.start, MIDNIGHT))
    if isinstance(check, Days):
        return "day", tuple((day, day + 1) for day in sorted(check.days))
    if isinstance(check, Dates):
        first, last = EVER["date"][0]
        start = first if check.start is None else check.start.toordinal()
        return "date", ((start, last if check.end is None else check.end.toordinal()),)
    lower = -FOREVER if check.lower is None else check.lower
    return RANGE[type(check)], ((lower, FOREVER if check.upper is None else check.upper),)


RANGE: dict[type[Range], str] = {Energy: "energy", Duration: "duration", Power: "power", Current: "current"}


def meet(one: Axis, other: Axis) -> Axis:
    met = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return tuple((low, high) for low, high in met if low < high)


def without(one: Axis, other: Axis) -> Axis:
    left = list(one)
    for low, high in other:
        left = [part for a, b in left for part in ((a, min(b, low)), (max(a, high), b)) if part[0] < part[1]]
    return tuple(left)


def empty(candidate: Box) -> bool:
    return any(not axis for axis in candidate.values())


def uncovered(
    candidate: Box, covers: list[Box], space: Mapping[str, Axis], patience: int = PATIENCE
) -> dict[str, str] | None:
    """A point of the box that lies in no cover, or None."""
    for point, day in _search({**space, **candidate}, covers, [patience]):
        return witness(point, day, space)
    return None


def _search(candidate: dict[str, Axis], covers: list[Box], patience: list[int]) -> Iterator[tuple[Box, date]]:
    """Points outside of the covers, each with a real day. `patience` is what is left of it, for the whole search."""
    patience[0] -= 1
    if patience[0] < 0:
        return
    if not covers:
        day = day_of(candidate)
        if day is not None:
            yield candidate, day
        return
    cover, rest = covers[0], covers[1:]
    inside = dict(candidate)
    for name, axis in cover.items():
        outside = without(inside[name], axis)
        if outside:
            yield from _search({**inside, name: outside}, rest, patience)
        inside[name] = meet(inside[name], axis)
        if not inside[name]:
            return


def day_of(point: Box) -> date | None:
    """A real day that lies in both the dates and the weekdays."""
    days = {day for low, high in point["day"] for day in range(int(low), int(high))}
    for low, high in point["date"]:
        start = max(int(low), REFERENCE) if high > REFERENCE else int(low)
        for ordinal in range(start, min(int(high), start + 7)):
            if date.fromordinal(ordinal).weekday() in days:
                return date.fromordinal(ordinal)
    return None


REFERENCE = (date(2026, 1, 5)).toordinal()  # a Monday, for the tariffs that know no dates


def witness(point: Box, day: date, space: Mapping[str, Axis]) -> dict[str, str]:
    """The lowest values on the axes that matter."""
    told: dict[str, str] = {}
    for name, axis in point.items():
        if axis == space[name]:
            continue
        if name == "time":
            told["time"] = hhmm(int(axis[0][0]))
        elif name in UNITS:
            told[name] = f"{shown(_value(axis[0]))} {UNITS[name]}"
        else:
            told["date"] = f"{day} ({DAYS[day.weekday()].capitalize()})"
    return told


def _value(interval: tuple[Number, Number]) -> Number:
    """The lowest value of an interval; of one without a lowest, just below its end."""
    low, high = interval
    return low if low != -FOREVER else high - 1
