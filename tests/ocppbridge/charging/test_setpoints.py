"""Figures of a dynamic profile, said, kept and changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ocppbridge.charging.charging_profiles import ChargingProfile, Kind, Period, Purpose, Schedule, Unit
from ocppbridge.charging.setpoints import Setpoints, refigured

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
FIVE, SIX = Decimal(5), Decimal("6.1")


def test_new_figures_hold_from_their_time_on_and_what_is_not_said_stays() -> None:
    """K28."""
    period = Period(0, Decimal(16), setpoint=FIVE, phases=3)
    old = ChargingProfile(5, 0, Purpose.TX, Kind.DYNAMIC, (Schedule(Unit.A, (period,), AT),), updated_at=AT)
    new = refigured(old, Setpoints(setpoint=-SIX, discharge_limit=Decimal(-8)), AT + timedelta(minutes=1))
    assert new.schedule.periods == (Period(0, Decimal(16), discharge_limit=Decimal(-8), setpoint=-SIX, phases=3),)
    assert (new.updated_at, new.schedule.start, new.profile_id) == (AT + timedelta(minutes=1), AT, 5)


def test_figures_are_exact_as_json_and_later_ones_go_before() -> None:
    held = Setpoints(limit=FIVE, setpoint_l2=SIX)
    assert held.to_json() == {"limit": "5", "setpoint_l2": "6.1"}
    assert Setpoints.from_json(held.to_json()) == held
    assert Setpoints(limit=SIX).over(held) == Setpoints(limit=SIX, setpoint_l2=SIX)


@pytest.mark.parametrize(
    ("figures", "discharges"),
    [
        (Setpoints(limit=FIVE), False),
        (Setpoints(setpoint=-FIVE), True),
        (Setpoints(discharge_limit_l3=-FIVE), True),
        (Setpoints(setpoint_reactive=-FIVE), False),
    ],
)
def test_what_is_negative_gives_energy_back_but_reactive_power_does_not(figures: Setpoints, discharges: bool) -> None:
    assert figures.discharges is discharges
