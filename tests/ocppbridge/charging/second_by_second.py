"""The composite schedule without a thought for speed: one instant, every profile asked, the rules one after another.

Written apart from the function that it tests: it walks through occurrences day by day and keeps no stretches.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import Any

from ocppbridge.charging.charging_profiles import Installed, Kind, Period, Purpose, Recurrency, Unit
from ocppbridge.charging.composite import Asked, Situation, Supply

Figures = dict[str, list[Any]]
TENTH = Decimal("0.1")


def every_second(installed: Sequence[Installed], asked: Asked, situation: Situation, second: int) -> Period | None:
    """What holds so many seconds after the beginning."""
    if asked.evse:
        return _period(_evse(installed, asked, situation, asked.evse, second))
    caps = [_leading(installed, asked, situation, 0, second, purpose, (0,)) for purpose in _GRID]
    sun = _leading(installed, asked, situation, 0, second, Purpose.LOCAL, (0,))
    caps = [_sunny(one, sun) if p in situation.raised else one for p, one in zip(_GRID, caps, strict=True)]
    if situation.evses:
        parts = [_evse(installed, asked, situation, evse, second) for evse in situation.evses]
        if all(part is not None and part["limit"][0] is not None for part in parts):
            limits = [part["limit"] for part in parts if part is not None]
            width, share = max(map(len, limits)), 1 if asked.unit is Unit.A else 3
            columns = zip(*(one if len(one) == width else [one[0] / share] * width for one in limits), strict=True)
            whole = [sum(column, Decimal(0)) for column in columns]
            caps.append({"limit": whole, "discharge_limit": [None], "setpoint": [None]})
    return _period(_together([one for one in caps if one is not None], asked.unit, 3))


_GRID = (Purpose.STATION_MAX, Purpose.EXTERNAL)


def _evse(installed: Sequence[Installed], asked: Asked, situation: Situation, evse: int, second: int) -> Figures | None:
    def leading(purpose: Purpose, places: tuple[int, ...]) -> Figures | None:
        return _leading(installed, asked, situation, evse, second, purpose, places)

    supply = situation.supplies.get(evse, Supply())
    running = situation.running.get(evse)
    own = leading(Purpose.PRIORITY, (evse, 0)) if running is not None and running.priority else None
    own = own or leading(Purpose.TX, (evse, 0)) or leading(Purpose.TX_DEFAULT, (evse, 0))
    sun = leading(Purpose.LOCAL, (evse, 0))
    grid = [(purpose, leading(purpose, (place,))) for purpose in _GRID for place in (evse, 0)]
    caps = [_sunny(one, sun if p in situation.raised else None) for p, one in grid if one is not None]
    if supply.most is not None:
        most = supply.most if asked.unit is Unit.A else supply.most * supply.voltage * supply.phases
        caps.append({"limit": [most], "discharge_limit": [None], "setpoint": [None]})
    if own is not None:
        return _together([own, *caps], asked.unit, supply.phases, own)
    return _together(caps, asked.unit, supply.phases)


def _sunny(cap: Any, sun: Figures | None) -> Any:
    if cap is None or sun is None or cap["limit"][0] is None or sun["limit"][0] is None:
        return cap
    return {**cap, "limit": [cap["limit"][0] + sun["limit"][0]]}


def _leading(
    installed: Sequence[Installed], asked: Asked, situation: Situation, evse: int, second: int, purpose: Purpose,
    places: tuple[int, ...],
) -> Figures | None:  # fmt: skip
    best: tuple[tuple[int, int, int], Figures] | None = None
    running = situation.running.get(evse)
    for one in installed:
        profile = one.profile
        if profile.purpose is not purpose or one.evse not in places:
            continue
        if purpose is Purpose.TX and (running is None or profile.transaction not in (None, running.transaction)):
            continue
        period = _holding(one, asked, situation, evse, second)
        rank = (profile.level, one.evse, profile.profile_id)
        if period is not None and (best is None or rank > best[0]):
            best = rank, _figures(period, one, asked.unit, situation, evse)
    return best[1] if best else None


def _holding(one: Installed, asked: Asked, situation: Situation, evse: int, second: int) -> Period | None:
    profile, schedule = one.profile, one.profile.schedule
    now = asked.start + timedelta(seconds=second)
    if profile.valid_from is not None and now < profile.valid_from:
        return None
    if profile.valid_to is not None and now >= profile.valid_to:
        return None
    offline, stands = situation.offline_since, profile.max_offline
    if offline is not None and stands is not None and now >= offline + timedelta(seconds=stands):
        return None
    began = _began(one, asked, situation, evse, now)
    if began is None:
        return None
    elapsed = int((now - began).total_seconds())
    if elapsed < 0 or (schedule.duration is not None and elapsed >= schedule.duration):
        return None
    said = [period for period in schedule.periods if period.start <= elapsed]
    return said[-1] if said else None


def _began(one: Installed, asked: Asked, situation: Situation, evse: int, now: datetime) -> datetime | None:
    profile, schedule = one.profile, one.profile.schedule
    running = situation.running.get(evse)
    anchor = running.since if running is not None else asked.start
    if profile.kind is Kind.DYNAMIC:
        return profile.updated_at or schedule.start or min(anchor, asked.start)
    if profile.kind is Kind.RELATIVE or schedule.start is None:
        return anchor
    zone = situation.zone if schedule.use_local_time else UTC
    wall = schedule.start.astimezone(UTC).replace(tzinfo=None)
    if profile.kind is Kind.ABSOLUTE:
        return wall.replace(tzinfo=zone).astimezone(UTC)
    step = timedelta(days=7 if profile.recurrency is Recurrency.WEEKLY else 1)
    found = None
    while (at := wall.replace(tzinfo=zone).astimezone(UTC)) <= now:
        found, wall = at, wall + step
    return found


def _figures(period: Period, one: Installed, unit: Unit, situation: Situation, evse: int) -> Figures:
    supply = situation.supplies.get(evse, Supply())
    found: Figures = {}
    for kind in ("limit", "discharge_limit", "setpoint"):
        values: list[Any] = [getattr(period, kind), getattr(period, f"{kind}_l2"), getattr(period, f"{kind}_l3")]
        single = values[1] is not None or values[2] is not None
        values = values if single else values[:1]
        if kind == "limit" and (at_soc := one.profile.schedule.limit_at_soc) is not None:
            running = situation.running.get(evse)
            if running is not None and running.soc is not None and running.soc >= at_soc[0]:
                values = [min(values[0], at_soc[1])]
        if one.profile.schedule.unit is not unit:
            phases = 1 if single else period.phases or supply.phases
            factor = supply.voltage * phases
            rounding = ROUND_FLOOR if kind == "limit" else ROUND_DOWN
            values = [
                None
                if value is None
                else (value * factor if unit is Unit.W else value / factor).quantize(TENTH, rounding)
                for value in values
            ]
        found[kind] = values
    return found


def _together(every: list[Figures], unit: Unit, phases: int, own: Figures | None = None) -> Figures | None:
    if not every:
        return None
    by_phase = any(len(one[kind]) == 3 for one in every for kind in one)

    def spread(values: list[Decimal | None]) -> list[Decimal | None]:
        if not by_phase or len(values) == 3 or values[0] is None:
            return values
        each = values[0] if unit is Unit.A else values[0] / phases
        return [each if n < phases else Decimal(0) for n in range(3)]

    def choose(kind: str, rule: Any) -> list[Decimal | None]:
        given = [spread(one[kind]) for one in every if one[kind][0] is not None]
        return [rule(column) for column in zip(*given, strict=True)] if given else [None]

    found: Figures = {"limit": choose("limit", min), "discharge_limit": choose("discharge_limit", max)}
    speaker = own or next((one for one in every if one["setpoint"][0] is not None), every[0])
    setpoint = spread(speaker["setpoint"])
    for kind, rule in (("limit", min), ("discharge_limit", max)):
        if setpoint[0] is not None and found[kind][0] is not None:
            setpoint = [rule(a, b) for a, b in zip(setpoint, found[kind], strict=True)]
    found["setpoint"] = setpoint
    return found


def _period(figures: Figures | None) -> Period | None:
    if figures is None:
        return None
    first, second, third = (*figures["limit"], None, None)[:3]
    return Period(0, first, second, third, figures["discharge_limit"][0], setpoint=figures["setpoint"][0])
