"""What a station says that holds, beside what we computed: where the two are apart by more than is forgiven.

Where a car is steered, setpoints are compared, else limits. Where a profile has a randomizedDelay the station may begin
each period that much later than is computed (K01): nothing is compared in the meantime.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ocppbridge.charging.charging_profiles import Period


def first_difference(
    told: Sequence[Period],
    computed: Sequence[Period],
    duration: int,
    forgiven: Decimal,
    shift: int = 0,
    delay: int = 0,
) -> str:
    """The first stretch in which they are apart; empty if they agree. `shift`: how much later the told one begins;
    `delay`: how many seconds late a period may begin."""
    steps = {0, *(period.start + shift for period in told), *(period.start for period in computed)}
    for second in _settled(sorted(step for step in steps if 0 <= step < duration), delay, duration):
        said, meant = _at(told, second - shift), _at(computed, second)
        if said is None or meant is None:
            if meant is not None and said is None:
                return f"from second {second} on it tells no limit, {meant:f} is due"
            continue
        if abs(said - meant) > forgiven:
            return f"from second {second} on it tells {said:f}, {meant:f} is due"
    return ""


def _settled(steps: Sequence[int], delay: int, duration: int) -> Iterator[int]:
    """When what begins with each step has begun for certain, and nothing else has."""
    for step, following in zip(steps, (*steps[1:], duration), strict=True):
        if step + delay < following:
            yield step + delay


def _at(periods: Sequence[Period], second: int) -> Decimal | None:
    found = None
    for period in periods:
        if period.start > max(second, 0):
            break
        found = period
    return found.due if found is not None else None
