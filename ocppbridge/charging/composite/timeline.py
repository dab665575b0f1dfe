"""A profile on a line of seconds, counted from the beginning of what is asked: when which of its periods would hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from ocppbridge.charging.charging_profiles import ChargingProfile, Kind, Period, Recurrency, Schedule

DAY: Final = 86400
_STEP: Final = {Recurrency.DAILY: 1, Recurrency.WEEKLY: 7}
_SECOND: Final = timedelta(seconds=1)


class Segment(NamedTuple):
    """`period` holds from `start` until `end`, in seconds."""

    start: int
    end: int
    period: Period


class Line(NamedTuple):
    """What is laid out: so many seconds from `origin` on, on the clock of `zone`."""

    origin: datetime
    length: int
    zone: tzinfo

    def second(self, moment: datetime) -> int:
        """Where a moment is on it."""
        return (moment - self.origin) // _SECOND


def lay(
    profile: ChargingProfile, periods: tuple[Period, ...], line: Line, anchor: int, offline: int | None
) -> list[Segment]:
    """Segments of its periods within the line. `anchor` is when charging began, `offline` since when it is offline."""
    low, high = 0, line.length
    if profile.valid_from is not None:
        low = max(low, line.second(profile.valid_from))
    if profile.valid_to is not None:
        high = min(high, line.second(profile.valid_to))
    if offline is not None and profile.max_offline is not None:
        high = min(high, offline + profile.max_offline)
    if low >= high:
        return []
    schedule, found = profile.schedule, list[Segment]()
    for begin, end in _occurrences(profile, schedule, line, anchor):
        _cut(periods, begin, max(begin, low), min(end, high), found)
    return found


def _cut(periods: tuple[Period, ...], begin: int, low: int, high: int, found: list[Segment]) -> None:
    """The periods of one occurrence that begins at `begin`, within low and high; the last goes on to the end."""
    if low >= high:
        return
    last = len(periods) - 1
    for n, period in enumerate(periods):
        start = begin + period.start
        if start >= high:
            return
        end = high if n == last else min(high, begin + periods[n + 1].start)
        if end > low:
            found.append(Segment(max(low, start), end, period))


def _occurrences(profile: ChargingProfile, schedule: Schedule, line: Line, anchor: int) -> Iterator[tuple[int, int]]:
    duration = schedule.duration
    if profile.kind is Kind.RECURRING and schedule.start is not None:
        yield from _recurring(profile.recurrency or Recurrency.DAILY, schedule, line)
        return
    if profile.kind is Kind.DYNAMIC:
        written = profile.updated_at or schedule.start
        begin = line.second(written) if written is not None else min(anchor, 0)
    elif profile.kind is Kind.RELATIVE or schedule.start is None:
        begin = anchor
    else:
        begin = line.second(_start(schedule, schedule.start, line.zone))
    yield begin, line.length if duration is None else begin + duration


def _start(schedule: Schedule, start: datetime, zone: tzinfo) -> datetime:
    """2.1, useLocalTime: the offset is disregarded, what the text says is the time at the station."""
    return start.astimezone(UTC).replace(tzinfo=zone).astimezone(UTC) if schedule.use_local_time else start


def _recurring(recurrency: Recurrency, schedule: Schedule, line: Line) -> Iterator[tuple[int, int]]:
    assert schedule.start is not None  # noqa: S101  # for the type checker: the caller has looked
    days = _STEP[recurrency]
    local = schedule.start.astimezone(UTC).replace(tzinfo=None)
    zone = line.zone if schedule.use_local_time else UTC

    def occurrence(n: int) -> int:
        return line.second((local + timedelta(days=days * n)).replace(tzinfo=zone).astimezone(UTC))

    first = occurrence(0)
    n = max(0, -first // (days * DAY) - 1)  # one earlier: it may still go on, and a local day may be shorter
    begin = occurrence(n)
    while begin < line.length:
        following = occurrence(n + 1)
        yield begin, following if schedule.duration is None else min(following, begin + schedule.duration)
        begin, n = following, n + 1
