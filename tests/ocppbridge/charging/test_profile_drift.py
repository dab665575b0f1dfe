"""Whether a profile that is told is the one that was set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.charging.charging_profiles import ChargingProfile, Kind, Period, Purpose, Schedule, Unit
from ocppbridge.charging.profile_drift import difference

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
FIRST, SECOND = Period(0, Decimal(16), phases=3), Period(60, Decimal(10), preconditioning=False)
OURS = ChargingProfile(
    5, 1, Purpose.TX_DEFAULT, Kind.ABSOLUTE, (Schedule(Unit.A, (FIRST, SECOND), AT, use_local_time=False),)
)  # fmt: skip


def told(schedule: dict[str, Any] | None = None, **more: Any) -> ChargingProfile:
    return replace(OURS, schedules=(replace(OURS.schedule, **(schedule or {})),), **more)


@pytest.mark.parametrize(
    "theirs",
    [
        OURS,
        told({"schedule_id": 9, "start": AT + timedelta(milliseconds=300)}, updated_at=AT),
        told({"duration": 3600, "use_local_time": None}, valid_from=AT),
        told({"periods": (replace(FIRST, phases=None), replace(SECOND, preconditioning=None, phases=3))}),
        told({"sales_tariff": {"id": 1}}),
    ],
    ids=["the same", "numbered, and to the second", "what was left open", "with defaults left out", "with prices"],
)
def test_what_a_station_fills_in_is_no_drift(theirs: ChargingProfile) -> None:
    assert difference(OURS, theirs) == ""


@pytest.mark.parametrize(
    ("theirs", "where"),
    [
        (told(level=2), "level"),
        (told(purpose=Purpose.TX), "purpose"),
        (told({"unit": Unit.W}), "schedules.unit"),
        (told({"start": AT + timedelta(seconds=1)}), "schedules.start"),
        (told({"start": None}), "schedules.start"),
        (told({"use_local_time": True}), "schedules.use_local_time"),
        (told({"periods": (FIRST,)}), "schedules.periods"),
        (told({"periods": (FIRST, replace(SECOND, limit=Decimal(11)))}), "schedules.periods.limit"),
        (told({"periods": (replace(FIRST, phases=1), SECOND)}), "schedules.periods.phases"),
        (replace(OURS, schedules=(*OURS.schedules, *OURS.schedules)), "schedules"),
    ],
)
def test_the_first_field_that_is_not_as_set_is_named(theirs: ChargingProfile, where: str) -> None:
    """K09: compared with what was accepted."""
    assert difference(OURS, theirs) == where


def test_figures_are_equal_by_value() -> None:
    assert difference(OURS, told({"periods": (replace(FIRST, limit=Decimal("16.0")), SECOND)})) == ""
