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
