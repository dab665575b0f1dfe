"""Simulated cars that give energy back: what they obey, and what their meters and their messages say."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from ocppbridge.simulator.deeds import DEEDS
from ocppbridge.simulator.library import find
from ocppbridge.simulator.v2 import Station2, Station21
from ocppbridge.versions.schemas import schemas
from tests.ocppbridge.simulator.test_scenarios import Stage
from tests.ocppbridge.simulator.test_stations import T0, Bench

MODE = {"operationMode": "CentralSetpoint"}


def profile(*periods: dict[str, Any], **more: Any) -> dict[str, Any]:
    schedule = {"id": 7, "chargingRateUnit": "W", "chargingSchedulePeriod": list(periods), **more.pop("schedule", {})}
    made = {
        "id": 7, "stackLevel": 1, "chargingProfilePurpose": "TxProfile", "chargingProfileKind": "Absolute",
        "chargingSchedule": [schedule], **more,
    }  # fmt: skip
    return {"evseId": 1, "chargingProfile": made}


class Car(Bench):
    """A session on a station that takes 36 kW back, 10 Wh a second."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(Station21, gives_back=36_000, **traits)
        self.station.plug(1, self.now)
        self.station.swipe(1, "04AA", self.now)
        self.talk()

    @property
    def transaction(self) -> str:
        charge = self.station.evses[1].charge
        assert charge is not None
        return str(charge.transaction_id)

    def told(self, asked: dict[str, Any]) -> str:
        asked["chargingProfile"]["transactionId"] = self.transaction
        schemas("2.1").check_request("SetChargingProfile", asked)
        return str(self.call("SetChargingProfile", asked)["status"])

    def registers(self) -> tuple[float, float]:
        """Import and export as the last event said them."""
        event = self.last("TransactionEvent")
        said = {one["measurand"]: one["value"] for one in event["meterValue"][0]["sampledValue"]}
        return said["Energy.Active.Import.Register"], said["Energy.Active.Export.Register"]


def test_it_reports_that_it_takes_energy_back() -> None:
    car = Car()
    car.call("GetBaseReport", {"requestId": 1, "reportBase": "FullInventory"})
    car.later(1)
    said = [one for _, action, body in car.said if action == "NotifyReport" for one in body["reportData"]]
    assert ("V2XChargingCtrlr", "Enabled") in {(one["component"]["name"], one["variable"]["name"]) for one in said}
    assert "V2XChargingCtrlr" not in str(vars(Bench(Station21).station)["variables"])


def test_a_schedule_is_obeyed_as_its_times_come() -> None:
    """Ten seconds at 36 kW in, then ten at 18 kW out, in 10 and 5 Wh a second."""
    car = Car()
    begins = {"startSchedule": T0.isoformat().replace("+00:00", "Z")}
    steps = ({"startPeriod": 0, "setpoint": 36_000, **MODE}, {"startPeriod": 10, "setpoint": -18_000, **MODE})
    assert car.told(profile(*steps, schedule=begins)) == "Accepted"
    car.later(10)
    assert car.registers() == (1100, 0)
    modes = [
        body["transactionInfo"]["operationMode"] for _, action, body in car.said
        if action == "TransactionEvent" and body["triggerReason"] == "OperationModeChanged"
    ]  # fmt: skip
    assert modes == ["CentralSetpoint", "CentralSetpoint"]
    car.later(10)
    car.station.unplug(1, car.now)
    car.talk()
    assert car.registers() == (1100, 50)


def test_setpoints_are_pushed_and_pulled_and_cleared() -> None:
    car = Car()
    dynamic = profile({"startPeriod": 0, "setpoint": 0, **MODE}, chargingProfileKind="Dynamic", dynUpdateInterval=30)
    assert car.told(dynamic) == "Accepted"
    update = {"chargingProfileId": 7, "scheduleUpdate": {"setpoint": -99_000, "dischargeLimit": -36_000}}
    assert car.call("UpdateDynamicSchedule", update) == {"status": "Accepted"}
    car.later(10)
    car.later(20)
    assert car.last("PullDynamicScheduleUpdate") == {"chargingProfileId": 7}
    assert car.registers()[1] >= 50
    assert car.call("UpdateDynamicSchedule", {**update, "chargingProfileId": 8}) == {"status": "Rejected"}
    assert car.call("ClearChargingProfile", {"chargingProfileId": 7}) == {"status": "Accepted"}
    assert car.call("ClearChargingProfile", {"chargingProfileId": 7}) == {"status": "Unknown"}
    assert car.station.evses[1].meter.power == 36_000


def test_a_signal_is_followed_by_the_curve() -> None:
    car = Car()
    assert car.call("AFRRSignal", {"timestamp": "2026-11-21T12:00:00Z", "signal": 1}) == {"status": "Rejected"}
    curve = [{"signal": -1, "power": -9000}, {"signal": 1, "power": 9000}]
    car.told(profile({"startPeriod": 0, "operationMode": "CentralFrequency", "v2xSignalWattCurve": curve}))
    assert car.call("AFRRSignal", {"timestamp": "2026-11-21T12:00:00Z", "signal": -1}) == {"status": "Accepted"}
    assert car.station.evses[1].meter.power == -9000


def test_a_curve_lies_on_its_baseline_and_is_straight_between_its_points() -> None:
    """By hand: 0 is half-way from -9,000 to 9,000 W, so the baseline alone; 50.1 Hz is half-way to 50.2 Hz."""
    car = Car()
    signals = [{"signal": -1, "power": -9000}, {"signal": 1, "power": 9000}]
    step = {"startPeriod": 0, "operationMode": "CentralFrequency", "v2xBaseline": 2000, "v2xSignalWattCurve": signals}
    car.told(profile(step))
    assert car.station.evses[1].meter.power == 2000
    car.call("AFRRSignal", {"timestamp": "2026-11-21T12:00:00Z", "signal": 5})
    assert car.station.evses[1].meter.power == 11_000
    hertz = [{"frequency": 49.8, "power": -8000}, {"frequency": 50, "power": 0}, {"frequency": 50.2, "power": 8000}]
    car.told(profile({"startPeriod": 0, "operationMode": "LocalFrequency", "v2xFreqWattCurve": hertz}))
    found = []
    for millihertz in (50_100, 49_900, 49_000):
        DEEDS["grid frequency"].does(car.station, {"millihertz": millihertz}, car.now)
        found.append(car.station.evses[1].meter.power)
    assert found == [4000, -4000, -8000]


def test_figures_of_single_phases_come_to_one_power() -> None:
    car = Car()
    car.told(profile({"startPeriod": 0, "setpoint": -1000, "setpoint_L2": -2000, "setpoint_L3": 500, **MODE}))
    assert car.station.evses[1].meter.power == -2500


@pytest.mark.parametrize(("longest", "power"), [(None, -18_000), (60, -18_000), (5, 36_000)])
def test_offline_a_profile_holds_so_long_and_no_longer(longest: int | None, power: int) -> None:
    """Q11."""
    car = Car()
    held = {} if longest is None else {"maxOfflineDuration": longest}
    car.told(profile({"startPeriod": 0, "setpoint": -18_000, **MODE}, **held))
    car.station.disconnected(car.now)
    car.later(30)
    assert car.station.evses[1].meter.power == power
    car.station.connected(car.now)
    car.later(0)
    car.later(31)
    assert car.station.evses[1].meter.power == power


def test_a_refused_need_ends_the_session_and_the_next_car_charges_as_it_likes() -> None:
    car = Car()
    car.answering = False
    DEEDS["needs"].does(car.station, {}, car.now)
    car.talk()
    number = next(key for key, action, _ in car.said if action == "NotifyEVChargingNeeds")
    car.station.receive(f'[3, "{number}", {{"status": "Rejected"}}]', car.now)
    car.talk()
    assert car.station.evses[1].charge is None
    assert car.station.evses[1].meter.power == 36_000


def test_controls_of_grid_support_are_held_told_and_cleared() -> None:
    car = Car()
    droop = {"priority": 1, "overFreq": 50.2, "underFreq": 49.8, "overDroop": 5, "underDroop": 5, "responseTime": 1}
    curve = {"curveData": [{"x": 1, "y": 1}], "priority": 1, "yUnit": "PctMaxW"}
    one = {"controlId": "A", "controlType": "FreqDroop", "isDefault": True, "freqDroop": droop}
    assert car.call("SetDERControl", one) == {"status": "Accepted"}
    assert car.call("SetDERControl", {**one, "controlId": "B"}) == {"status": "Accepted", "supersededIds": ["A"]}
    factor, slope = (
        {"priority": 1, "displacement": 0.9, "excitation": True},
        {"priority": 1, "gradient": 1, "softGradient": 1},
    )
    others: dict[str, dict[str, Any]] = {
        "VoltVar": {"curve": curve},
        "FixedPFInject": {"fixedPFInject": factor},
        "Gradients": {"gradient": slope},
    }
    for name, said in others.items():
        car.call("SetDERControl", {"controlId": name, "controlType": name, "isDefault": False, **said})
    assert car.call("GetDERControl", {"requestId": 5}) == {"status": "Accepted"}
    car.later(1)
    first, second = {"isDefault": True, "isSuperseded": True}, {"isDefault": True, "isSuperseded": False}
    third = {"isDefault": False, "isSuperseded": False}
    assert car.last("ReportDERControl") == {
        "requestId": 5,
        "freqDroop": [{"id": "A", "freqDroop": droop, **first}, {"id": "B", "freqDroop": droop, **second}],
        "curve": [{"id": "VoltVar", "curveType": "VoltVar", "curve": curve, **third}],
        "fixedPFInject": [{"id": "FixedPFInject", "fixedPF": factor, **third}],
        "gradient": [{"id": "Gradients", "gradient": slope}],
    }  # fmt: skip
    assert car.call("ClearDERControl", {"isDefault": True, "controlType": "FreqDroop"}) == {"status": "Accepted"}
    assert car.call("GetDERControl", {"requestId": 6, "controlId": "A"}) == {"status": "NotFound"}
    DEEDS["grid fault"].does(car.station, {"fault": "OverVoltage"}, car.now)
    car.talk()
    assert car.last("NotifyDERAlarm")["gridEventFault"] == "OverVoltage"


def test_other_versions_have_no_words_for_it() -> None:
    bench = Bench(Station2)
    for deed in ("needs", "grid fault"):
        DEEDS[deed].does(bench.station, {}, bench.now)
    bench.talk()
    assert {"NotifyEVChargingNeeds", "NotifyDERAlarm"}.isdisjoint(bench.actions())


class Hub(Stage):
    """A bench whose hub answers needs, and steers as soon as it has."""

    status = "Accepted"

    def _hear(self, text: str) -> None:
        frame = json.loads(text)
        if frame[0] != 2 or frame[2] != "NotifyEVChargingNeeds":
            super()._hear(text)
            return
        self.station.receive(json.dumps([3, frame[1], {"status": self.status}]), self.now)
        if self.status == "Accepted":
            self.station.later(self.now + timedelta(seconds=5), self.steer)

    def steer(self, now: Any) -> None:
        charge = self.station.evses[1].charge
        assert charge is not None
        steps = profile({"startPeriod": 0, "setpoint": -7000, **MODE}, transactionId=charge.transaction_id)
        self.station.answer("SetChargingProfile", steps, now)
        self.station.later(now + timedelta(seconds=20), self.end)

    def end(self, now: Any) -> None:
        self.station.answer("ClearChargingProfile", {"chargingProfileId": 7}, now)


@pytest.mark.parametrize("name", ["v2g-schedule", "v2g-dynamic", "v2g-offline", "v2g-not-offered"])
def test_the_scenarios_can_be_played_to_their_end(name: str) -> None:
    script = find(name)
    bench = Hub(Station21, **script.station)
    bench.status = "Rejected" if name == "v2g-not-offered" else "Accepted"
    perform: Any = script.perform
    play = bench.play(perform, 300)
    assert (play.failure, play.rounds_done) == ("", 1)
    given = [event["given"] for event in bench.events if event["event"] == "ended" and "given" in event]
    assert (given != [] and given[0] > 0) == (name != "v2g-not-offered")


def limit(watts: int, **more: Any) -> dict[str, Any]:
    periods = [{"startPeriod": 0, "limit": watts}]
    schedule = {"id": 8, "chargingRateUnit": "W", "chargingSchedulePeriod": periods, **more}
    made = {
        "id": 8, "stackLevel": 0, "chargingProfilePurpose": "ChargingStationMaxProfile",
        "chargingProfileKind": "Absolute", "chargingSchedule": [schedule],
    }  # fmt: skip
    return {"evseId": 0, "chargingProfile": made}


def test_a_steered_car_obeys_the_composite_schedule_and_not_its_own_profile_alone() -> None:
    """Q, K: a limit of the station caps a setpoint, for as long as it holds; discharge it leaves alone."""
    car = Car()
    car.told(profile({"startPeriod": 0, "setpoint": 30_000, **MODE}, chargingProfileKind="Dynamic"))
    meter = car.station.evses[1].meter
    begins = {"startSchedule": T0.isoformat().replace("+00:00", "Z"), "duration": 60}
    assert car.call("SetChargingProfile", limit(9_000, **begins)) == {"status": "Accepted"}
    assert meter.power == 9_000
    car.call("UpdateDynamicSchedule", {"chargingProfileId": 7, "scheduleUpdate": {"setpoint": -18_000}})
    assert meter.power == -18_000
    car.call("UpdateDynamicSchedule", {"chargingProfileId": 7, "scheduleUpdate": {"setpoint": 20_000}})
    assert meter.power == 9_000
    told = car.call("GetCompositeSchedule", {"evseId": 1, "duration": 120, "chargingRateUnit": "W"})["schedule"]
    setpoints = [(one["startPeriod"], one["setpoint"]) for one in told["chargingSchedulePeriod"]]
    assert setpoints == [(0, 9_000), (60, 20_000)]
    car.later(61)
    assert meter.power == 20_000


def test_a_car_that_nobody_steers_obeys_limits_too() -> None:
    car = Car()
    car.call("SetChargingProfile", limit(9_000))
    assert car.station.evses[1].meter.power == 9_000
    assert car.call("ClearChargingProfile", {"chargingProfileId": 8}) == {"status": "Accepted"}
    assert car.station.evses[1].meter.power == 36_000
