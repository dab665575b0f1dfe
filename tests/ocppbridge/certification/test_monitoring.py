"""Certification, block N: monitors set, told, reported and cleared; periodic event streams (2.1)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.charging.intents import ListStreams, Monitor, Pace, SetMonitoringBase, SetMonitoringLevel
from ocppbridge.charging.variables import named
from ocppbridge.models import Alert, Call, Enquiry, EventStream, Setting, Station, StationEvent
from ocppbridge.models import Monitor as Row
from ocppbridge.services import calls, monitoring, streams
from roaming.services import decisions
from tests.ocppbridge.certification.talking import asked, boot, drained, settled, stamp
from tests.ocppbridge.door import Door, Talk, eventually
from tests.ocppbridge.world import new_station

V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
HOT, POWER = named("EVSE@1.Temperature"), named("EVSE@1.Power")


def reply(talk: Talk, answer: Any) -> list[Any]:
    """Answer the next call; `answer` may be made of what it asks."""
    frame = talk.called()
    talk.answer(frame, answer(frame[3]) if callable(answer) else answer)
    settled(Call.objects.select_related("station").get(pk=frame[1]))
    return frame


def results(*statuses: str, first: int = 1) -> Any:
    """An answer to SetVariableMonitoring."""

    def answer(payload: dict[str, Any]) -> dict[str, Any]:
        told = []
        for number, (one, status) in enumerate(zip(payload["setMonitoringData"], statuses, strict=True), first):
            entry = {name: one[name] for name in ("type", "severity", "component", "variable")}
            told.append({**entry, "status": status, **({"id": number} if status == "Accepted" else {})})
        return {"setMonitoringResult": told}

    return answer


def set_monitors(talk: Talk, *monitors: Monitor, statuses: tuple[str, ...] = ()) -> list[Any]:
    monitoring.set_all(drained(), monitors)
    return reply(talk, results(*(statuses or ("Accepted",) * len(monitors))))


def entry(number: int, kind: str = "UpperThreshold", severity: int = 4, version: str = "ocpp2.0.1") -> dict[str, Any]:
    more = {"eventNotificationType": "CustomMonitor"} if version == "ocpp2.1" else {}
    return {
        "component": {"name": "EVSE", "evse": {"id": 1}},
        "variable": {"name": "Temperature"},
        "variableMonitoring": [
            {"id": number, "transaction": False, "value": 70, "type": kind, "severity": severity, **more}
        ],
    }


def page(talk: Talk, row: Enquiry, seq_no: int, *entries: Any, tbc: bool = False) -> None:
    said = {"requestId": row.pk, "seqNo": seq_no, "generatedAt": stamp(), "tbc": tbc, "monitor": list(entries)}
    assert talk.call("NotifyMonitoringReport", said) == {}


@V2
@pytest.mark.parametrize(
    ("requirement", "which", "wanted"),
    [
        ("TC_N_01_CSMS", {"criteria": ("ThresholdMonitoring",)}, ["monitoringCriteria"]),
        ("TC_N_02_CSMS", {"names": (HOT,)}, ["componentVariable"]),
        (
            "TC_N_03_CSMS",
            {"names": (HOT,), "criteria": ("DeltaMonitoring",)},
            ["componentVariable", "monitoringCriteria"],
        ),
        (
            "TC_N_60_CSMS",
            {"names": (HOT, POWER), "criteria": ("DeltaMonitoring",)},
            ["componentVariable", "monitoringCriteria"],
        ),
        ("TC_N_47_CSMS", {}, []),
    ],
)  # fmt: skip
def test_monitors_are_reported_page_by_page(
    door: Door, version: str, requirement: str, which: dict[str, Any], wanted: list[str]
) -> None:
    station = new_station()
    Row.objects.create(station=station, name="Old", type="Delta", value=1, severity=9, monitor_id=99)
    with door.station("CP1", version) as talk:
        boot(talk)
        row = monitoring.ask(drained(), **which)
        frame = reply(talk, {"status": "Accepted"})
        assert (frame[2], sorted(set(frame[3]) - {"requestId"})) == ("GetMonitoringReport", wanted)
        page(talk, row, 1, entry(2, "Delta", version=version))
        page(talk, row, 0, entry(1, version=version), tbc=True)
        drained()
    row.refresh_from_db()
    assert (row.state, row.entries) == ("whole", 2)
    gone = set() if which else {99}
    assert set(Row.objects.values_list("monitor_id", flat=True)) == {1, 2, 99} - gone
    found = Row.objects.get(monitor_id=1)
    assert (str(found), found.type, found.value, found.severity) == (
        "EVSE@1.Temperature", "UpperThreshold", Decimal(70), 4,
    )  # fmt: skip
    assert found.origin == ("CustomMonitor" if version == "ocpp2.1" else "")


@V2
def test_a_station_without_monitors_says_so(door: Door, version: str) -> None:
    station = new_station()
    Row.objects.create(station=station, name="Old", type="Delta", value=1, severity=9, monitor_id=99)
    with door.station("CP1", version) as talk:
        boot(talk)
        row = monitoring.ask(drained())
        reply(talk, {"status": "EmptyResultSet"})
    row.refresh_from_db()
    assert (row.state, Row.objects.count()) == ("empty", 0)


@V2
def test_base_and_level_are_settings_of_the_station(door: Door, version: str) -> None:
    """TC_N_05_CSMS, TC_N_16_CSMS, TC_N_17_CSMS."""
    station = new_station()
    Row.objects.create(
        station=station, name="A", type="Delta", value=1, severity=9, monitor_id=1, origin="HardWiredMonitor"
    )
    Row.objects.create(station=station, name="B", type="Delta", value=1, severity=9, monitor_id=2)
    with door.station("CP1", version) as talk:
        boot(talk)
        said = asked(talk, SetMonitoringBase("HardWiredOnly"), {"status": "Accepted"})
        assert said[:2] == ("SetMonitoringBase", {"monitoringBase": "HardWiredOnly"})
        asked(talk, SetMonitoringLevel(5), {"status": "Accepted"})
        _, _, call = asked(talk, SetMonitoringLevel(12), {"status": "Rejected"})
    assert call.outcome == "Rejected"
    assert list(Row.objects.values_list("monitor_id", flat=True)) == [1]
    told = {row.name: (row.value, row.write_status) for row in Setting.objects.all()}
    assert told == {
        "ActiveMonitoringBase": ("HardWiredOnly", "Accepted"), "ActiveMonitoringLevel": ("5", "Rejected"),
    }  # fmt: skip


@V2
def test_monitors_are_set_and_each_answer_is_kept(door: Door, version: str) -> None:
    """TC_N_08_CSMS, TC_N_09_CSMS."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        hot = Monitor(HOT, "UpperThreshold", Decimal("70.5"), 4)
        frame = set_monitors(talk, hot)
        assert frame[3]["setMonitoringData"][0]["value"] == 70.5
        power = Monitor(POWER, "Delta", Decimal(100), 8, True)
        frame = set_monitors(talk, hot, power, statuses=("Duplicate", "UnknownVariable"))
        assert len(frame[3]["setMonitoringData"]) == 2
    rows = Row.objects.order_by("pk").values_list("name", "monitor_id", "status")
    assert list(rows) == [
        ("Temperature", 1, "Accepted"), ("Temperature", None, "Duplicate"), ("Power", None, "UnknownVariable"),
    ]  # fmt: skip


@V2
def test_monitors_are_cleared_in_as_many_messages_as_the_station_takes(door: Door, version: str) -> None:
    """TC_N_18_CSMS, TC_N_44_CSMS."""
    station = new_station()
    for number in (1, 2, 3):
        Row.objects.create(station=station, name="A", type="Delta", value=1, severity=9, monitor_id=number)
    Setting.objects.create(
        station=station,
        component="DeviceDataCtrlr",
        name="ItemsPerMessage",
        instance="ClearVariableMonitoring",
        value="2",
    )
    with door.station("CP1", version) as talk:
        boot(talk)
        assert len(monitoring.clear(drained(), [1, 2, 3])) == 2
        first = [{"id": 1, "status": "Accepted"}, {"id": 2, "status": "Rejected"}]
        assert reply(talk, {"clearMonitoringResult": first})[3] == {"id": [1, 2]}
        reply(talk, {"clearMonitoringResult": [{"id": 3, "status": "NotFound"}]})
    row = Row.objects.get()
    assert (row.monitor_id, row.reason) == (2, "not cleared: Rejected")


# Events


def notify(talk: Talk, **more: Any) -> None:
    event = {
        "eventId": 1, "timestamp": stamp(), "trigger": "Alerting", "actualValue": "71",
        "eventNotificationType": "CustomMonitor", "component": {"name": "EVSE", "evse": {"id": 1}},
        "variable": {"name": "Temperature"}, **more,
    }  # fmt: skip
    assert talk.call("NotifyEvent", {"generatedAt": stamp(), "seqNo": 0, "eventData": [event]}) == {}


@V2
@pytest.mark.parametrize(
    ("requirement", "said", "alerts"),
    [
        ("TC_N_21_CSMS", {"eventNotificationType": "HardWiredMonitor", "variableMonitoringId": 7}, 1),
        ("TC_N_24_CSMS", {"trigger": "Periodic", "variableMonitoringId": 8}, 0),
        ("TC_N_48_CSMS", {"actualValue": "", "variableMonitoringId": 8}, 0),
        ("TC_N_49_CSMS", {"cleared": True, "variableMonitoringId": 7}, 0),
        ("TC_N_50_CSMS", {"trigger": "Periodic", "variableMonitoringId": 8, "techCode": "T1"}, 0),
    ],
)
def test_an_event_is_acknowledged_kept_and_alarmed_by_its_severity(
    door: Door, version: str, requirement: str, said: dict[str, Any], alerts: int
) -> None:
    station = new_station()
    for number, severity in ((7, 2), (8, 8)):
        Row.objects.create(station=station, name="A", type="Delta", value=1, severity=severity, monitor_id=number)
    with door.station("CP1", version) as talk:
        boot(talk)
        notify(talk, **said)
        eventually(lambda: drained() and StationEvent.objects.exists())
    event = StationEvent.objects.get()
    assert (event.severity, event.monitor_id) == (2 if said["variableMonitoringId"] == 7 else 8, event.monitor_id)
    assert Alert.objects.filter(code="EVENT-EVSE").count() == alerts
    if alerts:
        alert = Alert.objects.get()
        assert (alert.text, alert.severity) == ("EVSE@1.Temperature = 71 (system failure)", "critical")


def test_a_2_1_event_has_a_severity_of_its_own_and_what_is_alarmed_is_decided(door: Door) -> None:
    new_station()
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        decisions.choose("EVENT-ALERT-SEVERITY", "6", scope="station", key="CP1", by="ann")
        notify(talk, severity=6)
        notify(talk, severity=7)
        eventually(lambda: drained() and StationEvent.objects.count() == 2)
    assert Alert.objects.get(code="EVENT-EVSE").severity == "warning"


# Periodic event streams, 2.1


def stream(talk: Talk, number: int = 3) -> Any:
    said = {"id": number, "variableMonitoringId": 7, "params": {"interval": 60}}
    return talk.call("OpenPeriodicEventStream", {"constantStreamData": said})


def send(talk: Talk, payload: dict[str, Any]) -> None:
    talk.socket.send(json.dumps([6, "s1", "NotifyPeriodicEventStream", payload]))


def test_a_stream_is_opened_told_adjusted_listed_and_closed(door: Door) -> None:
    """N11 to N15."""
    new_station()
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        set_monitors(talk, Monitor(HOT, "Periodic", Decimal(1), 9, pace=Pace(60, 5)))
        assert stream(talk) == {"status": "Accepted"}
        values = [{"t": 0, "v": "20.5"}, {"t": 1.5, "v": "21"}]
        send(talk, {"id": 3, "pending": 4, "basetime": "2026-11-21T12:00:00Z", "data": values})
        talk.call("Heartbeat", {})
        row = eventually(lambda: drained() and EventStream.objects.filter(told=2).first())
        assert (row.state, row.pending, row.monitor_id, row.interval) == ("open", 4, 7, 60)
        assert [(one.at.isoformat()[17:], one.value) for one in row.rows.order_by("at")] == [
            ("00+00:00", "20.5"), ("01.500000+00:00", "21"),
        ]  # fmt: skip
        streams.adjust(row, Pace(30, None), "ann")
        assert reply(talk, {"status": "Accepted"})[3] == {"id": 3, "params": {"interval": 30}}
        row.refresh_from_db()
        assert row.interval == 30
        other = {"id": 4, "variableMonitoringId": 8, "params": {"values": 2}}
        asked(talk, ListStreams(), {"constantStreamData": [other]})
        assert dict(EventStream.objects.values_list("stream_id", "state")) == {3: "closed", 4: "open"}
        assert talk.call("ClosePeriodicEventStream", {"id": 4}) == {}
        drained()
    assert set(EventStream.objects.values_list("state", flat=True)) == {"closed"}


def test_a_stream_may_be_refused_by_a_decision(door: Door) -> None:
    station = new_station()
    decisions.choose("EVENT-STREAMS", "refuse", scope="hub", key="", by="ann")
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        answer = stream(talk)
        assert (answer["status"], bool(answer["statusInfo"])) == ("Rejected", True)
        drained()
    assert EventStream.objects.get(station=station).state == "refused"


def test_a_station_of_another_version_has_no_streams(door: Door) -> None:
    new_station()
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        assert stream(talk)[2] == "NotImplemented"
        with pytest.raises(calls.NotOffered, match="no periodic event streams"):
            monitoring.set_all(drained(), [Monitor(HOT, "Periodic", Decimal(1), 9, pace=Pace(60))])
    assert Station.objects.get().monitors.count() == 0, "what cannot be said leaves no row"
