"""Restrictions one by one: what can never hold, holds always, or is not what it looks like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from roaming.pricing.clock import day, minutes
from roaming.pricing.figures import number
from roaming.pricing.findings import Finding, error, note, warning
from roaming.pricing.restrictions import MIDNIGHT, hhmm
from roaming.pricing.state import DAYS

RANGES = ("kwh", "power", "current", "duration")
# When the clocks change at night, in most zones that do change.
DST = (120, 180)


def windows(index: int, restrictions: Mapping[str, Any]) -> Iterator[Finding]:
    pointer = f"/elements/{index}/restrictions"
    for name in RANGES:
        yield from bounds(name, restrictions, pointer)
    yield from times(restrictions, pointer)
    yield from dates(restrictions, pointer)
    days = restrictions.get("day_of_week")
    if isinstance(days, list) and set(DAYS) <= set(map(str, days)):
        yield note(
            "all_days_listed", f"{pointer}/day_of_week", "names every day: it restricts nothing", fix="leave it out"
        )


def bounds(name: str, restrictions: Mapping[str, Any], pointer: str) -> Iterator[Finding]:
    lower, upper = number(restrictions.get(f"min_{name}")), number(restrictions.get(f"max_{name}"))
    if lower is not None and upper is not None and lower >= upper:
        yield error(
            "impossible_restriction",
            f"{pointer}/min_{name}",
            f"min_{name} {lower:f} is not below max_{name} {upper:f}: the element never matches",
            witness={name: f"{lower:f} is not below {upper:f}"},
        )
    elif upper is not None and upper <= 0 and name != "power":  # max_power 0 is how export is priced
        yield error(
            "impossible_restriction",
            f"{pointer}/max_{name}",
            f"max_{name} {upper:f} is exclusive: nothing is below it and the element never matches",
            witness={name: f"0 is not below {upper:f}"},
        )


def times(restrictions: Mapping[str, Any], pointer: str) -> Iterator[Finding]:
    start_text, end_text = restrictions.get("start_time"), restrictions.get("end_time")
    start = minutes(start_text) if isinstance(start_text, str) else None
    end = minutes(end_text) if isinstance(end_text, str) else None
    if end_text == "24:00":
        message = "24:00 breaks the specification's pattern for times; 00:00 as end_time is the end of the day"
        yield warning("end_time_24_00", f"{pointer}/end_time", message, fix='"00:00"')
    if end == 23 * 60 + 59:
        message = "end_time is exclusive: the last minute of the day is not covered"
        witness = {"time": "23:59"}
        yield warning("end_time_23_59", f"{pointer}/end_time", message, witness=witness, fix='"00:00"')
    if end_text == "00:00" and start_text is None:
        message = "00:00 alone is read as the end of the day, that is no restriction at all; others never match it"
        yield warning("end_time_midnight_alone", f"{pointer}/end_time", message, witness={"time": "22:30"})
    if start is None or end is None:
        return
    if start == end:
        message = f"starts and ends at {start_text}: read as the whole day; others never match it"
        yield warning("whole_day_window", f"{pointer}/start_time", message, witness={"time": start_text})
    end = end or MIDNIGHT
    if start > end and restrictions.get("day_of_week"):
        message = "wraps over midnight: after midnight the weekday is that of the new day, not of the evening before"
        witness = {"time": f"00:00 to {hhmm(end)} on a day that is listed, whatever the day before"}
        yield warning("wrap_with_day_of_week", f"{pointer}/day_of_week", message, witness=witness)
    if start < end and DST[0] <= start and end <= DST[1]:
        message = "lies in the hour that is skipped in spring and comes twice in autumn, in most zones that change"
        witness = {"time": f"{hhmm(start)} on the last Sunday of March does not exist in most of Europe"}
        yield note("dst_hour", f"{pointer}/start_time", message, witness=witness)


def dates(restrictions: Mapping[str, Any], pointer: str) -> Iterator[Finding]:
    start_text, end_text = restrictions.get("start_date"), restrictions.get("end_date")
    start = day(start_text) if isinstance(start_text, str) else None
    end = day(end_text) if isinstance(end_text, str) else None
    if start is not None and end is not None and end <= start:
        message = f"end_date {end} is exclusive and not after start_date {start}: the element never matches"
        witness = {"date": f"{start} is not before {end}"}
        yield error("impossible_restriction", f"{pointer}/end_date", message, witness=witness)
    if start is not None or end is not None:
        name = "start_date" if start is not None else "end_date"
        message = "dates go stale inside a tariff: one of its own with start_date_time and end_date_time is clearer"
        yield note("date_restrictions", f"{pointer}/{name}", message)
