"""Certification, blocks B and F: resets, unlocked cables, triggered messages, and a way to a CSMS stored."""

from __future__ import annotations

from typing import Any

import pytest

from ocppbridge.charging.intents import NotOffered, Reset, SetNetwork, Trigger, Unlock, When
from ocppbridge.charging.tokens import STATION, Place
from ocppbridge.models import Report, Transaction
from ocppbridge.services import calls
from tests.ocppbridge.certification.talking import asked, boot, drained, stamp, state
from tests.ocppbridge.door import PASSWORD, Door, Talk, basic
from tests.ocppbridge.world import new_station

V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])


def begin(talk: Talk) -> None:
    talk.call("TransactionEvent", event("Started", 0, "CablePluggedIn"))


def event(kind: str, seq_no: int, trigger: str, **info: Any) -> dict[str, Any]:
    return {
        "eventType": kind, "timestamp": stamp(), "triggerReason": trigger, "seqNo": seq_no,
        "transactionInfo": {"transactionId": "T1", **info}, "evse": {"id": 1, "connectorId": 1},
    }  # fmt: skip


# Reset


@pytest.mark.parametrize(
    ("requirement", "when", "kind"), [("TC_013_CSMS", When.NOW, "Hard"), ("TC_014_CSMS", When.IDLE, "Soft")]
)
def test_a_1_6_station_is_reset(door: Door, requirement: str, when: When, kind: str) -> None:
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        assert asked(talk, Reset(when), {"status": "Accepted"})[:2] == ("Reset", {"type": kind})
        assert boot(talk)["status"] == "Accepted"
        assert state(talk, "Available") == {}


@V2
@pytest.mark.parametrize(
    ("requirement", "when", "evse", "answer", "said"),
    [
        ("TC_B_20_CSMS", When.IDLE, None, "Accepted", {"type": "OnIdle"}),
        ("TC_B_25_CSMS", When.IDLE, 1, "Accepted", {"type": "OnIdle", "evseId": 1}),
    ],
)
def test_a_reset_without_a_transaction(
    door: Door, version: str, requirement: str, when: When, evse: int | None, answer: str, said: dict[str, Any]
) -> None:
    """B11.FR.04."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        action, payload, call = asked(talk, Reset(when, evse), {"status": answer})
    assert (action, payload, call.outcome) == ("Reset", said, answer)


@V2
@pytest.mark.parametrize(
    ("requirement", "when", "evse", "answer", "said"),
    [
        ("TC_B_21_CSMS", When.IDLE, None, "Scheduled", {"type": "OnIdle"}),
        ("TC_B_22_CSMS", When.NOW, None, "Accepted", {"type": "Immediate"}),
        ("TC_B_26_CSMS", When.IDLE, 1, "Scheduled", {"type": "OnIdle", "evseId": 1}),
        ("TC_B_27_CSMS", When.NOW, 1, "Accepted", {"type": "Immediate", "evseId": 1}),
    ],
)
def test_a_reset_during_a_transaction(
    door: Door, version: str, requirement: str, when: When, evse: int | None, answer: str, said: dict[str, Any]
) -> None:
    """B12: scheduled until it has ended, or at once with the transaction ended by the reset."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        begin(talk)
        action, payload, call = asked(talk, Reset(when, evse), {"status": answer})
        assert (action, payload, call.outcome) == ("Reset", said, answer)
        reason = "ImmediateReset" if when is When.NOW else "EVDisconnected"
        assert talk.call("TransactionEvent", event("Ended", 1, "ResetCommand", stoppedReason=reason)) == {}
        if evse is None:
            assert boot(talk, reason="RemoteReset")["status"] == "Accepted"
            assert drained().boot_reason == "RemoteReset"
        state(talk, "Available")
        drained()
    assert Transaction.objects.get().stop_reason == reason


def test_only_a_2_1_station_resumes_after_a_reset(door: Door) -> None:
    """2.1 ImmediateAndResume; the others are refused it with the reason."""
    new_station()
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        begin(talk)
        said = asked(talk, Reset(When.RESUME), {"status": "Accepted"})
        assert said[:2] == ("Reset", {"type": "ImmediateAndResume"})
        boot(talk, reason="RemoteReset")
        resumed = event("Updated", 1, "TxResumed", chargingState="Charging")
        assert talk.call("TransactionEvent", resumed) == {}
        drained()
    assert Transaction.objects.get().state == "running"
    for version in ("ocpp1.6", "ocpp2.0.1"):
        with door.station("CP1", version) as talk:
            boot(talk)
            with pytest.raises(NotOffered, match="resume"):
                calls.queue(drained(), Reset(When.RESUME), purpose="staff")


def test_a_1_6_station_is_reset_as_a_whole(door: Door) -> None:
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        with pytest.raises(NotOffered, match="as a whole"):
            calls.queue(drained(), Reset(When.NOW, 1), purpose="staff")


# Unlock


@pytest.mark.parametrize(
    ("requirement", "answer"),
    [
        ("TC_017_1_CSMS", "Unlocked"),
        ("TC_017_2_CSMS", "NotSupported"),
        ("TC_030_CSMS", "UnlockFailed"),
        ("TC_031_CSMS", "NotSupported"),
    ],
)
def test_a_1_6_cable_is_unlocked_or_not(door: Door, requirement: str, answer: str) -> None:
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        action, payload, call = asked(talk, Unlock(Place(1)), {"status": answer})
    assert (action, payload, call.outcome) == ("UnlockConnector", {"connectorId": 1}, answer)


def test_unlocking_during_a_1_6_transaction_ends_it(door: Door) -> None:
    """TC_018_1_CSMS."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        state(talk, "Preparing")
        start = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": stamp()}
        number = talk.call("StartTransaction", start)["transactionId"]
        state(talk, "Charging")
        asked(talk, Unlock(Place(1)), {"status": "Unlocked"})
        state(talk, "Finishing")
        stop = {"transactionId": number, "meterStop": 1, "timestamp": stamp(), "reason": "UnlockCommand"}
        assert talk.call("StopTransaction", stop) == {}
        state(talk, "Available")
        drained()
    row = Transaction.objects.get()
    assert (row.state, row.stop_reason) == ("ended", "UnlockCommand")


@V2
@pytest.mark.parametrize("answer", ["Unlocked", "UnlockFailed", "OngoingAuthorizedTransaction", "UnknownConnector"])
def test_a_2_x_cable_is_unlocked_by_evse_and_connector(door: Door, version: str, answer: str) -> None:
    """TC_F_06_CSMS."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        action, payload, call = asked(talk, Unlock(Place(1, 1)), {"status": answer})
    assert (action, payload, call.outcome) == ("UnlockConnector", {"evseId": 1, "connectorId": 1}, answer)


# Triggered messages


METER = {"timestamp": "2026-11-21T10:00:00Z", "sampledValue": [{"value": 1}]}
EVSE1 = {"evse": {"id": 1}}


@V2
@pytest.mark.parametrize(
    ("requirement", "what", "place", "follows"),
    [
        ("TC_F_11_CSMS", "MeterValues", Place(1), ("MeterValues", {"evseId": 1, "meterValue": [METER]})),
        ("TC_F_12_CSMS", "MeterValues", STATION, ("MeterValues", {"evseId": 0, "meterValue": [METER]})),
        ("TC_F_13_CSMS", "TransactionEvent", Place(1), ("TransactionEvent", None)),
        ("TC_F_14_CSMS", "TransactionEvent", STATION, ("TransactionEvent", None)),
        ("TC_F_15_CSMS", "LogStatusNotification", STATION, ("LogStatusNotification", {"status": "Idle"})),
        ("TC_F_18_CSMS", "FirmwareStatusNotification", STATION, ("FirmwareStatusNotification", {"status": "Idle"})),
        ("TC_F_20_CSMS", "Heartbeat", STATION, ("Heartbeat", {})),
        ("TC_F_23_CSMS", "StatusNotification", Place(1, 1), ("StatusNotification", "Available")),
        ("TC_F_24_CSMS", "StatusNotification", Place(1, 1), ("StatusNotification", "Occupied")),
    ],
)
def test_a_message_is_asked_for_and_comes(
    door: Door, version: str, requirement: str, what: str, place: Place, follows: tuple[str, Any]
) -> None:
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        state(talk, "Available")
        begin(talk)
        action, payload, call = asked(talk, Trigger(what, place), {"status": "Accepted"})
        where = {"evse": {"id": 1, **({"connectorId": 1} if place.connector else {})}} if place.evse else {}
        assert (action, payload) == ("TriggerMessage", {"requestedMessage": what, **where})
        assert call.outcome == "Accepted"
        kind, said = follows
        if kind == "StatusNotification":
            assert state(talk, said) == {}
            drained()
        elif kind == "TransactionEvent":
            assert talk.call(kind, event("Updated", 1, "Trigger", chargingState="Charging")) == {}
        else:
            answer = talk.call(kind, said)
            assert list(answer) == (["currentTime"] if kind == "Heartbeat" else [])
    if what in ("LogStatusNotification", "FirmwareStatusNotification"):
        drained()
        assert Report.objects.get(action=what).summary == "Idle"


@V2
@pytest.mark.parametrize("answer", ["NotImplemented", "Rejected"])
def test_a_trigger_that_is_not_implemented_is_known_as_such(door: Door, version: str, answer: str) -> None:
    """TC_F_27_CSMS."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        _, _, call = asked(talk, Trigger("Heartbeat"), {"status": answer})
        assert talk.call("Heartbeat", {})["currentTime"]
    assert (call.state, call.outcome) == ("answered", answer)


def test_a_2_1_trigger_may_be_one_of_the_vendor_s_own(door: Door) -> None:
    """2.1 CustomTrigger."""
    new_station()
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        said = asked(talk, Trigger("CustomTrigger", custom="acme"), {"status": "Accepted"})
    assert said[:2] == ("TriggerMessage", {"requestedMessage": "CustomTrigger", "customTrigger": "acme"})


def test_a_1_6_station_sends_what_it_is_asked_for(door: Door) -> None:
    """TC_054_CSMS."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        state(talk, "Available")
        sample = {"timestamp": "2026-11-21T10:00:00Z", "sampledValue": [{"value": "1"}]}
        asked_for: list[tuple[str, Place, dict[str, Any]]] = [
            ("MeterValues", Place(1), {"connectorId": 1, "meterValue": [sample]}),
            ("Heartbeat", STATION, {}),
            ("StatusNotification", Place(1), {"connectorId": 1, "errorCode": "NoError", "status": "Available"}),
            ("DiagnosticsStatusNotification", STATION, {"status": "Idle"}),
            ("FirmwareStatusNotification", STATION, {"status": "Idle"}),
        ]
        for what, place, follows in asked_for:
            action, payload, _ = asked(talk, Trigger(what, place), {"status": "Accepted"})
            where = {"connectorId": place.evse} if place.evse else {}
            assert (action, payload) == ("TriggerMessage", {"requestedMessage": what, **where})
            assert isinstance(talk.call(what, follows), dict)


def test_a_1_6_station_may_refuse_to_send_it(door: Door) -> None:
    """TC_055_CSMS."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        _, _, call = asked(talk, Trigger("MeterValues"), {"status": "Rejected"})
    assert call.outcome == "Rejected"


# A way to a CSMS


@V2
@pytest.mark.parametrize("answer", ["Accepted", "Failed", "Rejected"])
def test_a_way_to_a_csms_is_stored_in_a_slot(door: Door, version: str, answer: str) -> None:
    """TC_B_42_CSMS, TC_B_44_CSMS; B09."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        way = SetNetwork(2, "wss://hub.example/ocpp", 2, timeout=20)
        action, payload, call = asked(talk, way, {"status": answer})
    assert (action, call.outcome) == ("SetNetworkProfile", answer)
    assert payload == {
        "configurationSlot": 2,
        "connectionData": {
            "ocppVersion": "OCPP21" if version == "ocpp2.1" else "OCPP20",
            "ocppTransport": "JSON",
            "ocppCsmsUrl": "wss://hub.example/ocpp",
            "messageTimeout": 20,
            "securityProfile": 2,
            "ocppInterface": "Wired0",
        },
    }


def test_only_a_2_1_station_takes_an_identity_with_it_and_its_password_is_kept_from_everybody(door: Door) -> None:
    """B09; the password stands in no journal."""
    new_station()
    way = SetNetwork(1, "wss://hub.example/ocpp", 1, identity="CP9", password="canary-canary-canary")
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        _, payload, call = asked(talk, way, {"status": "Accepted"})
        assert payload["connectionData"]["basicAuthPassword"] == "canary-canary-canary"
    assert "canary" not in f"{call.payload}{call.intent_data}"
    for version in ("ocpp1.6", "ocpp2.0.1"):
        with door.station("CP1", version) as talk:
            boot(talk)
            with pytest.raises(NotOffered):
                calls.queue(drained(), way, purpose="staff")


def test_the_version_is_the_one_that_was_agreed_on(door: Door) -> None:
    """TC_B_58_CSMS, TC_088_CSMS: the first that both know, and its own words from then on."""
    new_station()
    for offered, agreed in [(["ocpp2.1", "ocpp2.0.1"], "ocpp2.1"), (["ocpp9", "ocpp1.6"], "ocpp1.6")]:
        with door.open("CP1", offered, basic("CP1", PASSWORD)) as socket:
            assert socket.subprotocol == agreed
            assert boot(Talk(socket))["status"] == "Accepted"
    assert drained().subprotocol == "ocpp1.6"
