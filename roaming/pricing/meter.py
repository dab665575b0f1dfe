"""The meter of a session between its readings: registers by linear interpolation (CDR: explicitly allowed), power and
current.

Time is whole seconds since 1970 here, energy is kWh since the first reading. A register that falls back is not
believed: the reading is left out. Where both registers rise between two readings, the interval is split in
proportion, so that no period mixes directions; the sign of the power at its beginning says which direction came
first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import pairwise

from roaming.pricing.amounts import PLACES, ZERO
from roaming.pricing.facts import MeterPoint
from roaming.pricing.state import Reading

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOUR = PLACES[4]
KWH = -3  # scaleb: Wh to kWh, W to kW


def second(at: datetime) -> int:
    return (at - EPOCH) // timedelta(seconds=1)


def at_second(value: int) -> datetime:
    return EPOCH + timedelta(seconds=value)


class Knot:
    """The registers at one second, and what was sampled with them."""

    __slots__ = ("at", "current", "exported", "imported", "power", "soc")

    def __init__(self, at: int, imported: Decimal, exported: Decimal, point: MeterPoint | None = None) -> None:
        self.at = at
        self.imported = imported
        self.exported = exported
        self.power = None if point is None or point.power_w is None else point.power_w.scaleb(KWH)
        self.current = None if point is None else point.current_a
        self.soc = None if point is None else point.soc


class Meter:
    """Registers over [start, end]."""

    def __init__(self, points: Sequence[MeterPoint], start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.knots = self._apart(_knots(points, start, end))

    def _apart(self, knots: list[Knot]) -> list[Knot]:
        """Knots between which only one register rises (where a second can be found for it)."""
        apart = knots[:1]
        for before, after in pairwise(knots):
            taken, given = after.imported - before.imported, after.exported - before.exported
            if taken and given:
                first = given if before.power is not None and before.power < 0 else taken
                at = before.at + int(first * (after.at - before.at) // (taken + given))
                if before.at < at < after.at:
                    middle = (before.imported, after.exported) if first is given else (after.imported, before.exported)
                    apart.append(Knot(at, *middle))
            apart.append(after)
        return apart

    def cross(self, bound: Decimal) -> int | None:
        """Make the import reach `bound` at a whole second, and say which: exactly that much lies before it."""
        for index, (before, after) in enumerate(pairwise(self.knots)):
            if before.imported < bound <= after.imported:
                if bound == after.imported:
                    return after.at
                rise = after.imported - before.imported
                at = before.at + max(int((bound - before.imported) * (after.at - before.at) // rise), 1)
                bound = bound.quantize(FOUR, ROUND_CEILING)
                if at < after.at:
                    self.knots.insert(index + 1, Knot(at, bound, _between(before, after, at).exported))
                    return at
                return self._shift(index, bound)
        return None

    def _shift(self, index: int, bound: Decimal) -> int | None:
        """Two knots a second apart: the crossing is counted at the one that is neither start nor end."""
        before, after = self.knots[index], self.knots[index + 1]
        knot = after if after.at < self.end else before
        if knot.at == self.start:
            return None
        knot.imported = bound
        return knot.at

    def registers(self, at: int) -> tuple[Decimal, Decimal]:
        """Import and export up to a second, in kWh with 4 decimals; at the end all that the readings have."""
        knots = self.knots
        if not knots:
            return ZERO, ZERO
        if at >= self.end:
            last = knots[-1]
            return last.imported.quantize(FOUR, ROUND_HALF_UP), last.exported.quantize(FOUR, ROUND_HALF_UP)
        index = bisect_right(knots, at, key=_at)
        if index == 0:
            return ZERO, ZERO
        before = knots[index - 1]
        here = before if before.at == at or index == len(knots) else _between(before, knots[index], at)
        return _floor(here.imported), _floor(here.exported)

    def intervals(self, start: int, end: int) -> Iterator[tuple[Knot, Knot]]:
        """The pairs of neighbouring knots that share time with [start, end)."""
        knots = self.knots
        first = max(bisect_right(knots, start, key=_at) - 1, 0)
        for before, after in pairwise(knots[first:]):
            if before.at >= end:
                break
            yield before, after

    def power(self, start: int, end: int) -> Reading:
        """Where no reading tells, nothing flows."""
        return spread(_power(before, after) for before, after in self.intervals(start, end)) or (ZERO, ZERO)

    def current(self, start: int, end: int) -> Reading | None:
        return spread(_current(before, after) for before, after in self.intervals(start, end))

    def soc(self, end: int) -> Decimal | None:
        return next((knot.soc for knot in reversed(self.knots) if knot.soc is not None and knot.at <= end), None)


def spread(values: Iterable[Decimal | None]) -> Reading | None:
    told = [value.quantize(FOUR, ROUND_HALF_UP) for value in values if value is not None]
    return (min(told), max(told)) if told else None


def _knots(points: Sequence[MeterPoint], start: int, end: int) -> list[Knot]:
    """The believable readings, with registers counted from the first one, inside [start, end]."""
    knots: list[Knot] = []
    imported = exported = ZERO
    first: tuple[Decimal, Decimal] | None = None
    for point in sorted(points, key=lambda point: point.at):
        if point.import_wh is not None or point.export_wh is not None:
            register = (point.import_wh or ZERO).scaleb(KWH), (point.export_wh or ZERO).scaleb(KWH)
            if first is None:
                first = register
            counted = register[0] - first[0], register[1] - first[1]
            if point.import_wh is not None and counted[0] >= imported:
                imported = counted[0]
            if point.export_wh is not None and counted[1] >= exported:
                exported = counted[1]
        at = min(max(second(point.at), start), end)
        if knots and knots[-1].at == at:
            if at == start < end:  # what rises at the very start is counted up to the next reading
                continue
            knots.pop()
        knots.append(Knot(at, imported, exported, point))
    return knots


def _between(before: Knot, after: Knot, at: int) -> Knot:
    share = Decimal(at - before.at) / (after.at - before.at)
    return Knot(
        at,
        before.imported + (after.imported - before.imported) * share,
        before.exported + (after.exported - before.exported) * share,
    )


def _floor(kwh: Decimal) -> Decimal:
    """Down, so that rounding never crosses a bound that the true value has not crossed."""
    return kwh.quantize(FOUR, ROUND_FLOOR)


def _power(before: Knot, after: Knot) -> Decimal:
    """kW between two readings: a sample at either side if it fits the flow of energy, else the average."""
    flow = (after.imported - before.imported) - (after.exported - before.exported)
    for sample in (before.power, after.power):
        if sample is not None and (sample > 0) == (flow > 0) and (sample < 0) == (flow < 0):
            return sample
    return flow * 3600 / (after.at - before.at)


def _current(before: Knot, after: Knot) -> Decimal | None:
    """A, from the sample at the beginning, or at the end where the first one says 0 although energy flows."""
    flows = after.imported != before.imported or after.exported != before.exported
    for sample in (before.current, after.current):
        if sample is not None and (sample != 0 or not flows):
            return sample
    return None


def _at(knot: Knot) -> int:
    return knot.at
