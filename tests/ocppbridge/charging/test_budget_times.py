"""A budget's limits at times of the day, by the clock of the place."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.charging.budget_times import faults, limits_at
from ocppbridge.charging.charging_profiles import Unit

D = Decimal
EVENING = {"days": [1, 5], "from": "17:00", "to": "20:00", "limit": 40}
NIGHT = {"days": [7], "from": "22:00", "to": "06:00", "limit": "80.5"}
MONDAY, TUESDAY, SUNDAY = "2026-11-23", "2026-11-24", "2026-11-22"


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        (f"{MONDAY} 16:59", 63),
        (f"{MONDAY} 17:00", 40),
        (f"{MONDAY} 19:59", 40),
        (f"{MONDAY} 20:00", 63),
        (f"{TUESDAY} 18:00", 63),
        (f"{SUNDAY} 21:59", 63),
        (f"{SUNDAY} 22:00", D("80.5")),
        (f"{MONDAY} 05:59", D("80.5")),
        (f"{MONDAY} 06:00", 63),
        (f"{MONDAY} 22:30", 63),
        (f"{TUESDAY} 05:00", 63),
    ],
)
def test_a_period_holds_on_its_days_and_one_past_midnight_into_the_next(local: str, expected: Any) -> None:
    found = limits_at(D(63), (None, None), [EVENING, NIGHT], datetime.fromisoformat(local), Unit.W)
    assert found == {0: expected}


def test_the_first_period_that_fits_counts_and_holds_on_every_phase() -> None:
    always, noon = {"limit": 20}, datetime.fromisoformat(f"{TUESDAY} 12:00")
    assert limits_at(D(63), (D(40), None), [], noon, Unit.A) == {1: 63, 2: 40, 3: 63}
    assert limits_at(D(63), (D(40), None), [EVENING, always, {"limit": 1}], noon, Unit.A) == {1: 20, 2: 20, 3: 20}


@pytest.mark.parametrize(
    ("periods", "what"),
    [
        ([], ""),
        ([EVENING, NIGHT, {"limit": "6.5"}], ""),
        ({"limit": 6}, "a list"),
        (["17:00"], "needs a limit"),
        ([{"from": "17:00"}], "needs a limit"),
        ([{"limit": "many"}], "needs a limit"),
        ([{"limit": 6, "to": "25:00"}], "times as HH:MM"),
        ([{"limit": 6, "days": 1}], "needs a limit"),
        ([{"limit": -1}], "not negative"),
        ([{"limit": 6, "days": [0]}], "1 (Monday) to 7"),
        ([{"limit": 6, "from": "17:00+01:00"}], "without a zone"),
    ],
)
def test_what_is_wrong_with_periods_is_said(periods: Any, what: str) -> None:
    found = faults(periods)
    assert what in found and bool(found) is bool(what)
