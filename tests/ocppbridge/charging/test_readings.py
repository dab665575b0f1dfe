"""Meter values, whatever unit, multiplier, phase or place they come in (J; field quirks 3 and 14)."""

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppbridge.charging.points import Point, point
from ocppbridge.charging.readings import Reading, Sample, Signed, normalised, number

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ENERGY = "Energy.Active.Import.Register"


@pytest.mark.parametrize(
    ("measurand", "value", "unit", "multiplier", "expected"),
    [
        (ENERGY, "1500", "Wh", 0, ("1500", "Wh")),
        (ENERGY, "1.5", "kWh", 0, ("1500", "Wh")),
        (ENERGY, "1.5", "KWH", 0, ("1500", "Wh")),
        (ENERGY, "1.5", "Wh", 3, ("1500", "Wh")),
        (ENERGY, "0.0015", "MWh", 0, ("1500", "Wh")),
        (ENERGY, "1500", None, 0, ("1500", "Wh")),
        (ENERGY, "1500", "", 0, ("1500", "Wh")),
        ("Energy.Reactive.Import.Register", "2", "kvarh", 0, ("2000", "varh")),
        ("Energy.Apparent.Import", "2", None, 0, ("2", "VAh")),
        ("Power.Active.Import", "11", "kW", 0, ("11000", "W")),
        ("Power.Active.Import", "11", "kWh", 0, ("11000", "W")),
        ("Power.Active.Import", "7400", None, 0, ("7400", "W")),
        ("Power.Reactive.Import", "1", "kvar", 0, ("1000", "var")),
        ("Power.Factor", "0.98", None, 0, ("0.98", "")),
        ("Current.Import", "16000", "mA", 0, ("16", "A")),
        ("Current.Import", "16", None, 0, ("16", "A")),
        ("Voltage", "0.4", "kV", 0, ("400", "V")),
        ("SoC", "80", "Percent", 0, ("80", "%")),
        ("SoC", "80", None, 0, ("80", "%")),
        ("SoC", "80", "Wh", 0, ("80", "%")),
        ("Temperature", "300", "K", 0, ("26.85", "Celsius")),
        ("Temperature", "212", "Fahrenheit", 0, ("100", "Celsius")),
        ("Temperature", "21", "Celcius", 0, ("21", "Celsius")),
        ("Frequency", "50", "Hertz", 0, ("50", "Hz")),
        ("RPM", "900", None, 0, ("900", "")),
        ("RPM", "900", "RPM", 0, ("900", "RPM")),
    ],
)
def test_each_sample_ends_in_its_measurands_own_unit(measurand, value, unit, multiplier, expected):
    """Field quirk 3."""
    name, amount, said = normalised(measurand, D(value), unit, multiplier)
    assert (name, amount, said) == (measurand, D(expected[0]), expected[1])


def test_a_multiplier_without_sense_does_not_blow_up():
    assert normalised(ENERGY, D(1), "Wh", 10**9)[1] == D("1E12")


def test_negative_import_power_is_export():
    assert normalised("Power.Active.Import", D("-3.5"), "kW") == ("Power.Active.Export", D(3500), "W")
    assert normalised("Power.Active.Export", D("3.5"), "kW") == ("Power.Active.Export", D(3500), "W")
    assert normalised("Power.Active.Import", D(0), "W") == ("Power.Active.Import", D(0), "W")
    assert normalised("Energy.Active.Import.Register", D(-1), "Wh")[0] == "Energy.Active.Import.Register"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1500", D(1500)),
        (" 1,5 ", D("1.5")),
        (1500, D(1500)),
        (0.1, D("0.1")),
        ("1e3", D(1000)),
        ("-4", D(-4)),
        (0, D(0)),
    ],
)
def test_a_number_is_read_exactly(text, value):
    assert number(text) == value


@pytest.mark.parametrize("text", ["", "n/a", "NaN", "Infinity", "1.000,5", "1e99", "1e-99", None, True, [1], {"a": 1}])
def test_what_is_no_sane_number_is_none(text):
    assert number(text) is None


@given(st.floats() | st.text() | st.integers() | st.none())
def test_any_value_is_a_finite_decimal_or_none(value):
    read = number(value)
    assert read is None or read.is_finite()


def reading(*samples: Sample) -> Reading:
    return Reading(NOON, samples)


def sample(measurand: str, value: str | None, phase: str | None = None, location: str | None = None) -> Sample:
    return Sample(measurand, D(value) if value else None, "", phase, location)


def test_a_point_has_what_the_reading_says_and_nothing_else():
    found = point(reading(sample(ENERGY, "1500"), sample("SoC", "80"), sample("Voltage", "230")))
    assert found == Point(NOON, import_wh=D(1500), soc=D(80))


def test_a_total_outweighs_its_phases_and_phases_are_summed_without_one():
    phases = [sample("Current.Import", "10", phase) for phase in ("L1", "L2", "L3")]
    assert point(reading(*phases)).current_a == 30
    assert point(reading(*phases, sample("Current.Import", "29"))).current_a == 29
    assert point(reading(*[sample(ENERGY, "5", phase) for phase in ("L1-N", "L2-N")])).import_wh == 10
    assert point(reading(sample("Current.Import", "1", "N"))).current_a is None


def test_the_outlet_outweighs_other_places():
    inlet, outlet = sample(ENERGY, "1510", None, "Inlet"), sample(ENERGY, "1500", None, "Outlet")
    assert point(reading(inlet, outlet)).import_wh == 1500
    assert point(reading(inlet)).import_wh == 1510


def test_power_and_current_are_positive_towards_the_vehicle():
    assert point(reading(sample("Power.Active.Import", "11000"))).power_w == 11000
    assert point(reading(sample("Power.Active.Export", "4000"))).power_w == -4000
    assert point(reading(sample("Power.Active.Import", "0"), sample("Power.Active.Export", "4000"))).power_w == -4000
    assert point(reading(sample("Current.Export", "6"))).current_a == -6
    assert point(reading(sample("Current.Import", "6"), sample("Current.Export", "0"))).current_a == 6


def test_2_1_may_tell_the_state_of_charge_in_its_own_word():
    assert point(reading(sample("Display.PresentSOC", "55"))).soc == 55


def test_a_reading_keeps_signed_data_byte_for_byte():
    """Field quirk 14, OCP-07."""
    ocmf = 'OCMF|{"FV":"1.0"}|{"SA":"…"}'
    mixed = reading(Sample(ENERGY, None, "", signed=Signed(ocmf)), sample(ENERGY, "5"))
    assert mixed.signed == (Signed(ocmf),)
    assert point(mixed).import_wh == 5


def test_the_context_of_a_reading_is_that_of_its_first_sample():
    assert reading(Sample(ENERGY, D(1), "Wh", context="Transaction.Begin")).context == "Transaction.Begin"
    assert reading().context == "Other"
