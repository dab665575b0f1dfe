"""Certification, block B: the device model reported, settings read and written (1.6: configuration keys)."""

from __future__ import annotations

from typing import Any

import pytest

from ocppbridge.charging.intents import Variable
from ocppbridge.charging.variables import named
from ocppbridge.models import Call, DeviceReport, Setting, Station
from ocppbridge.services import calls, device_model, variables
from tests.ocppbridge.certification.talking import boot, drained, settled, stamp
from tests.ocppbridge.door import Door, Talk
from tests.ocppbridge.world import new_station

V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
OFFLINE, REMOTE = named("OCPPCommCtrlr.OfflineThreshold"), named("AuthCtrlr.AuthorizeRemoteStart")


def data(name: Variable, value: str, **more: Any) -> dict[str, Any]:
    """One entry of a report."""
    return {
        "component": {"name": name.component},
        "variable": {"name": name.name, **({"instance": name.instance} if name.instance else {})},
        "variableAttribute": [{"value": value, "mutability": "ReadWrite"}],
        "variableCharacteristics": {"dataType": "integer", "supportsMonitoring": False, **more},
    }


def part(talk: Talk, request_id: int, seq_no: int, *entries: dict[str, Any], tbc: bool = False) -> None:
    said = {"requestId": request_id, "generatedAt": stamp(), "seqNo": seq_no, "tbc": tbc}
    assert talk.call("NotifyReport", {**said, "reportData": list(entries)}) == {}


def answer(talk: Talk, result: str, *entries: dict[str, Any]) -> list[Any]:
    """Answer a GetVariables or SetVariables call; the items it carried."""
    frame = talk.called()
    items = frame[3]["getVariableData" if result == "getVariableResult" else "setVariableData"]
    told = [
        {"component": item["component"], "variable": item["variable"], **entry}
        for item, entry in zip(items, entries or [{"attributeStatus": "Accepted"}] * len(items), strict=True)
    ]
    talk.answer(frame, {result: told})
    settled(Call.objects.select_related("station").get(pk=frame[1]))
    return list(items)


def values() -> dict[str, str | None]:
    return {str(row): row.value for row in Setting.objects.all()}


@V2
@pytest.mark.parametrize("inventory", ["ConfigurationInventory", "FullInventory", "SummaryInventory"])
def test_an_inventory_is_asked_for_and_kept_part_by_part(door: Door, version: str, inventory: str) -> None:
    """TC_B_12_CSMS, TC_B_13_CSMS, TC_B_14_CSMS; parts come in any order and twice."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        report = device_model.ask(drained(), inventory)
        frame = talk.called()
        assert frame[2:] == ["GetBaseReport", {"requestId": report.pk, "reportBase": inventory}]
        talk.answer(frame, {"status": "Accepted"})
        second = data(REMOTE, "true")
        part(talk, report.pk, 1, second, tbc=True)
        part(talk, report.pk, 1, second, tbc=True)
        part(talk, report.pk, 0, data(OFFLINE, "60", minLimit=1, unit="s"), tbc=True)
        drained()
        report.refresh_from_db()
        assert (report.state, report.parts) == ("coming", [0, 1])
        part(talk, report.pk, 2, data(named("A.B"), "x"))
    drained()
    report.refresh_from_db()
    assert (report.state, report.entries) == ("whole", 3)
    assert values() == {"OCPPCommCtrlr.OfflineThreshold": "60", "AuthCtrlr.AuthorizeRemoteStart": "true", "A.B": "x"}
    threshold = Setting.objects.get(name="OfflineThreshold")
    assert (threshold.mutability, threshold.least, threshold.unit) == ("ReadWrite", "1", "s")


@V2
def test_a_long_question_is_put_in_as_many_messages_as_the_station_takes(door: Door, version: str) -> None:
    """B08.FR.17."""
    station = new_station()
    for name, value in (("ItemsPerMessage", "2"), ("BytesPerMessage", "1000")):
        Setting.objects.create(
            station=station, component="DeviceDataCtrlr", name=name, instance="GetReport", value=value
        )
    names = tuple(named(f"Ctrlr.Name{number}") for number in range(5))
    with door.station("CP1", version) as talk:
        boot(talk)
        first = device_model.ask(drained(), variables=names)
        asked_for = []
        for row in [first, *first.rest.order_by("pk")]:
            frame = talk.called()
            assert (frame[2], frame[3]["requestId"]) == ("GetReport", row.pk)
            asked_for.append([one["variable"]["name"] for one in frame[3]["componentVariable"]])
            talk.answer(frame, {"status": "EmptyResultSet"})
            settled(Call.objects.select_related("station").get(pk=frame[1]))
    assert asked_for == [["Name0", "Name1"], ["Name2", "Name3"], ["Name4"]]


@pytest.mark.parametrize(
    ("inventory", "left"), [("FullInventory", ["A.B"]), ("ConfigurationInventory", ["A.B", "Old.B"])]
)
def test_only_a_whole_full_inventory_shows_what_is_gone(door: Door, inventory: str, left: list[str]) -> None:
    """B07.FR.08."""
    new_station()
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        part(talk, 4711, 0, data(named("Old.B"), "1"))  # of a report that nobody asked for
        report = device_model.ask(drained(), inventory)
        talk.answer(talk.called(), {"status": "Accepted"})
        part(talk, report.pk, 0, data(named("A.B"), "2"))
    drained()
    assert sorted(values()) == left


@V2
def test_a_custom_report_names_components_and_criteria(door: Door, version: str) -> None:
    """TC_B_18_CSMS."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        wanted = named("EVSE@1.AvailabilityState")
        report = device_model.ask(drained(), variables=(wanted,), criteria=("Available",))
        frame = talk.called()
        assert frame[2] == "GetReport"
        assert frame[3] == {
            "requestId": report.pk,
            "componentCriteria": ["Available"],
            "componentVariable": [
                {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "AvailabilityState"}}
            ],
        }
        talk.answer(frame, {"status": "EmptyResultSet"})
        settled(report.call or Call())
    report.refresh_from_db()
    assert (report.inventory, report.state) == ("Custom", "empty")


@pytest.mark.parametrize(("said", "state"), [("Rejected", "refused"), ("NotSupported", "refused")])
def test_a_report_that_is_refused_is_known_as_such(door: Door, said: str, state: str) -> None:
    new_station()
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        report = device_model.ask(drained())
        talk.answer(talk.called(), {"status": said})
        settled(report.call or Call())
    report.refresh_from_db()
    assert (report.state, report.reason) == (state, said)


@V2
def test_one_value_is_read_and_kept(door: Door, version: str) -> None:
    """TC_B_06_CSMS."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        variables.read(drained(), [OFFLINE], purpose="staff")
        items = answer(talk, "getVariableResult", {"attributeStatus": "Accepted", "attributeValue": "123"})
    assert items == [{"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}]
    assert values() == {"OCPPCommCtrlr.OfflineThreshold": "123"}


@V2
def test_two_values_are_read_in_one_message(door: Door, version: str) -> None:
    """TC_B_07_CSMS; reading changes what is known of the value and nothing else."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        part(talk, 1, 0, data(OFFLINE, "60", maxLimit=600))
        variables.read(drained(), [OFFLINE, REMOTE], purpose="staff")
        accepted = {"attributeStatus": "Accepted", "attributeValue": "61"}
        assert len(answer(talk, "getVariableResult", accepted, {"attributeStatus": "UnknownVariable"})) == 2
    row = Setting.objects.get(name="OfflineThreshold")
    assert (row.value, row.most) == ("61", "600")
    assert [one.variable for one in device_model.found(Station.objects.get())] == [OFFLINE]


@V2
def test_no_message_asks_for_more_than_the_station_takes(door: Door, version: str) -> None:
    """TC_B_08_CSMS; B06.FR.05: ItemsPerMessage and BytesPerMessage, as the station reported them."""
    new_station()
    many = [named(f"C.V{number}") for number in range(9)]
    with door.station("CP1", version) as talk:
        boot(talk)
        items, size = (named(f"DeviceDataCtrlr.{name}PerMessage[GetVariables]") for name in ("Items", "Bytes"))
        part(talk, 1, 0, data(items, "4"))
        assert [len(call.payload["getVariableData"]) for call in variables.read(drained(), many, purpose="staff")] == [
            4, 4, 1
        ]  # fmt: skip
        part(talk, 1, 0, data(items, "4"), data(size, "300"))
        calls_made = variables.read(drained(), many, purpose="staff")
        assert all(len(str(call.payload)) < 300 for call in calls_made)
        assert sum(len(call.payload["getVariableData"]) for call in calls_made) == 9
        assert len(calls_made) > 3


@V2
def test_a_value_is_written_and_its_end_stands_beside_it(door: Door, version: str) -> None:
    """TC_B_09_CSMS."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        variables.write(drained(), [(OFFLINE, "123")], purpose="staff")
        (item,) = answer(talk, "setVariableResult")
    assert item["attributeValue"] == "123"
    row = Setting.objects.get()
    assert (str(row), row.value, row.written, row.write_status) == (
        "OCPPCommCtrlr.OfflineThreshold", "123", "123", "Accepted",
    )  # fmt: skip


@V2
def test_each_of_several_values_written_has_its_own_end(door: Door, version: str) -> None:
    """TC_B_10_CSMS; what needs a reboot holds only after it."""
    new_station()
    third = named("TxCtrlr.EVConnectionTimeOut")
    with door.station("CP1", version) as talk:
        boot(talk)
        variables.write(drained(), [(OFFLINE, "123"), (REMOTE, "false"), (third, "9")], purpose="staff")
        info = {"reasonCode": "InvalidValue", "additionalInfo": "too short"}
        answer(
            talk, "setVariableResult", {"attributeStatus": "Accepted"}, {"attributeStatus": "RebootRequired"},
            {"attributeStatus": "Rejected", "attributeStatusInfo": info},
        )  # fmt: skip
        assert {row.name: (row.value, row.write_status, row.write_reason) for row in Setting.objects.all()} == {
            "OfflineThreshold": ("123", "Accepted", ""),
            "AuthorizeRemoteStart": (None, "RebootRequired", ""),
            "EVConnectionTimeOut": (None, "Rejected", "InvalidValue: too short"),
        }
        boot(talk)
        drained()
    assert Setting.objects.get(name="AuthorizeRemoteStart").value == "false"


def test_a_password_is_no_value_to_be_written(door: Door) -> None:
    """A01: the hub must know the new one as well."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        with pytest.raises(calls.NotOffered, match="password"):
            variables.write(drained(), [(Variable("AuthorizationKey"), "x" * 20)], purpose="staff")


# OCPP 1.6


def test_all_keys_of_a_1_6_station_are_its_device_model(door: Door) -> None:
    """TC_019_1_CSMS."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        report = device_model.ask(drained())
        frame = talk.called()
        assert frame[2:] == ["GetConfiguration", {}]
        keys = [
            {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
            {"key": "NumberOfConnectors", "readonly": True, "value": "2"},
        ]
        talk.answer(frame, {"configurationKey": keys})
        settled(report.call or Call())
    report.refresh_from_db()
    assert (report.state, report.entries) == ("whole", 2)
    assert values() == {"HeartbeatInterval": "300", "NumberOfConnectors": "2"}
    assert Setting.objects.get(name="NumberOfConnectors").mutability == "ReadOnly"


def test_one_key_is_read(door: Door) -> None:
    """TC_019_2_CSMS."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        variables.read(drained(), [Variable("SupportedFeatureProfiles"), Variable("X")], purpose="staff")
        frame = talk.called()
        assert frame[2:] == ["GetConfiguration", {"key": ["SupportedFeatureProfiles", "X"]}]
        key = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core"}
        talk.answer(frame, {"configurationKey": [key], "unknownKey": ["X"]})
        settled(Call.objects.select_related("station").get())
    assert values() == {"SupportedFeatureProfiles": "Core"}


@pytest.mark.parametrize("status", ["Accepted", "NotSupported", "Rejected", "RebootRequired"])
def test_keys_are_changed_one_by_one_and_every_answer_is_kept(door: Door, status: str) -> None:
    """TC_021_CSMS, TC_040_1_CSMS, TC_040_2_CSMS; a 2.x name is said as the key that it is in 1.6."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        interval = named("SampledDataCtrlr.TxUpdatedInterval")
        made = variables.write(drained(), [(interval, "30"), (Variable("Vendor"), "y")], purpose="staff")
        for call in made:
            frame = talk.called()
            assert frame[1:3] == [str(call.pk), "ChangeConfiguration"]
            talk.answer(frame, {"status": status})
            settled(call)
    assert [call.payload["key"] for call in made] == ["MeterValueSampleInterval", "Vendor"]
    assert {row.name: row.write_status for row in Setting.objects.all()} == {
        "MeterValueSampleInterval": status, "Vendor": status,
    }  # fmt: skip


def test_a_report_that_falls_silent_is_asked_for_again_and_at_last_given_up(door: Door) -> None:
    """A page that never comes: what has come stays, the whole is asked for anew."""
    new_station()
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        station = drained()
        device_model.ask(station)
        for tries in range(1, 4):
            report = DeviceReport.objects.latest("pk")
            assert report.tries == tries
            talk.answer(talk.called(), {"status": "Accepted"})
            part(talk, report.pk, 0, data(OFFLINE, "60"), tbc=True)
            settled(report.call or Call())
            assert device_model.ask_again(report.asked_at) == 0
            drained()
            from_now = DeviceReport.objects.get(pk=report.pk).heard_at
            assert from_now is not None
            assert device_model.ask_again(from_now + device_model.SILENT_AFTER * 2) == 1
    assert set(DeviceReport.objects.values_list("state", "reason")) == {("broken", "parts missing after part 0")}
    assert DeviceReport.objects.count() == 3
    assert values() == {"OCPPCommCtrlr.OfflineThreshold": "60"}
