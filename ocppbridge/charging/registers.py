"""One energy register followed through a session: what it gained, whatever order and nonsense its readings come in.

Rule: never bill what may not have flowed. A register that falls by more than half has been reset, one that leaps
further than a megawatt charger could deliver has been swapped (a lifetime count where a session's stood, field quirk
3): both start a new segment at the new value, and the step between the segments counts for nothing. A small step back
is noise and ignored until the register passes its old height. Each oddity is a finding; a session that has one is
looked at before it is billed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from ocppbridge.charging.findings import Finding

ZERO: Final = Decimal()
MAX_POWER_W: Final = Decimal(1_000_000)
SLACK_WH: Final = Decimal(1_000)
HIGHEST_WH: Final = Decimal(10**11)  # a hundred gigawatt hours: no meter of a charging station has counted so far


class Register(Struct, frozen=True):
    """The readings so far, folded: finished segments in `carried`, the present one from `start` to `last`."""

    first_at: datetime | None = None
    first: Decimal = ZERO
    start: Decimal = ZERO
    last_at: datetime | None = None
    last: Decimal = ZERO
    carried: Decimal = ZERO
    segments: int = 0
    count: int = 0

    @property
    def energy(self) -> Decimal:
        """Wh gained."""
        return self.carried + self.last - self.start

    def take(self, at: datetime, value: Decimal, timed: bool = True) -> tuple[Register, Finding | None]:
        """The register after one more reading. `timed` is False where the station's clock cannot be believed."""
        if value < 0:
            return self, Finding("METER_NEGATIVE", f"{value} Wh")
        if value > HIGHEST_WH:
            return self, Finding("METER_IMPLAUSIBLE", f"{value} Wh")
        if self.segments == 0 or self.last_at is None or self.first_at is None:
            return Register(at, value, value, at, value, self.carried, 1, self.count + 1), None
        if at < self.first_at:
            return self._earlier(at, value, self.first_at - at), None
        if at < self.last_at or (at, value) == (self.last_at, self.last):
            return self, None  # between two that are known, or the same again: a replay
        return self._later(at, value, at - self.last_at, timed)

    def _earlier(self, at: datetime, value: Decimal, gap: timedelta) -> Register:
        """A late start: what was gained before the first reading known so far."""
        gained = self.first - value
        if not 0 <= gained <= most(gap):
            return self
        if self.segments == 1:
            return replace(self, first_at=at, first=value, start=value, count=self.count + 1)
        return replace(self, first_at=at, first=value, carried=self.carried + gained, count=self.count + 1)

    def _later(self, at: datetime, value: Decimal, gap: timedelta, timed: bool) -> tuple[Register, Finding | None]:
        if value * 2 < self.last:
            return self._segment(at, value), Finding("METER_RESET", f"{self.last} → {value} Wh")
        if value < self.last:
            return replace(self, last_at=at), Finding("METER_BACKWARDS", f"{self.last} → {value} Wh")
        if timed and value - self.last > most(gap):
            text = f"{self.last} → {value} Wh within {int(gap.total_seconds())} s"
            return self._segment(at, value), Finding("METER_JUMP", text)
        return replace(self, last_at=at, last=value, count=self.count + 1), None

    def _segment(self, at: datetime, value: Decimal) -> Register:
        return replace(
            self,
            carried=self.energy,
            start=value,
            last=value,
            last_at=at,
            segments=self.segments + 1,
            count=self.count + 1,
        )

    def add(self, at: datetime, gained: Decimal) -> Register:
        """The register after an interval value: what was gained since the last reading, not a height."""
        if gained < 0 or (self.last_at is not None and at <= self.last_at):
            return self
        return replace(
            self, carried=self.carried + gained, last_at=at, first_at=self.first_at or at, count=self.count + 1
        )

    def to_json(self) -> list[Any]:
        """The register as a list that JSON can hold."""
        times = [at.isoformat() if at else None for at in (self.first_at, self.last_at)]
        figures = [str(figure) for figure in (self.first, self.start, self.last, self.carried)]
        return [*times, *figures, self.segments, self.count]

    @staticmethod
    def from_json(data: list[Any]) -> Register:
        """The register that `to_json` wrote."""
        first_at, last_at = (datetime.fromisoformat(text) if text else None for text in data[:2])
        first, start, last, carried = map(Decimal, data[2:6])
        return Register(first_at, first, start, last_at, last, carried, data[6], data[7])


def most(gap: timedelta) -> Decimal:
    """The most that can have flowed within a time."""
    return MAX_POWER_W * Decimal(int(gap.total_seconds())) / 3600 + SLACK_WH
