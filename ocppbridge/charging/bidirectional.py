"""A bidirectional profile out of a wish (Q02 to Q11): checked against the EVSE's offer and cut to what the car can do.

Theory: an operator wishes a mode of operation, figures in watts and a way of control; a car says what it can do; the
profile is the part of the wish that both can do. A mode needs its figures (a setpoint, a curve) and knows no others.

    mode                 says what the car does              needs                   may have
    ChargingOnly         the car, no discharge               -                       limit, setpoint ≥ 0
    CentralSetpoint      we, by setpoints                    setpoint                limit, discharge limit, reactive
    ExternalSetpoint     an energy manager on site           -                       limit, discharge limit
    ExternalLimits       an energy manager on site           -                       limit, discharge limit, setpoint
    CentralFrequency     a grid signal of ours               signal-watt curve       limits, baseline, setpoint
    LocalFrequency       the grid's frequency at the EVSE    frequency-watt curve    limits, baseline, setpoint
    LocalLoadBalancing   the meter at the grid connection    -                       limit, discharge limit
    Idle                 nobody: it rests                    -                       sleep, preconditioning

Rule: what would discharge a car that does not allow it, or at an EVSE that does not offer it, is refused with the
reason; what is merely too much is cut, and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from ocppbridge.charging.charging_profiles import (
    ChargingProfile,
    Kind,
    OperationMode,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from ocppbridge.charging.energy_transfer import Offer
from ocppbridge.charging.ev_needs import Abilities
from ocppbridge.charging.setpoints import Setpoints
from ocppbridge.charging.within import baseline, curve, kind_of, within

Mode = OperationMode
ZERO: Final = Decimal()
LEVEL: Final = 1  # above the limit of an OCPI partner, which is a part of the wish (bridge.v2x)
_LIMITS: Final = frozenset({"limit", "discharge_limit"})
_REACTIVE: Final = frozenset({"setpoint_reactive"})
# mode → (what it needs, what it may have), each in total or phase by phase
FIGURES: Final[dict[OperationMode, tuple[frozenset[str], frozenset[str]]]] = {
    Mode.CHARGING_ONLY: (frozenset(), frozenset({"limit", "setpoint"})),
    Mode.CENTRAL_SETPOINT: (frozenset({"setpoint"}), _LIMITS | _REACTIVE),
    Mode.EXTERNAL_SETPOINT: (frozenset(), _LIMITS),
    Mode.EXTERNAL_LIMITS: (frozenset(), _LIMITS | {"setpoint"}),
    Mode.CENTRAL_FREQUENCY: (frozenset({"signal_watt_curve"}), _LIMITS | {"setpoint", "v2x_baseline"}),
    Mode.LOCAL_FREQUENCY: (frozenset({"freq_watt_curve"}), _LIMITS | {"setpoint", "v2x_baseline"}),
    Mode.LOCAL_LOAD_BALANCING: (frozenset(), _LIMITS),
    Mode.IDLE: (frozenset(), frozenset({"evse_sleep", "preconditioning"})),
}
_KNOWN: Final = frozenset().union(*(needs | may for needs, may in FIGURES.values()))


class Control(StrEnum):
    """How figures reach the car while it is steered."""

    SCHEDULED = "scheduled"
    PUSHED = "pushed"
    PULLED = "pulled"


class CannotPlan(ValueError):
    """The wish cannot be had; the text says why."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of one car. Of a dynamic wish there is one period: the figures to begin with."""

    control: Control
    periods: tuple[Period, ...]
    start: datetime | None = None
    duration: int | None = None
    pull_every: int | None = None
    max_offline: int | None = None
    invalid_after_offline: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """The profile that is sent, and what had to be cut."""

    profile: ChargingProfile
    cut: tuple[str, ...] = ()


def is_over(wish: Wish, now: datetime) -> bool:
    """Whether its schedule has had its time."""
    if wish.control is not Control.SCHEDULED or wish.start is None or wish.duration is None:
        return False
    return wish.start + timedelta(seconds=wish.duration) <= now


def plan(
    wish: Wish, able: Abilities, offered: Offer, *, profile_id: int, transaction: str, discharge: bool, now: datetime
) -> Plan:
    """The profile of a wish. `discharge`: whether contract and driver let the car be discharged."""
    if not wish.periods or wish.periods[0].start != 0:
        raise CannotPlan("a plan has a first period, which begins at 0")
    dynamic = wish.control is not Control.SCHEDULED
    if dynamic and not offered.dynamic:
        raise CannotPlan("the station takes no dynamic profiles")
    if dynamic and len(wish.periods) > 1:
        raise CannotPlan("a dynamic plan has one period; what follows is pushed or pulled")
    if [one.start for one in wish.periods] != sorted({one.start for one in wish.periods}):
        raise CannotPlan("periods begin one after the other")
    if wish.duration is not None and wish.periods[-1].start >= wish.duration:
        raise CannotPlan(f"a period begins at {wish.periods[-1].start} s, but the plan ends after {wish.duration} s")
    if is_over(wish, now):
        raise CannotPlan("the plan would be over already")
    cut: list[str] = []
    periods = tuple(_period(one, able, offered, discharge, cut) for one in wish.periods)
    schedule = Schedule(Unit.W, periods, start=None if dynamic else (wish.start or now), duration=wish.duration)
    profile = ChargingProfile(
        profile_id=profile_id,
        level=LEVEL,
        purpose=Purpose.TX,
        kind=Kind.DYNAMIC if dynamic else Kind.ABSOLUTE,
        schedules=(schedule,),
        transaction=transaction,
        max_offline=wish.max_offline,
        invalid_after_offline=wish.invalid_after_offline if wish.max_offline is not None else None,
        update_interval=wish.pull_every if wish.control is Control.PULLED else None,
        updated_at=now if dynamic else None,
    )
    return Plan(profile, tuple(dict.fromkeys(cut)))


def changed(
    figures: Setpoints, able: Abilities, offered: Offer, *, discharge: bool, held: Setpoints | None = None
) -> tuple[Setpoints, tuple[str, ...]]:
    """New figures of a dynamic plan, cut likewise, together with those that hold: what gives way is told with them."""
    cut: list[str] = []
    before = (held or Setpoints()).said()
    if figures.discharges:
        _may_discharge(offered, discharge)
    _below_nothing(figures)
    kept = within(figures.over(held or Setpoints()).said(), able, cut)
    new = {name: value for name, value in kept.items() if name in figures.said() or before.get(name) != value}
    return Setpoints(**new), tuple(dict.fromkeys(cut))


def _period(period: Period, able: Abilities, offered: Offer, discharge: bool, cut: list[str]) -> Period:
    mode = period.operation_mode
    if mode is None:
        raise CannotPlan("each period has a mode of operation")
    if offered.lacks(mode):
        raise CannotPlan(f"the EVSE does not offer {mode}, but {', '.join(sorted(offered.modes))}")
    needs, may = FIGURES[mode]
    figures = figures_of(period)
    said = {name for name in _KNOWN if getattr(period, name) not in (None, ())} | {
        kind_of(name) for name in figures.said()
    }
    if missing := needs - said:
        raise CannotPlan(f"{mode} needs {_words(missing)}")
    if surplus := said - needs - may:
        raise CannotPlan(f"{mode} has no {_words(surplus)}")
    if mode is Mode.CHARGING_ONLY and figures.discharges:
        raise CannotPlan("ChargingOnly has no negative setpoint")
    _below_nothing(figures)
    if figures.discharges or any(power < 0 for _, power in (*period.freq_watt_curve, *period.signal_watt_curve)):
        _may_discharge(offered, discharge)
    kept: dict[str, Any] = {**within(figures.said(), able, cut), **_curves(period, able, cut)}
    return replace(period, **kept)


def _below_nothing(figures: Setpoints) -> None:
    if any(value > 0 for name, value in figures.said().items() if kind_of(name) == "discharge_limit"):
        raise CannotPlan("a discharge limit is not above 0")


def _may_discharge(offered: Offer, discharge: bool) -> None:
    if not offered.bidirectional:
        raise CannotPlan(f"the station cannot take energy back: {offered.refusal}")
    if not discharge:
        raise CannotPlan("this car may not be discharged: contract, driver or its own needs do not allow it")


def _curves(period: Period, able: Abilities, cut: list[str]) -> dict[str, Any]:
    lies = baseline(period, able, cut)
    found: dict[str, Any] = {"v2x_baseline": lies}
    for name in ("freq_watt_curve", "signal_watt_curve"):
        points = getattr(period, name)
        if list(points) != sorted(points, key=lambda point: point[0]):
            raise CannotPlan("the points of a curve rise")
        found[name] = curve(points, lies or ZERO, able, cut)
    return found


def by_price(
    prices: Sequence[tuple[datetime, Decimal]], *, charge_below: Decimal, discharge_above: Decimal, charge: Decimal,
    discharge: Decimal, now: datetime,
) -> tuple[Period, ...]:  # fmt: skip
    """Setpoints for prices of energy that hold from their time on: charge when cheap, give back when dear."""
    steps = sorted(prices)
    held = [step for step in steps if step[0] <= now]
    coming = [*([(now, held[-1][1])] if held else []), *(step for step in steps if step[0] > now)]
    periods: list[Period] = []
    if coming and coming[0][0] > now:
        coming.insert(0, (now, (charge_below + discharge_above) / 2))
    for at, price in coming:
        power = charge if price <= charge_below else -discharge if price >= discharge_above else ZERO
        if not periods or periods[-1].setpoint != power:
            start = int((at - now) / timedelta(seconds=1))
            periods.append(Period(start, setpoint=power, operation_mode=Mode.CENTRAL_SETPOINT))
    return tuple(periods)


def figures_of(period: Period) -> Setpoints:
    """The figures of a period that a push or a pull may change."""
    return Setpoints(**{name: getattr(period, name) for name in Setpoints.__slots__})


def _words(names: Iterable[str]) -> str:
    return ", ".join(sorted(name.replace("_", " ") for name in names))
