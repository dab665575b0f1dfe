"""Nonsense, floods and oddities of real stations: answered in OCPP's own words, kept, and felt by nobody else."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from ocppbridge.models import Alert, Connection, Frame, InboxItem, Station
from tests.ocppbridge.door import Door, Talk, eventually
from tests.ocppbridge.world import new_station


def read_on(talk: Talk) -> None:
    """Until the socket closes."""
    while True:
        talk.receive()


def ask(talk: Talk, text: str) -> list[Any]:
    talk.socket.send(text)
    return talk.receive()


@pytest.mark.parametrize(
    ("subprotocol", "text", "code"),
    [
        ("ocpp1.6", '[2,"m1","NoSuchAction",{}]', "NotImplemented"),
        ("ocpp2.0.1", '[2,"m1","NoSuchAction",{}]', "NotImplemented"),
        ("ocpp2.1", '[2,"m1","NoSuchAction",{}]', "NotImplemented"),
        ("ocpp1.6", '[2,"m1","BootNotification",{"chargePointVendor":"A"}]', "OccurenceConstraintViolation"),
        ("ocpp2.0.1", '[2,"m1","BootNotification",{"reason":"PowerUp"}]', "OccurrenceConstraintViolation"),
        ("ocpp1.6", '[2,"m1","Heartbeat",{"extra":1}]', "FormationViolation"),
        ("ocpp2.1", '[2,"m1","Heartbeat",{"extra":1}]', "FormatViolation"),
        ("ocpp2.0.1", "this is no JSON", "RpcFrameworkError"),
        ("ocpp2.0.1", '[2,7,"Heartbeat",{}]', "FormatViolation"),
        ("ocpp1.6", '[2,7,"Heartbeat",{}]', "FormationViolation"),
        ("ocpp2.0.1", '[2,"m1","Heartbeat"]', "FormatViolation"),
        ("ocpp1.6", '[2,"m1","RemoteStopTransaction",{"transactionId":1}]', "NotSupported"),
    ],
)
def test_each_kind_of_nonsense_gets_its_own_error_in_the_version_s_spelling(
    door: Door, subprotocol: str, text: str, code: str
) -> None:
    """Field quirks 8 and 13."""
    new_station("CP1")
    with door.station("CP1", subprotocol) as talk:
        answer = ask(talk, text)
        assert (answer[0], answer[2]) == (4, code)
        assert talk.call("Heartbeat", {})["currentTime"]
    assert Frame.objects.filter(direction=0).exclude(error="").count() == 1
    assert InboxItem.objects.filter(frame_id__in=Frame.objects.exclude(error="").values("id")).count() == 0


def test_an_unreadable_frame_of_1_6_is_kept_and_met_with_silence(door: Door) -> None:
    new_station("CP1")
    with door.station("CP1") as talk:
        talk.socket.send("x" * 9000 + "\0")
        assert talk.call("Heartbeat", {})["currentTime"]
    kept = Frame.objects.get(kind=Frame.Kind.INVALID)
    assert len(kept.body) == 4096
    assert "not JSON" in kept.error


def test_invalid_frames_are_kept_at_a_bounded_rate(door: Door) -> None:
    new_station("CP1")
    with door.station("CP1") as talk:
        for _ in range(50):
            talk.socket.send("{")
        assert talk.call("Heartbeat", {})["currentTime"]
    assert Frame.objects.filter(kind=Frame.Kind.INVALID).count() == 30


@pytest.mark.parametrize("size", [65_537, 100_000])
def test_a_frame_over_the_limit_closes_the_socket_and_nobody_else_feels_it(door: Door, size: int) -> None:
    """S40."""
    new_station("CP1")
    new_station("CP2")
    with door.station("CP2") as other, door.station("CP1") as talk:
        talk.call("Heartbeat", {})
        with pytest.raises(ConnectionClosed) as closed:
            ask(talk, json.dumps([2, "m1", "DataTransfer", {"vendorId": "A", "data": "x" * size}])[:size])
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
        assert other.call("Heartbeat", {})["currentTime"]
    ended = eventually(lambda: Connection.objects.filter(station__identity="CP1", close_code=1009).first())
    assert ended.close_reason, "staff see why"


def test_binary_frames_close_the_socket(door: Door) -> None:
    new_station("CP1")
    with door.station("CP1") as talk:
        talk.socket.send(b'[2,"m1","Heartbeat",{}]')
        with pytest.raises(ConnectionClosed) as closed:
            talk.receive()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1003


def test_deep_json_and_nul_bytes_are_refused_like_any_nonsense(door: Door) -> None:
    """Field quirk 13."""
    new_station("CP1")
    with door.station("CP1", "ocpp2.0.1") as talk:
        assert ask(talk, "[" * 20_000)[2] == "RpcFrameworkError"
        nul = ask(talk, '[2,"m1","DataTransfer",{"vendorId":"a\\u0000b"}]')
        assert (nul[1], nul[2]) == ("m1", "FormatViolation")
        assert talk.call("Heartbeat", {})["currentTime"]


def test_a_flood_without_waiting_for_answers_is_ended_and_others_go_on(door: Door) -> None:
    """S40."""
    station = new_station("CP1")
    new_station("CP2")
    with door.station("CP2") as other, door.station("CP1") as flood:
        with suppress(ConnectionClosed):
            for number in range(3_000):
                flood.say("Heartbeat", {}, f"f{number}")
        with pytest.raises(ConnectionClosed) as closed:
            read_on(flood)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
        assert other.call("Heartbeat", {})["currentTime"]
    eventually(lambda: Alert.objects.filter(station=station, code="FLOOD").exists())


def test_calls_in_flight_together_are_all_answered(door: Door) -> None:
    """Field quirk 2: BootNotification and StatusNotification pipelined."""
    new_station("CP1")
    with door.station("CP1") as talk:
        boot = talk.say("BootNotification", {"chargePointVendor": "A", "chargePointModel": "B"})
        status = talk.say("StatusNotification", {"connectorId": 0, "errorCode": "NoError", "status": "Available"})
        assert {talk.receive()[1], talk.receive()[1]} == {boot, status}


def test_a_lenient_station_s_violations_are_taken_and_noted(door: Door) -> None:
    """Field quirk 10."""
    station = new_station("CP1")
    Station.objects.filter(pk=station.pk).update(lenient=True)
    with door.station("CP1") as talk:
        boot = {"chargePointVendor": "A" * 60, "chargePointModel": "B", "colour": "green"}
        assert talk.call("BootNotification", boot)["status"] == "Accepted"
    assert "/chargePointVendor" in Frame.objects.get(direction=0).error
    assert InboxItem.objects.count() == 1


@pytest.mark.parametrize("policy", ["Pending", "Rejected"])
def test_before_its_boot_is_accepted_a_2_x_station_may_only_boot(door: Door, policy: str) -> None:
    """B02.FR.09, B03.FR.07, field quirk 17."""
    station = new_station("CP1")
    Station.objects.filter(pk=station.pk).update(boot_policy=policy)
    boot = {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V"}}
    with door.station("CP1", "ocpp2.0.1") as talk:
        assert talk.call("BootNotification", boot)["status"] == policy
        assert talk.call("Heartbeat", {})[2] == "SecurityError"
        assert talk.call("BootNotification", boot)["status"] == policy


def test_a_send_of_2_1_is_kept_and_never_answered(door: Door) -> None:
    """Field quirk 18."""
    new_station("CP1")
    stream = {"id": 1, "pending": 0, "basetime": "2026-11-21T10:00:00Z", "data": [{"t": 1, "v": "2"}]}
    with door.station("CP1", "ocpp2.1") as talk:
        talk.send([6, "s1", "NotifyPeriodicEventStream", stream])
        assert talk.exchange(talk.say("Heartbeat", {}))[1] == "m1"
    assert Frame.objects.get(kind=Frame.Kind.SEND).error == ""
