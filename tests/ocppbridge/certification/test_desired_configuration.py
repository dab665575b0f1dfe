"""Desired configuration through the front door: after a boot a station is read, compared, written and read again.

And never in a circle: a station that refuses, or takes a value and forgets it, is tried ever more rarely.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ocppbridge import sweeps
from ocppbridge.charging.configuration import PATIENCE
from ocppbridge.charging.variables import named
from ocppbridge.models import Alert, Call, ConfigurationTemplate, Conformity, Station, WantedSetting
from ocppbridge.services import calls, configuration
from roaming.services import decisions
from tests.ocppbridge.certification.talking import boot, drained, settled
from tests.ocppbridge.door import Door, Talk
from tests.ocppbridge.world import new_station

OFFLINE, REMOTE = "OCPPCommCtrlr.OfflineThreshold", "AuthCtrlr.AuthorizeRemoteStart"


class Device:
    """A station that has settings and does with them what the test says."""

    def __init__(self, talk: Talk, settings: dict[str, str]) -> None:
        self.talk, self.settings = talk, settings
        self.refuses: dict[str, str] = {}
        self.forgets: set[str] = set()
        self.heard: list[tuple[str, list[str]]] = []

    def boot(self) -> None:
        boot(self.talk)
        drained()
        self.work()

    def work(self) -> None:
        """Answer everything that is asked until nothing is."""
        while (open_call := Call.objects.filter(state__in=calls.OPEN).first()) is not None:
            frame = self.talk.called()
            self.talk.answer(frame, self.answer(frame[2], frame[3]))
            settled(Call.objects.select_related("station").get(pk=frame[1]))
            open_call.refresh_from_db()

    def answer(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        match action:
            case "GetVariables":
                asked = [self._name(item) for item in payload["getVariableData"]]
                self.heard.append(("read", asked))
                return {"getVariableResult": [self._read(item) for item in payload["getVariableData"]]}
            case "SetVariables":
                self.heard.append(("write", [self._name(item) for item in payload["setVariableData"]]))
                return {"setVariableResult": [self._write(item) for item in payload["setVariableData"]]}
            case "GetConfiguration":
                self.heard.append(("read", payload["key"]))
                known = [key for key in payload["key"] if key in self.settings]
                return {
                    "configurationKey": [{"key": key, "readonly": False, "value": self.settings[key]} for key in known],
                    "unknownKey": [key for key in payload["key"] if key not in known],
                }
            case "ChangeConfiguration":
                self.heard.append(("write", [payload["key"]]))
                return {"status": self._take(payload["key"], payload["value"])}
        raise AssertionError(action)

    def _read(self, item: dict[str, Any]) -> dict[str, Any]:
        name = self._name(item)
        said = {"component": item["component"], "variable": item["variable"]}
        if name not in self.settings:
            return said | {"attributeStatus": "UnknownVariable"}
        return said | {"attributeStatus": "Accepted", "attributeValue": self.settings[name]}

    def _write(self, item: dict[str, Any]) -> dict[str, Any]:
        status = self._take(self._name(item), item["attributeValue"])
        return {"component": item["component"], "variable": item["variable"], "attributeStatus": status}

    def _take(self, name: str, value: str) -> str:
        status = self.refuses.get(name, "Accepted")
        if status == "Accepted" and name not in self.forgets:
            self.settings[name] = value
        return status

    @staticmethod
    def _name(item: dict[str, Any]) -> str:
        return f"{item['component']['name']}.{item['variable']['name']}"


def want(values: dict[str, str], station: Station | None = None, **fits: str) -> None:
    template = None if station else ConfigurationTemplate.objects.create(name=f"T{fits}", **fits)
    for name, value in values.items():
        columns = WantedSetting.columns(named(name))
        WantedSetting.objects.create(template=template, station=station, value=value, **columns)


def state() -> tuple[str, int, int]:
    row = Conformity.objects.get()
    return row.state, row.wanted, row.differing


def test_what_differs_after_a_boot_is_written_and_read_again(door: Door) -> None:
    """B05, B06; values are compared by meaning."""
    new_station()
    want({OFFLINE: "60", REMOTE: "TRUE"})
    with door.station("CP1", "ocpp2.0.1") as talk:
        device = Device(talk, {OFFLINE: "600", REMOTE: "true"})
        device.boot()
        assert device.heard == [("read", [OFFLINE, REMOTE]), ("write", [OFFLINE]), ("read", [OFFLINE, REMOTE])]
        assert device.settings[OFFLINE] == "60"
        assert state() == ("same", 2, 0)
        device.heard.clear()
        device.boot()
        assert device.heard == [("read", [OFFLINE, REMOTE])]
    assert not Alert.objects.exists()


def test_one_template_serves_1_6_as_well(door: Door) -> None:
    """A 1.6 station gets the keys that are the variables' counterparts, one by one; the rest is told."""
    new_station()
    want({REMOTE: "false", "SampledDataCtrlr.TxUpdatedInterval": "30", "Vendor.Thing": "1"})
    with door.station("CP1") as talk:
        keys = {"AuthorizeRemoteTxRequests": "true", "MeterValueSampleInterval": "60"}
        device = Device(talk, keys)
        device.boot()
    assert keys == {"AuthorizeRemoteTxRequests": "false", "MeterValueSampleInterval": "30"}
    assert [kind for kind, _ in device.heard] == ["read", "write", "write", "read"]
    assert state() == ("same", 2, 0)
    assert configuration.standing(Station.objects.get()).unsayable == ["Vendor.Thing"]


def test_the_more_particular_wish_wins_and_a_station_s_own_wins_over_all(door: Door) -> None:
    station = new_station()
    want({OFFLINE: "1", REMOTE: "true", "TxCtrlr.EVConnectionTimeOut": "10"})
    want({OFFLINE: "2", REMOTE: "false"}, vendor="acme", subprotocol="ocpp2.1")
    want({OFFLINE: "9"}, vendor="Other")
    want({OFFLINE: "3"}, station)
    with door.station("CP1", "ocpp2.1") as talk:
        device = Device(talk, {OFFLINE: "0", REMOTE: "0", "TxCtrlr.EVConnectionTimeOut": "0"})
        device.boot()
    assert device.settings == {OFFLINE: "3", REMOTE: "false", "TxCtrlr.EVConnectionTimeOut": "10"}


def test_a_station_that_refuses_is_tried_ever_more_rarely_and_then_left_to_staff(door: Door) -> None:
    new_station()
    want({OFFLINE: "60"})
    with door.station("CP1", "ocpp2.0.1") as talk:
        device = Device(talk, {OFFLINE: "600"})
        device.refuses[OFFLINE] = "Rejected"
        device.boot()
        assert device.heard == [("read", [OFFLINE]), ("write", [OFFLINE]), ("read", [OFFLINE])]
        for _ in range(3):  # whatever it boots, nothing is written again so soon
            device.boot()
        assert [kind for kind, _ in device.heard].count("write") == 1
        for wait in PATIENCE:
            later(device, wait)
        assert [kind for kind, _ in device.heard].count("write") == len(PATIENCE) + 1
        assert state() == ("refused", 1, 1)
        assert Conformity.objects.get().next_at is None
        later(device, timedelta(days=30))
        assert [kind for kind, _ in device.heard].count("write") == len(PATIENCE) + 1
        assert "OfflineThreshold is 600, wanted 60" in Alert.objects.get(code="CONFIGURATION-REFUSED").text
        # Staff may ask for it all the same, and another wish begins anew.
        device.refuses.clear()
        configuration.apply(drained(), timezone.now(), by="ann")
        device.work()
        assert state() == ("same", 1, 0)


def later(device: Device, wait: timedelta) -> None:
    """Time goes by: as if the last round had been so long ago."""
    row = Conformity.objects.get()
    ago: datetime | None = row.written_at
    assert ago is not None
    Conformity.objects.update(written_at=ago - wait, next_at=None if row.next_at is None else row.next_at - wait)
    sweeps.configure(timezone.now())
    device.work()


def test_a_station_that_takes_a_value_and_forgets_it_does_not_go_in_circles(door: Door) -> None:
    """Its reboot after the write would otherwise begin the next one."""
    new_station()
    want({OFFLINE: "60"})
    with door.station("CP1", "ocpp2.0.1") as talk:
        device = Device(talk, {OFFLINE: "600"})
        device.forgets.add(OFFLINE)
        for _ in range(5):
            device.boot()
    assert [kind for kind, _ in device.heard].count("write") == 1
    assert state() == ("differs", 1, 1)


def test_what_needs_a_reboot_waits_for_it(door: Door) -> None:
    new_station()
    want({OFFLINE: "60"})
    with door.station("CP1", "ocpp2.0.1") as talk:
        device = Device(talk, {OFFLINE: "600"})
        device.refuses[OFFLINE] = "RebootRequired"
        device.boot()
        assert device.heard == [("read", [OFFLINE]), ("write", [OFFLINE])]
        assert state() == ("reboot", 1, 1)
        device.settings[OFFLINE] = "60"
        device.boot()
    assert state() == ("same", 1, 0)


def test_what_no_reboot_will_mend_differs_already_before_it(door: Door) -> None:
    new_station()
    want({OFFLINE: "60", REMOTE: "true"})
    with door.station("CP1", "ocpp2.0.1") as talk:
        device = Device(talk, {OFFLINE: "600"})
        device.refuses[OFFLINE] = "RebootRequired"
        device.boot()
    assert state() == ("differs", 2, 2)


@pytest.mark.parametrize("settings", [{}, {OFFLINE: "600"}])
def test_what_a_station_has_not_is_told_and_not_written(door: Door, settings: dict[str, str]) -> None:
    station = new_station()
    want({OFFLINE: "60"})
    station.settings.create(name="OfflineThreshold", component="OCPPCommCtrlr", value="1", mutability="ReadOnly")
    with door.station("CP1", "ocpp2.0.1") as talk:
        device = Device(talk, settings)
        device.boot()
    assert device.heard == [("read", [OFFLINE])]
    assert state() == ("differs", 1, 1)
    assert Alert.objects.get().code == "CONFIGURATION-LOCKED"


@pytest.fixture
def only_shown(transactional_db: None) -> Iterator[None]:
    decisions.choose("CONFIGURATION-DRIFT", "show")
    yield
    decisions.forget()


def test_a_value_beyond_the_station_s_limits_is_told_and_not_written(door: Door) -> None:
    station = new_station()
    want({OFFLINE: "9999"})
    station.settings.create(
        name="OfflineThreshold", component="OCPPCommCtrlr", value="1", data_type="integer", least="1", most="600"
    )
    with door.station("CP1", "ocpp2.0.1") as talk:
        device = Device(talk, {OFFLINE: "60"})
        device.boot()
    assert device.heard == [("read", [OFFLINE])]
    assert "not a value that the station takes" in Alert.objects.get(code="CONFIGURATION-LOCKED").text


def test_when_nothing_is_wanted_any_more_nothing_is_said_of_it(door: Door) -> None:
    new_station()
    want({OFFLINE: "60"})
    with door.station("CP1", "ocpp2.0.1") as talk:
        device = Device(talk, {OFFLINE: "60"})
        device.boot()
        assert state() == ("same", 1, 0)
        ConfigurationTemplate.objects.update(enabled=False)
        device.boot()
    assert not Conformity.objects.exists()


def test_another_wish_is_carried_out_without_a_boot(door: Door) -> None:
    """Also by a station that was away, and also after it had been left to staff."""
    new_station()
    with door.station("CP1", "ocpp2.0.1") as talk:
        device = Device(talk, {OFFLINE: "600"})
        device.boot()
        want({OFFLINE: "60"}, vendor="ACME")
        configuration.changed(timezone.now())
        sweeps.configure(timezone.now())
        device.work()
        assert device.settings[OFFLINE] == "60"
        assert state() == ("same", 1, 0)
        Conformity.objects.update(state="refused", tries=9)
        WantedSetting.objects.update(value="61")
        configuration.changed(timezone.now(), Station.objects.get())
        sweeps.configure(timezone.now())
        device.work()
    assert device.settings[OFFLINE] == "61"


def test_by_decision_drift_is_only_shown(only_shown: None, door: Door) -> None:
    new_station()
    want({OFFLINE: "60"})
    with door.station("CP1", "ocpp2.0.1") as talk:
        device = Device(talk, {OFFLINE: "600"})
        device.boot()
    assert device.heard == [("read", [OFFLINE])]
    assert state() == ("differs", 1, 1)


def test_a_wish_that_cannot_be_said_parks_nothing(door: Door) -> None:
    """A key of 60 characters does not fit 1.6: staff are told, the boot is recorded."""
    new_station()
    want({"K" * 60: "1"})
    with door.station("CP1") as talk:
        Device(talk, {}).boot()
    assert Station.objects.get().boot_status == "Accepted"
    assert Alert.objects.get().code == "CONFIGURATION-UNSAYABLE"


def test_nothing_is_asked_of_a_station_of_which_nothing_is_wanted(door: Door) -> None:
    new_station()
    with door.station("CP1") as talk:
        Device(talk, {}).boot()
    assert not Call.objects.exists()
    assert not Conformity.objects.exists()
