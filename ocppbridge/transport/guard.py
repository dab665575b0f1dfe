"""How much one peer may try: failed upgrades per identity and address (S38), frames per socket (S40). Pure.

A station with the right secret gets in however often others have failed in its name: the guard changes only what a
failure is answered, and how loudly it is told.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

FAILURES: Final = 20
WINDOW: Final = 60.0  # seconds
REMEMBERED: Final = 20_000

RATE: Final = 100.0  # frames a second that a socket may go on with
BURST: Final = 1_000.0
# Over its rate a socket is read in groups with pauses between. One that replays an outage has one call under way at a
# time also within a group; one that floods has the whole group.
GROUP: Final = 10
UNANSWERED: Final = 4


@dataclass(slots=True)
class _Count:
    since: float
    failures: int = 0


class FailedUpgrades:
    """Counts failures in a window; forgets the oldest keys when there are too many."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def failed(self, *keys: str, now: float) -> int:
        """Note a failure under each key; the highest count of the window."""
        return max(self._note(key, now) for key in keys)

    def _note(self, key: str, now: float) -> int:
        count = self._counts.get(key)
        if count is None or now - count.since > WINDOW:
            count = self._counts[key] = _Count(now)
            if len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)
        count.failures += 1
        return count.failures


class Allowance:
    """A token bucket for the frames of one socket."""

    __slots__ = ("_at", "_left")
    rate, burst = RATE, BURST

    def __init__(self, now: float) -> None:
        self._left, self._at = self.burst, now

    def spent(self, now: float) -> bool:
        """Take one; True if there was none left."""
        left = self._left + (now - self._at) * self.rate
        self._at = now
        if left > self.burst:
            left = self.burst
        if left < 1:
            self._left = left
            return True
        self._left = left - 1
        return False


class UnusualFrames(Allowance):
    """For fragments and control frames. A call may come in many parts, and there are small parts."""

    __slots__ = ()
    rate, burst = 1_000.0, 10_000.0
