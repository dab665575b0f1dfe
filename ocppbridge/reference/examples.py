"""Worked examples of smart charging: profile by profile what is sent, and what the composite schedule becomes.

Nothing that is shown is written down: the payloads are made by the version's own writer, the schedules by the function
that the hub uses. The day is 2026-11-21, a car charges on EVSE 1 since 12:00. Below 0 it gives
energy back (2.1).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from ocppbridge.charging.charging_profiles import (
    ChargingProfile,
    Installed,
    Kind,
    OperationMode,
    Period,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
)
from ocppbridge.charging.composite import Asked, Running, Situation, Supply, composite
from ocppbridge.charging.intents import InstallProfile, NotOffered
from ocppbridge.charging.tokens import Place
from ocppbridge.versions import Dialect

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR: Final = 3600
_TX: Final = "1"


@dataclass(frozen=True, slots=True)
class Step:
    """One more profile, and why."""

    why: str
    profile: ChargingProfile
    evse: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """Profiles one after another; what holds for some hours, after each."""

    title: str
    steps: tuple[Step, ...]
    hours: int = 4
    unit: Unit = Unit.A
    since: str = "1.6"
    """The first version that has the words."""


def _profile(
    number: int, purpose: Purpose, periods: str, *, level: int = 0, at: datetime | None = None,
    lasts: int | None = None, daily: bool = False, unit: Unit = Unit.A,
) -> ChargingProfile:  # fmt: skip
    found = tuple(Period(int(start), Decimal(limit)) for start, limit in (word.split("=") for word in periods.split()))
    kind = Kind.RECURRING if daily else Kind.ABSOLUTE if at is not None else Kind.RELATIVE
    return ChargingProfile(
        number, level, purpose, kind, (Schedule(unit, found, at, lasts),), Recurrency.DAILY if daily else None,
        transaction=_TX if purpose is Purpose.TX else None,
    )  # fmt: skip


def _steered(*periods: Period, kind: Kind = Kind.ABSOLUTE) -> ChargingProfile:
    """A car's own plan of 2.1, in W; a dynamic one has no beginning but when it was written."""
    dynamic = kind is Kind.DYNAMIC
    schedule = Schedule(Unit.W, periods, None if dynamic else NOON)
    return ChargingProfile(
        2, 1, Purpose.TX, kind, (schedule,), transaction=_TX, max_offline=900, updated_at=NOON if dynamic else None
    )


def _setpoint(start: int, watts: int) -> Period:
    return Period(start, setpoint=Decimal(watts), operation_mode=OperationMode.CENTRAL_SETPOINT)


_DEFAULT: Final = _profile(1, Purpose.TX_DEFAULT, "0=32")
_BATTERY: Final = Step(
    "A limit of the station counts for what is drawn only.",
    _profile(3, Purpose.STATION_MAX, "0=3000", at=NOON + timedelta(minutes=30), unit=Unit.W),
)
EXAMPLES: Final[Mapping[str, Example]] = MappingProxyType(
    {
        "stacking": Example(
            "Levels above each other",
            (
                Step("Every car may draw 32 A.", _DEFAULT),
                Step(
                    "Each day from 13:00 for an hour only 10 A: a higher level, as long as it has something to say.",
                    _profile(
                        2, Purpose.TX_DEFAULT, "0=10", level=1, at=NOON + timedelta(hours=1), lasts=HOUR, daily=True
                    ),
                ),
                Step(
                    "Of that hour the last half an hour 6 A: the highest level leads.",
                    _profile(3, Purpose.TX_DEFAULT, "0=6", level=2, at=NOON + timedelta(minutes=90), lasts=1800),
                ),
            ),
        ),
        "purposes": Example(
            "Purposes beside each other",
            (
                Step("Every car may draw 32 A.", _DEFAULT),
                Step(
                    "This transaction 16 A, from its second hour on 8 A: a TxProfile goes before the default.",
                    _profile(2, Purpose.TX, "0=16 3600=8"), 1,
                ),
                Step(
                    "The station has 7 kW from 13:30 on: the lower of the two holds, whoever said it.",
                    _profile(3, Purpose.STATION_MAX, "0=7000", at=NOON + timedelta(minutes=90), unit=Unit.W),
                ),
            ),
        ),
        "site budget": Example(
            "A share of a site's budget, leased",
            (
                Step(
                    "What holds when the hub is not heard any more.",
                    _profile(900_000_001, Purpose.STATION_MAX, "0=6", at=NOON - timedelta(minutes=5)),
                ),
                Step(
                    "The share, for a quarter of an hour, on top of it; renewed while the hub is there.",
                    _profile(
                        900_000_002, Purpose.STATION_MAX, "0=20", level=1, at=NOON - timedelta(minutes=5), lasts=1200
                    ),
                ),
            ),
            1,
        ),
        "two ways": Example(
            "A car gives energy back by a schedule",
            (
                Step(
                    "This car gives 5 kW back, from its second hour on takes 7 kW, and rests in its third.",
                    _steered(
                        _setpoint(0, -5000), _setpoint(HOUR, 7000),
                        Period(2 * HOUR, operation_mode=OperationMode.IDLE),
                    ), 1,
                ),
                _BATTERY,
            ),
            unit=Unit.W, since="2.1",
        ),
        "setpoint": Example(
            "A car is steered by setpoints that are pushed",
            (
                Step(
                    "The profile is Dynamic: its one period is changed by UpdateDynamicSchedule or by a pull.",
                    _steered(_setpoint(0, -4000), kind=Kind.DYNAMIC), 1,
                ),
                Step(
                    "As it stands after UpdateDynamicSchedule has said 7000: the same profile with another figure.",
                    _steered(_setpoint(0, 7000), kind=Kind.DYNAMIC), 1,
                ),
                _BATTERY,
            ),
            hours=1, unit=Unit.W, since="2.1",
        ),
    }
)  # fmt: skip


def rows(example: Example, dialect: Dialect) -> Iterable[tuple[str, ...]]:
    """(why, place, payload, what holds on EVSE 1 from then on)."""
    installed: list[Installed] = []
    situation = Situation({1: Running(_TX, NOON)}, {1: Supply(most=Decimal(32))})
    for step in example.steps:
        try:
            _, payload = dialect.down(InstallProfile(step.profile, Place(step.evse)))
        except NotOffered as problem:
            yield step.why, "", f"not in OCPP {dialect.version}: {problem.reason}", ""
            continue
        installed = [one for one in installed if one.profile.profile_id != step.profile.profile_id]
        installed.append(Installed(step.profile, step.evse))
        held = composite(installed, Asked(1, NOON, example.hours * HOUR, example.unit), situation)
        text = ", ".join(_told(one, example.unit) for one in held.periods)
        yield step.why, f"EVSE {step.evse}" if step.evse else "the station", json.dumps(payload), text


def _told(period: Period, unit: Unit) -> str:
    """From when on what: a setpoint before a limit, as the car follows it."""
    due = period.due
    figure = "no limit" if due is None else f"{due.quantize(Decimal(1)) if due == due.to_integral() else due:f} {unit}"
    return f"{NOON + timedelta(seconds=period.start):%H:%M} {figure}"
