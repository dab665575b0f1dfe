"""Amperes and watts of one connector."""

from __future__ import annotations

from decimal import Decimal

from ocppbridge.charging.charging_profiles import Period, Unit
from ocppbridge.charging.composite.units import Supply, convert

SUPPLY = Supply(Decimal(230), 3, Decimal(16))


def test_a_period_in_the_wanted_unit_is_left_alone() -> None:
    period = Period(0, Decimal("6.25"))
    assert convert(period, Unit.A, Unit.A, SUPPLY) is period


def test_what_is_rounded_is_rounded_towards_drawing_and_giving_less() -> None:
    found = convert(Period(0, Decimal(7000), setpoint=Decimal(-7000)), Unit.W, Unit.A, SUPPLY)
    assert (found.limit, found.setpoint) == (Decimal("10.1"), Decimal("-10.1"))


def test_a_period_on_one_phase_is_converted_by_that_phase() -> None:
    assert convert(Period(0, Decimal(10), phases=1), Unit.A, Unit.W, SUPPLY).limit == Decimal(2300)


def test_a_connector_is_built_for_what_its_amperes_come_to() -> None:
    assert [SUPPLY.built_for(unit) for unit in Unit] == [Decimal(16), Decimal(11_040)]
    assert Supply().built_for(Unit.A) is None
