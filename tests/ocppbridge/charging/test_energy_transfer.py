"""Whether a station takes energy back: by its report alone, the EVSE before the station."""

from __future__ import annotations

import pytest

from ocppbridge.charging.charging_profiles import OperationMode
from ocppbridge.charging.device_model import Setting
from ocppbridge.charging.energy_transfer import (
    CHARGING,
    TRANSFERS,
    Offer,
    is_bidirectional,
    offer,
    permitted,
)
from ocppbridge.charging.intents import Variable
from ocppbridge.charging.tokens import STATION, Place


def said(name: str, value: str | None, evse: int = 0, component: str = "V2XChargingCtrlr", **more: str) -> Setting:
    return Setting(Variable(name, component, place=Place(evse) if evse else STATION, **more), value)


BOTH = [said("Available", "true"), said("Enabled", "true")]


@pytest.mark.parametrize(
    ("report", "refusal"),
    [
        ([], "its report has no V2XChargingCtrlr"),
        ([said("Enabled", "true")], ""),  # "also logically states Available", which need not be reported
        ([said("Enabled", "false")], "its V2XChargingCtrlr is not enabled"),
        ([said("SupportedOperationModes", "Idle")], "its V2XChargingCtrlr is not available"),
        ([said("Available", "false"), said("Enabled", "true")], "its V2XChargingCtrlr is not available"),
        ([said("Available", "true"), said("Enabled", "false")], "its V2XChargingCtrlr is not enabled"),
        ([said("Available", "true"), said("Enabled", None)], "its V2XChargingCtrlr is not enabled"),
        ([said("Available", "True"), said("Enabled", "true")], ""),
        ([*BOTH, said("Enabled", "false", evse=1)], "its V2XChargingCtrlr is not enabled"),
        ([*BOTH, said("Enabled", "false", evse=2)], ""),
        ([said("Available", "true", 1), said("Enabled", "true", 1)], ""),
        (
            [said("Available", "true"), said("Enabled", "true", attribute="Target")],
            "its V2XChargingCtrlr is not enabled",
        ),
    ],
)
def test_the_component_decides_and_the_evse_goes_before_the_station(report: list[Setting], refusal: str) -> None:
    found = offer(report, 1)
    assert (found.refusal, found.bidirectional) == (refusal, not refusal)


def test_lists_that_are_not_reported_do_not_narrow() -> None:
    assert not offer(BOTH, 1).lacks(OperationMode.IDLE)
    narrow = offer([*BOTH, said("SupportedOperationModes", "ChargingOnly, Idle")], 1)
    assert (narrow.lacks(OperationMode.IDLE), narrow.lacks(OperationMode.CENTRAL_SETPOINT)) == (False, True)


def test_dynamic_profiles_are_taken_unless_it_says_that_they_are_not() -> None:
    assert offer(BOTH, 1).dynamic
    assert not offer([said("SupportsDynamicProfiles", "false", component="SmartChargingCtrlr")], 1).dynamic


def test_grid_support_is_what_its_controllers_list() -> None:
    assert offer(BOTH, 1).der is None
    one = [said(name, "true", component="DCDERCtrlr") for name in ("Available", "Enabled")]
    assert offer(one, 1).der == frozenset()
    listed = offer([*one, said("ModesSupported", "FreqDroop,VoltVar", component="DCDERCtrlr")], 1)
    assert listed.der == frozenset({"FreqDroop", "VoltVar"})


def test_a_der_controller_that_cannot_be_switched_off_need_not_say_that_it_is_on() -> None:
    """R01: ACDERCtrlr has no variable but ModesSupported, and Enabled of DCDERCtrlr is optional."""
    modes = [said("ModesSupported", "FreqDroop", component=name) for name in ("ACDERCtrlr", "DCDERCtrlr")]
    assert offer(modes[:1], 1).der == offer(modes[1:], 1).der == frozenset({"FreqDroop"})
    assert offer([modes[1], said("Enabled", "false", component="DCDERCtrlr")], 1).der is None


def test_a_car_may_have_what_the_contract_allows_and_the_evse_has() -> None:
    assert permitted(["AC_BPT", "DC"], Offer()) == ("DC", "AC_BPT")
    assert permitted(TRANSFERS, Offer("why")) == CHARGING
    assert permitted(TRANSFERS, Offer(transfers=frozenset({"AC_BPT"}))) == ("AC_BPT",)


def test_grid_support_without_a_battery_is_no_discharge() -> None:
    assert [one for one in TRANSFERS if is_bidirectional(one)] == ["AC_BPT", "AC_BPT_DER", "DC_BPT", "DC_ACDP_BPT"]
