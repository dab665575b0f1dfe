"""Every measurand of every version's schemas, in its own dimension, whatever the station wrote (J; field quirk 3)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from ocppbridge.charging.points import point
from ocppbridge.charging.readings import (
    ENERGY_EXPORT,
    ENERGY_IMPORT,
    POWER_EXPORT,
    POWER_IMPORT,
    Reading,
    Sample,
    normalised,
)
from ocppbridge.versions.schemas import read_schemas

# start of the measurand, the longest first → (dimension, what a station may write, what 1.5 of that is)
DIMENSIONS = {
    "Display.BatteryEnergyCapacity": ("Wh", "kWh", "1500"),
    "Energy.Apparent": ("VAh", "kVAh", "1500"),
    "Energy.Reactive": ("varh", "kvarh", "1500"),
    "Power.Reactive": ("var", "kvar", "1500"),
    "EnergyRequest": ("Wh", "kWh", "1500"),
    "Energy.Active": ("Wh", "kWh", "1500"),
    "Power.Factor": ("", "", "1.5"),
    "Temperature": ("Celsius", "K", "-271.65"),
    "Frequency": ("Hz", "Hertz", "1.5"),
    "Current": ("A", "mA", "0.0015"),
    "Voltage": ("V", "mV", "0.0015"),
    "Display.PresentSOC": ("%", "Percent", "1.5"),
    "Display.MinimumSOC": ("%", "Percent", "1.5"),
    "Display.TargetSOC": ("%", "Percent", "1.5"),
    "Display.MaximumSOC": ("%", "Percent", "1.5"),
    "Power": ("W", "kW", "1500"),
    "SoC": ("%", "Percent", "1.5"),
}
# What a vehicle shows on its display besides, and revolutions: taken as it is.
PLAIN = ("Display.", "RPM")


def measurands() -> list[str]:
    found = set[str]()
    for version in ("1.6", "2.0.1", "2.1"):
        for action, _, schema in read_schemas(version):
            if action == "MeterValues":
                found |= set(_enumerated(schema))
    return sorted(found)


def _enumerated(schema: object) -> list[str]:
    if isinstance(schema, dict):
        if ENERGY_IMPORT in (schema.get("enum") or ()):
            return list(schema["enum"])
        return [name for part in schema.values() for name in _enumerated(part)]
    return [name for part in schema for name in _enumerated(part)] if isinstance(schema, list) else []


def test_the_schemas_name_them():
    assert {ENERGY_IMPORT, ENERGY_EXPORT, "SoC", "Display.PresentSOC", "RPM"} <= set(measurands())


@pytest.mark.parametrize("measurand", measurands())
def test_a_measurand_comes_in_its_own_dimension(measurand):
    known = next((entry for start, entry in DIMENSIONS.items() if measurand.startswith(start)), None)
    if known is None:
        assert measurand.startswith(PLAIN)
        assert normalised(measurand, D("1.5"), None) == (measurand, D("1.5"), "")
        return
    dimension, unit, value = known
    assert normalised(measurand, D("1.5"), unit) == (measurand, D(value), dimension)
    assert normalised(measurand, D("1.5"), None)[2] == dimension  # without a unit its own is meant
    if dimension not in ("", "%", "Celsius", "Hz"):
        assert normalised(measurand, D("1.5"), dimension, 3) == (measurand, D(1500), dimension)


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_import_and_export_are_kept_apart_and_power_has_a_sign():
    samples = [(ENERGY_IMPORT, "100"), (ENERGY_EXPORT, "40"), (POWER_EXPORT, "3000"), ("SoC", "55")]
    shown = point(Reading(NOON, tuple(Sample(name, D(value), "") for name, value in samples)))
    assert (shown.import_wh, shown.export_wh, shown.power_w, shown.soc) == (100, 40, -3000, 55)
    assert normalised(POWER_IMPORT, D(-3), "kW") == (POWER_EXPORT, D(3000), "W")


def test_phases_are_summed_and_a_total_outweighs_them():
    phases = [Sample("Current.Import", D(value), "A", phase) for value, phase in ((10, "L1"), (11, "L2"), (12, "L3"))]
    assert point(Reading(NOON, tuple(phases))).current_a == 33
    assert point(Reading(NOON, (*phases, Sample("Current.Import", D(30), "A")))).current_a == 30
    assert point(Reading(NOON, (phases[0],))).current_a == 10


@pytest.mark.parametrize(("location", "counts"), [(None, True), ("Outlet", True), ("Inlet", True), ("Moon", False)])
def test_a_place_that_no_version_has_says_nothing(location, counts):
    alone = Sample("Current.Import", D(10), "A", None, location)
    assert (point(Reading(NOON, (alone,))).current_a == 10) is counts
