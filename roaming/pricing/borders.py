"""The instants at which a price may change: a superset, as neighbours that turn out alike are merged again.

Local times of start_time and end_time on each local day touched, in both folds; the zone's transitions, which also
stand for a local time that is skipped; local midnight for weekdays and dates; the start of the phase plus each
min/max_duration; the instant at which the import crosses each min/max_kwh; the readings, where power or current are
restricted or the flow turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from roaming.pricing.clock import occurrences, transitions
from roaming.pricing.meter import Meter, at_second, second
from roaming.pricing.rates import Plan
from roaming.pricing.restrictions import Current, Dates, Days, Duration, Energy, Power, Range, Restriction, Window


def checks(plans: Sequence[Plan]) -> list[Restriction]:
    return [check for plan in plans for element in plan.elements for check in element.checks]


def calendar(found: Sequence[Restriction], zone: ZoneInfo, start: int, end: int) -> Iterator[int]:
    """Where the local clock or date changes the price."""
    minutes = {minute for check in found if isinstance(check, Window) for minute in (check.start, check.end)}
    if any(isinstance(check, (Dates, Days)) for check in found):
        minutes.add(0)
    if not minutes:
        return
    first, last = at_second(start), at_second(end)
    for minute in minutes:
        for at in occurrences(zone, minute, first, last):
            yield second(at)
    for at in transitions(zone, first, last):
        yield second(at)


def durations(found: Sequence[Restriction], start: int) -> Iterator[int]:
    for check in found:
        if isinstance(check, Duration):
            for bound in bounds(check):
                yield start + int(bound.to_integral_value(ROUND_CEILING))


def tiers(found: Sequence[Restriction]) -> list[Decimal]:
    """The kWh bounds, from below."""
    return sorted({bound for check in found if isinstance(check, Energy) for bound in bounds(check) if bound > 0})


def flows(meter: Meter, found: Sequence[Restriction]) -> Iterator[int]:
    """Where power or current may cross a bound, and where import turns to export."""
    sampled = any(isinstance(check, (Power, Current)) for check in found)
    direction = 0
    for before, after in pairwise(meter.knots):
        now = (after.imported > before.imported) - (after.exported > before.exported)
        if sampled or (now and now != direction):
            yield before.at
        direction = now or direction
    if meter.knots:
        yield meter.knots[-1].at


def bounds(check: Range) -> list[Decimal]:
    return [bound for bound in (check.lower, check.upper) if bound is not None]
