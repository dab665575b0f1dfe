"""A driver's wishes as amperes: what he needs until he leaves, with a tenth to spare."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ocppbridge.charging.charging_profiles import Unit
from ocppbridge.charging.composite import Supply
from ocppbridge.charging.wish_plan import Car, car_of, most, needed

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
D = Decimal


@pytest.mark.parametrize(("kind", "hours", "need", "expected"), [
    ("CHEAP", 10, 55_200, D("8.8")),  # 5,520 W on three phases are 8 A, and a tenth
    ("GREEN", 10, 6_900, D(6)),  # no car charges with less
    ("GREEN", 1, 30_000, None),  # all that there is
    ("FAST", 10, 55_200, None),
    ("REGULAR", 10, 55_200, None),
    ("CHEAP", 10, None, None),
    ("CHEAP", None, 55_200, None),
    ("CHEAP", -1, 55_200, None),
])  # fmt: skip
def test_he_gets_what_he_needs(kind: str, hours: int | None, need: int | None, expected: Decimal | None) -> None:
    departure = None if hours is None else NOW + timedelta(hours=hours)
    energy = None if need is None else D(need)
    assert needed(kind, NOW, departure, energy, Supply(most=D(32))) == expected


@pytest.mark.parametrize(("car", "kind", "expected", "top"), [
    (Car(Unit.A, 1, D(16), D(8), NOW + timedelta(hours=10), D(23_000)), "CHEAP", D(11), D(16)),  # 10 A, and a tenth
    (Car(Unit.A, 3, D(16), D(8), NOW + timedelta(hours=10), D(23_000)), "CHEAP", D(8), D(16)),  # its own least
    (Car(Unit.A, 3, D(40), D(6), NOW + timedelta(hours=10), D(23_000)), "FAST", None, D(32)),  # the EVSE's most
    (Car(Unit.W, None, D(50_000), None, NOW + timedelta(hours=10), D(50_000)), "GREEN", D(5_500), D(22_080)),
    (Car(Unit.W, None, D(5_000), None, NOW + timedelta(hours=10), D(50_000)), "GREEN", None, D(5_000)),
    (Car(Unit.W, None, None, None, None, None), "GREEN", None, D(22_080)),
])  # fmt: skip
def test_what_the_driver_does_not_say_his_car_may_have_said(
    car: Car, kind: str, expected: Decimal | None, top: Decimal
) -> None:
    """K15: figures by hand, 32 A on three phases of 230 V are 22,080 W."""
    supply = Supply(most=D(32))
    assert needed(kind, NOW, None, None, supply, car) == expected
    assert most(supply, car) == top


def test_a_car_is_read_from_what_it_tells() -> None:
    """K15: amperes of alternating, watts of direct current: the less of its power and its volts times amperes."""
    ac = {"energyAmount": 9000, "evMinCurrent": 6, "evMaxCurrent": 16, "evMaxVoltage": 230}
    assert car_of("AC_single_phase", ac, {}, NOW) == Car(Unit.A, 1, D(16), D(6), NOW, D(9000))
    dc = {"evMaxCurrent": 125, "evMaxVoltage": 400, "evMaxPower": 60_000}
    assert car_of("DC", {}, dc, None) == Car(Unit.W, None, D(50_000))
    assert most(Supply(), car_of("AC_three_phase", {}, {}, None)) is None
