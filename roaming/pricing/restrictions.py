"""TariffRestrictions: each kind knows whether it holds and can say why. All that are set must hold (TAR-09).

Minimum inclusive, maximum exclusive (TAR-12, TAR-14). Times are local: open ends are 00:00 and 24:00, end_time 00:00
is 24:00, a window that ends before it starts wraps over midnight, one that starts when it ends is the whole day
(TAR-10); dates bound days, times repeat on each (TAR-11); the weekday is that of the local date, also in a wrapped
window (literal AND). Power and current: the lower bound is tested on MIN_x, the upper on MAX_x; without a measurement
nothing matches.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal

from roaming.pricing import clock
from roaming.pricing.amounts import plain
from roaming.pricing.documents import Restrictions
from roaming.pricing.errors import BadInput
from roaming.pricing.state import DAYS, Reading, State

MIDNIGHT = 24 * 60  # the end of a day
WORKDAYS = frozenset(range(5))


class Window:
    """start_time and end_time, in minutes after local midnight."""

    __slots__ = ("end", "start")
    zoned = True

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end

    def holds(self, state: State) -> bool:
        start, end = self.start, self.end
        if start < end:
            return start <= state.minute < end
        return start == end or state.minute >= start or state.minute < end

    def says(self, state: State, held: bool) -> str:
        return f"{hhmm(state.minute)} is {'in' if held else 'outside'} {hhmm(self.start)}-{hhmm(self.end)}"

    def words(self) -> str:
        if self.start == self.end:
            return "at any time of day"
        over = " (over midnight)" if self.start > self.end else ""
        return f"from {hhmm(self.start)} to {hhmm(self.end)}{over}"


class Dates:
    __slots__ = ("end", "start")
    zoned = True

    def __init__(self, start: date | None, end: date | None) -> None:
        self.start = start
        self.end = end

    def holds(self, state: State) -> bool:
        day = state.day
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def says(self, state: State, held: bool) -> str:
        return f"{state.day} is {'' if held else 'not '}{self.words()}"

    def words(self) -> str:
        first = f"from {self.start} on" if self.start else ""
        last = f"before {self.end}" if self.end else ""
        return " and ".join(filter(None, (first, last)))


class Days:
    __slots__ = ("days",)
    zoned = True

    def __init__(self, days: frozenset[int]) -> None:
        self.days = days  # 0 is Monday

    def holds(self, state: State) -> bool:
        return state.weekday in self.days

    def says(self, state: State, held: bool) -> str:
        return f"{DAYS[state.weekday].capitalize()} is {'' if held else 'not '}in {self.names()}"

    def words(self) -> str:
        return f"on {self.names()}"

    def names(self) -> str:
        if self.days == WORKDAYS:
            return "Monday to Friday"
        return ", ".join(DAYS[day].capitalize() for day in sorted(self.days))


class Range(ABC):
    """A lower and an upper bound on one quantity of the state."""

    __slots__ = ("lower", "upper")
    zoned = False
    what = ""
    unit = ""

    def __init__(self, lower: Decimal | None, upper: Decimal | None) -> None:
        self.lower = lower
        self.upper = upper

    @abstractmethod
    def reading(self, state: State) -> Reading | None:
        """The lowest and the highest value of the quantity; None where it was not measured."""

    def holds(self, state: State) -> bool:
        pair = self.reading(state)
        if pair is None:
            state.missing += (self.what,)
            return False
        low, high = pair
        lower, upper = self.lower, self.upper
        if low != high and any(low < bound <= high for bound in (lower, upper) if bound is not None):
            state.straddled += (self.what,)
        return (lower is None or low >= lower) and (upper is None or high < upper)

    def says(self, state: State, held: bool) -> str:
        pair = self.reading(state)
        if pair is None:
            return f"{self.what} was not measured"
        low, high = map(self.told, pair)
        return f"{low if low == high else f'{low} to {high}'} is {'' if held else 'not '}{self.words()}"

    def told(self, value: Decimal | int) -> str:
        return f"{shown(value)} {self.unit}"

    def words(self) -> str:
        lower = "" if self.lower is None else f"{self.told(self.lower)} or more"
        upper = "" if self.upper is None else f"below {self.told(self.upper)}"
        return " and ".join(filter(None, (lower, upper)))


class Energy(Range):
    __slots__ = ()
    what, unit = "energy", "kWh"

    def reading(self, state: State) -> Reading:
        return state.kwh, state.kwh

    def words(self) -> str:
        return f"{super().words()} charged so far"


class Duration(Range):
    __slots__ = ()
    what, unit = "duration", "s"

    def reading(self, state: State) -> Reading:
        return state.since, state.since

    def told(self, value: Decimal | int) -> str:
        return lasting(value)

    def words(self) -> str:
        return f"{super().words()} into the session"


class Power(Range):
    __slots__ = ()
    what, unit = "power", "kW"

    def reading(self, state: State) -> Reading | None:
        return state.power


class Current(Range):
    __slots__ = ()
    what, unit = "current", "A"

    def reading(self, state: State) -> Reading | None:
        return state.current


Restriction = Window | Dates | Days | Range


def compiled(source: Restrictions) -> tuple[Restriction, ...]:
    """The restrictions that are set, the cheap ones first; `reservation` is the element's business.

    An error names the field below the restrictions.
    """
    found: list[Restriction] = []
    if source.min_kwh is not None or source.max_kwh is not None:
        found.append(Energy(source.min_kwh, source.max_kwh))
    if source.min_duration is not None or source.max_duration is not None:
        found.append(Duration(source.min_duration, source.max_duration))
    if source.min_power is not None or source.max_power is not None:
        found.append(Power(source.min_power, source.max_power))
    if source.min_current is not None or source.max_current is not None:
        found.append(Current(source.min_current, source.max_current))
    if source.start_time is not None or source.end_time is not None:
        found.append(window(source.start_time, source.end_time))
    if source.day_of_week:
        found.append(days(source.day_of_week))
    if source.start_date is not None or source.end_date is not None:
        found.append(Dates(_day(source.start_date, "start_date"), _day(source.end_date, "end_date")))
    return tuple(found)


def window(start_time: str | None, end_time: str | None) -> Window:
    start = 0 if start_time is None else clock.minutes(start_time)
    end = MIDNIGHT if end_time is None else clock.minutes(end_time)
    if start is None or end is None:
        name, text = ("start_time", start_time) if start is None else ("end_time", end_time)
        raise BadInput(f"/{name}", f"{text!r} is not a time of day such as 17:00", "tariff")
    return Window(start % MIDNIGHT, end or MIDNIGHT)


def days(names: list[str]) -> Days:
    try:
        return Days(frozenset([_DAY[name] for name in names]))
    except KeyError:
        at = next(at for at, name in enumerate(names) if name not in _DAY)
        raise BadInput(f"/day_of_week/{at}", f"{names[at]!r} is not a day of the week", "tariff") from None


def _day(text: str | None, name: str) -> date | None:
    if text is None:
        return None
    found = clock.day(text)
    if found is None:
        raise BadInput(f"/{name}", f"{text!r} is not a date such as 2026-02-23", "tariff")
    return found


_DAY = {name: at for at, name in enumerate(DAYS)}
hhmm = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(MIDNIGHT + 1)].__getitem__


def lasting(seconds: Decimal | int) -> str:
    """5400 as 1 h 30 min; what is no whole number of minutes stays seconds."""
    if seconds < 60 or seconds % 60:
        return f"{shown(seconds)} s"
    minutes = int(seconds) // 60
    parts = (f"{minutes // 60} h" * (minutes >= 60), f"{minutes % 60} min" * bool(minutes % 60))
    return " ".join(filter(None, parts))


def shown(value: Decimal | int) -> str:
    """A figure without trailing zeros or exponent."""
    text = str(value)
    if "E" in text:
        return f"{plain(Decimal(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
