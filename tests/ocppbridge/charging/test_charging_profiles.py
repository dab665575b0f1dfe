"""What nobody may limit a car by."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ocppbridge.charging.charging_profiles import Period, flaw

SIX, LESS = Decimal(6), Decimal(-1)


@pytest.mark.parametrize(
    ("periods", "why"),
    [
        ([Period(0, SIX), Period(60, None)], ""),
        ([Period(0, None, setpoint=LESS, discharge_limit=LESS)], ""),
        ([], "begin with 0"),
        ([Period(1, SIX)], "begin with 0"),
        ([Period(0, SIX), Period(60, SIX), Period(60, SIX)], "follow each other"),
        ([Period(0, SIX), Period(60, LESS)], "not below 0"),
        ([Period(0, SIX, SIX, LESS)], "not below 0"),
    ],
)
def test_periods_begin_with_0_in_order_and_no_limit_discharges(periods: list[Period], why: str) -> None:
    """K01.FR.31."""
    assert why in flaw(periods)
    assert bool(flaw(periods)) is bool(why)
