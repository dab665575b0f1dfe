"""Where a told composite schedule is apart from ours."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ocppbridge.charging.charging_profiles import OperationMode, Period
from ocppbridge.charging.schedule_check import first_difference

SIXTEEN, GIVES = Decimal(16), Decimal(-10)
IDLE = Period(0, Decimal(32), operation_mode=OperationMode.IDLE)


@pytest.mark.parametrize(
    ("told", "computed", "where"),
    [
        (Period(0, SIXTEEN), Period(0, SIXTEEN), ""),
        (Period(0, SIXTEEN), Period(0, SIXTEEN + 3), "tells 16, 19 is due"),
        (Period(0), Period(0, SIXTEEN), "tells no limit, 16 is due"),
        (Period(0, setpoint=GIVES), Period(0, Decimal(32), setpoint=GIVES), ""),
        (Period(0, Decimal(32), setpoint=-GIVES), Period(0, Decimal(32), setpoint=GIVES), "tells 10, -10 is due"),
        (Period(0, Decimal(32)), Period(0, Decimal(32), setpoint=GIVES), "tells 32, -10 is due"),
        (Period(0, Decimal(0)), IDLE, ""),
    ],
)
def test_a_setpoint_is_compared_where_a_car_is_steered_and_a_limit_where_it_is_not(
    told: Period, computed: Period, where: str
) -> None:
    """K08, Q: limits alone would agree while one gives back and the other draws."""
    found = first_difference([told], [computed], 60, Decimal(1))
    assert found.endswith(where) and bool(found) is bool(where)


STEPS = (Period(0, Decimal(32)), Period(100, SIXTEEN))


@pytest.mark.parametrize(
    ("told", "shift", "delay", "where"),
    [
        (STEPS, 0, 0, ""),
        ((STEPS[0], Period(130, SIXTEEN)), 0, 0, "from second 100 on it tells 32, 16 is due"),
        ((STEPS[0], Period(130, SIXTEEN)), 0, 60, ""),
        ((STEPS[0], Period(161, SIXTEEN)), 0, 60, "from second 160 on it tells 32, 16 is due"),
        ((STEPS[0], Period(130, Decimal(20))), 0, 60, "from second 190 on it tells 20, 16 is due"),
        ((STEPS[0], Period(90, SIXTEEN)), 10, 0, ""),
        ((Period(100, SIXTEEN),), 0, 0, "from second 0 on it tells no limit, 32 is due"),
        ((Period(0, Decimal(32)), Period(100, SIXTEEN), Period(400, Decimal(1))), 0, 0, ""),
    ],
)
def test_a_period_may_begin_as_late_as_its_randomized_delay(
    told: tuple[Period, ...], shift: int, delay: int, where: str
) -> None:
    """K01, randomizedDelay: what is told meanwhile is no difference; what is wrong afterwards is one."""
    assert first_difference(told, STEPS, 300, Decimal(1), shift, delay) == where


def test_more_that_is_told_than_we_know_of_is_no_difference() -> None:
    """A limit of the place itself that nobody told us of."""
    assert first_difference((Period(0, SIXTEEN),), (), 60, Decimal(0)) == ""
