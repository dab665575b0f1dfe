"""Instants and local clocks. An instant is an aware datetime in UTC; a local clock needs the zone of the Location.

The zone is never silently UTC: explicit, else the document's, else the country's if it has but one clock (a finding);
else BadInput as soon as a tariff looks at the clock. UTC to local is unambiguous, so the repeated hour of autumn
matches twice (ocpi/ocpi#534); local to UTC takes both folds and the transition itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from roaming.pricing.countries import ZONE_OF_COUNTRY
from roaming.pricing.documents import Document
from roaming.pricing.errors import BadInput

Seconds = int | Decimal
DAY = 86400
_OTHERWISE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?[Zz]?")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def instant(text: str, pointer: str, document: str = "session") -> datetime:
    """An OCPI DateTime: UTC with or without Z. Offsets and the unpadded form of the specification's note are read."""
    try:
        if text[10:11] == "T":
            at = datetime.fromisoformat(text)
            if at.tzinfo is UTC:
                return at
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        if match := _OTHERWISE.fullmatch(text):
            return datetime(*map(int, match.groups()[:6]), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except (ValueError, OverflowError):
        pass
    raise BadInput(pointer, f"{text!r} is not a date-time such as 2026-02-23T10:00:00Z", document)


def moment(text: object) -> datetime | None:
    """An instant where the value is one."""
    try:
        return instant(text, "") if isinstance(text, str) else None
    except BadInput:
        return None


def seconds(span: timedelta) -> Seconds:
    whole = span.days * DAY + span.seconds
    return whole if not span.microseconds else whole + Decimal(span.microseconds).scaleb(-6)


@lru_cache(maxsize=2048)
def minutes(text: str) -> int | None:
    """HH:MM as minutes after midnight; 24:00 breaks the specification's pattern but is understood. None: unreadable."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    return int(match[1]) * 60 + int(match[2]) if match[1] else 24 * 60


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


@lru_cache(maxsize=512)
def zone(name: str, pointer: str = "/time_zone") -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder, a path, an unknown name
        raise BadInput(pointer, f"{name!r} is not a time zone of the tz database", "session") from None


def zone_of(document: Document, given: str | None) -> tuple[ZoneInfo | None, bool]:
    """The zone and whether it was guessed from the country."""
    if given:
        return zone(given), False
    if document.time_zone:
        return zone(document.time_zone), False
    if location := document.cdr_location:
        if location.time_zone:
            return zone(location.time_zone, "/cdr_location/time_zone"), False
        if guess := ZONE_OF_COUNTRY.get((location.country or "").upper()):
            return zone(guess), True
    return None, False


def transitions(place: tzinfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The instants in (start, end) at which the zone's offset changes, to the second."""
    low = start
    while low < end:
        high = min(low + timedelta(days=1), end)
        if _offset(place, low) != _offset(place, high):
            yield _change(place, low, high)
        low = high


def _change(place: tzinfo, low: datetime, high: datetime) -> datetime:
    """The first second with the later offset."""
    before = _offset(place, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if _offset(place, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(place: tzinfo, at: datetime) -> timedelta | None:
    return at.astimezone(place).utcoffset()


def occurrences(place: tzinfo, minute: int, start: datetime, end: datetime) -> Iterator[datetime]:
    """Each instant around [start, end] that shows this minute of the day: both folds; a skipped time gives both its
    readings.
    """
    local = start.astimezone(place).date() - timedelta(days=1)
    last = end.astimezone(place).date() + timedelta(days=1)
    while local <= last:
        wall = datetime(local.year, local.month, local.day, tzinfo=place) + timedelta(minutes=minute)
        for fold in (0, 1):
            yield wall.replace(fold=fold).astimezone(UTC)
        local += timedelta(days=1)
