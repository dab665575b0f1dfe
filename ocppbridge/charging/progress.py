"""How a session's energy grew, out of the registers its readings show: points that begin at 0 and end at the total.

The total is `metering`'s and is what is billed; the readings only say when it flowed. So a reading can shift energy
in time, never make any: a register that went back (a reset), or that jumped by more than the whole session took
(another stream, a start register that was never set), adds nothing at that step.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

Step = tuple[datetime, Decimal]


def progress(
    registers: Iterable[Step], first: Decimal | None, total: Decimal, start: datetime, end: datetime | None
) -> list[Step]:
    """(instant, Wh since the start) in order of time, one point an instant. `first` is the register at the start."""
    held = first
    taken = Decimal()
    points: dict[datetime, Decimal] = {start: taken}
    for at, value in sorted(registers):
        gained = Decimal() if held is None else value - held
        held = value
        if gained > 0 and gained <= total:
            taken = min(taken + gained, total)
        if at >= start:
            points[at if end is None else min(at, end)] = taken
    # What the readings did not place in time is placed at the last instant that is known.
    points[max(points) if end is None else end] = total
    return sorted(points.items())
