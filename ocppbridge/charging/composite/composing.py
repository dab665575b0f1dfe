"""Everything put together; the theory of operation stands in the package's docstring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Final

from ocppbridge.charging.charging_profiles import ChargingProfile, Installed, Period, Purpose, Unit
from ocppbridge.charging.composite.changing import changed, said
from ocppbridge.charging.composite.meeting import meet, raised, total
from ocppbridge.charging.composite.stacking import Layer, beside, stack
from ocppbridge.charging.composite.timeline import Line, Segment, lay
from ocppbridge.charging.composite.units import Supply, convert

_ANY = Supply()
GRID: Final = frozenset({Purpose.STATION_MAX, Purpose.EXTERNAL})


@dataclass(frozen=True, slots=True)
class Running:
    """A transaction on an EVSE."""

    transaction: str
    since: datetime
    priority: bool = False
    soc: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What the schedule depends on beside the profiles."""

    running: Mapping[int, Running] = field(default_factory=dict)
    """By EVSE."""
    supplies: Mapping[int, Supply] = field(default_factory=dict)
    """By EVSE; 0 is the station's own connection."""
    zone: tzinfo = UTC
    offline_since: datetime | None = None
    evses: tuple[int, ...] = ()
    """Those that the station as a whole is the sum of; without them it is limited by its own limits only."""
    raised: frozenset[Purpose] = GRID
    """Whose limits are raised by what is generated on the spot."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which EVSE (0: the station as a whole), from when, for how many seconds, in what."""

    evse: int
    start: datetime
    duration: int
    unit: Unit = Unit.A


@dataclass(frozen=True, slots=True)
class Composite:
    """What holds. A period without any figure: nothing limits it. None at all: nothing does from beginning to end."""

    asked: Asked
    periods: tuple[Period, ...]

    def at(self, second: int) -> Period | None:
        """What holds so many seconds after the beginning."""
        found = None
        for period in self.periods:
            if period.start > second:
                break
            found = period
        return found


def composite(installed: Iterable[Installed], asked: Asked, situation: Situation) -> Composite:
    """The schedule that the profiles come to."""
    composer = _Composer(list(installed), asked, situation)
    segments = composer.evse(asked.evse) if asked.evse else composer.station()
    return Composite(asked, _joined(segments, asked.duration))


class _Composer:
    """One question; `layers` of the whole station are shared by its EVSEs."""

    def __init__(self, installed: Sequence[Installed], asked: Asked, situation: Situation) -> None:
        self.asked, self.situation = asked, situation
        self.line = Line(asked.start, asked.duration, situation.zone)
        offline = situation.offline_since
        self.offline = self.line.second(offline) if offline is not None else None
        self.by_purpose: dict[Purpose, list[Installed]] = {}
        for one in installed:
            self.by_purpose.setdefault(one.profile.purpose, []).append(one)

    def evse(self, evse: int) -> Layer:
        lead = self._lead(evse)
        caps = [
            self._raised(Purpose.STATION_MAX, evse, evse),
            self._raised(Purpose.STATION_MAX, evse, 0),
            self._raised(Purpose.EXTERNAL, evse, evse),
            self._raised(Purpose.EXTERNAL, evse, 0),
        ]
        return self._met(evse, lead, caps)

    def station(self) -> Layer:
        caps = [self._raised(purpose, 0, 0) for purpose in (Purpose.STATION_MAX, Purpose.EXTERNAL)]
        if self.situation.evses:
            caps.append(self._sum())
        return self._met(0, [], caps)

    def _sum(self) -> Layer:
        layers = [self.evse(evse) for evse in self.situation.evses]
        found = Layer()
        for start, end, ones in beside(layers, self.line.length):
            summed = total(ones, self.asked.unit, self._supply(0).phases)
            if summed is not None:
                found.append(Segment(start, end, summed))
        return found

    def _lead(self, evse: int) -> Layer:
        running = self.situation.running.get(evse)
        purposes: tuple[Purpose, ...] = (Purpose.TX, Purpose.TX_DEFAULT)
        if running is not None and running.priority:
            purposes = (Purpose.PRIORITY, *purposes)
        layers = [self._stacked(purpose, evse, (evse, 0)) for purpose in purposes]
        return stack(layers, self.line.length)

    def _raised(self, purpose: Purpose, evse: int, place: int) -> Layer:
        """A limit towards the grid, with what is generated on the spot on top of it."""
        layer = self._stacked(purpose, evse, (place,))
        added = self._stacked(Purpose.LOCAL, evse, (evse, 0)) if layer and purpose in self.situation.raised else []
        if not added:
            return layer
        unit, phases = self.asked.unit, self._supply(evse).phases
        return [
            Segment(start, end, raised(limit, more, unit, phases))
            for start, end, (limit, more) in beside([layer, added], self.line.length)
            if limit is not None
        ]

    def _met(self, evse: int, lead: Layer, caps: list[Layer]) -> Layer:
        supply, length = self._supply(evse), self.line.length
        caps = [layer for layer in caps if layer]
        built_for = supply.built_for(self.asked.unit)
        if built_for is not None:
            caps.append([Segment(0, length, Period(0, built_for))])
        if lead and not caps:
            unit, phases = self.asked.unit, supply.phases
            return [Segment(start, end, meet(period, (), unit, phases) or period) for start, end, period in lead]
        known: dict[tuple[int, ...], Period | None] = {}
        found = Layer()
        for start, end, ones in beside([lead, *caps], length):
            key = tuple(map(id, ones))
            if key not in known:
                limits = [one for one in ones[1:] if one is not None]
                known[key] = meet(ones[0], limits, self.asked.unit, supply.phases)
            met = known[key]
            if met is not None:
                found.append(Segment(start, end, met))
        return found

    def _stacked(self, purpose: Purpose, evse: int, places: tuple[int, ...]) -> Layer:
        found = [one for one in self.by_purpose.get(purpose, ()) if one.evse in places]
        if not found:
            return []
        running = self.situation.running.get(evse)
        if purpose is Purpose.TX:
            found = [one for one in found if _is_of(one.profile, running)]
        found.sort(key=lambda one: (-one.profile.level, -one.evse, -one.profile.profile_id))
        since = self.line.second(running.since) if running is not None else 0
        return stack((self._laid(one.profile, since, evse, running) for one in found), self.line.length)

    def _laid(self, profile: ChargingProfile, anchor: int, evse: int, running: Running | None) -> Layer:
        schedule, periods = profile.schedule, profile.schedule.periods
        at_soc = schedule.limit_at_soc
        soc = running.soc if running is not None else None
        if at_soc is not None and soc is not None and soc >= at_soc[0]:
            periods = tuple(_from_soc(one, at_soc[1]) for one in periods)
        if schedule.unit is not self.asked.unit:
            supply = self._supply(evse)
            periods = tuple(convert(one, schedule.unit, self.asked.unit, supply) for one in periods)
        return lay(profile, periods, self.line, anchor, self.offline)

    def _supply(self, evse: int) -> Supply:
        return self.situation.supplies.get(evse, _ANY)


def _is_of(profile: ChargingProfile, running: Running | None) -> bool:
    """K01.FR.…: a TxProfile is one transaction's; one that came with a remote start names none."""
    return running is not None and profile.transaction in (None, running.transaction)


def _from_soc(period: Period, limit: Decimal) -> Period:
    """2.1, limitAtSoC: from that state of charge on."""
    return changed(period, limit=limit if period.limit is None else min(limit, period.limit))


def _joined(segments: Layer, length: int) -> tuple[Period, ...]:
    """Stretches that say the same become one; where nothing is said, a period that says nothing."""
    if not segments:
        return ()
    found: list[Period] = []
    at = 0
    last: Period | None = None
    for start, end, period in segments:
        if start > at:
            found.append(Period(at))
            last = None
        if last is None or (period is not last and said(period) != said(last)):
            found.append(period if period.start == start else changed(period, start=start))
        last, at = period, end
    if at < length:
        found.append(Period(at))
    return tuple(found)
