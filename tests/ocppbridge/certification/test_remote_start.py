"""Certification, block F: sessions that begin and end from afar; and what a 1.6 station is asked to upload."""

from __future__ import annotations

from typing import Any

import pytest

from ocppbridge.charging.intents import StartCharging, StopCharging
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.models import Call, Transaction
from tests.ocppbridge.certification.cards import CARD, authorize, card, id_token, world
from tests.ocppbridge.certification.events import event
from tests.ocppbridge.certification.talking import asked, boot, drained, stamp, state
from tests.ocppbridge.door import Door, Talk

V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
START = StartCharging(IdToken(CARD, "ISO14443"), 4711, Place(1, 1))


def transaction() -> Transaction:
    drained()
    return Transaction.objects.get()


@pytest.mark.parametrize(
    ("requirement", "cable_first", "authorizes"),
    [("TC_F_01_CSMS", True, False), ("TC_F_02_CSMS", False, True), ("TC_F_03_CSMS", False, False)],
)
@V2
def test_a_2_x_session_begins_from_afar_and_is_known_by_its_number(
    door: Door, version: str, requirement: str, cable_first: bool, authorizes: bool
) -> None:
    """F01, F02: the token with its type, and our remoteStartId in what comes of it."""
    world()
    card()
    with door.station("CP1", version) as talk:
        boot(talk)
        state(talk, "Occupied" if cable_first else "Available")
        action, said, call = asked(talk, START, {"status": "Accepted"})
        assert (action, said["idToken"], said["evseId"]) == ("RequestStartTransaction", id_token(), 1)
        if authorizes:
            assert authorize(talk)["status"] == "Accepted"
        begun = event("Started", 0, "RemoteStart", idToken=id_token(), remoteStartId=said["remoteStartId"])
        assert talk.call("TransactionEvent", begun)["idTokenInfo"]["status"] == "Accepted"
    row = transaction()
    assert (row.call, row.remote_start_id, row.id_token) == (call, said["remoteStartId"], CARD)


@pytest.mark.parametrize(("requirement", "cable_first"), [("TC_010_CSMS", True), ("TC_011_1_CSMS", False)])
def test_a_1_6_session_begins_from_afar(door: Door, requirement: str, cable_first: bool) -> None:
    """With an Authorize of the station in between (AuthorizeRemoteTxRequests)."""
    world()
    card()
    with door.station("CP1") as talk:
        boot(talk)
        if cable_first:
            state(talk, "Preparing")
        action, said, call = asked(talk, START, {"status": "Accepted"})
        assert (action, said) == ("RemoteStartTransaction", {"idTag": CARD, "connectorId": 1})
        assert authorize(talk)["status"] == "Accepted"
        if not cable_first:
            state(talk, "Preparing")
        assert begin(talk)["idTagInfo"]["status"] == "Accepted"
        assert state(talk, "Charging") == {}
    assert transaction().call == call


def begin(talk: Talk) -> dict[str, Any]:
    said = {"connectorId": 1, "idTag": CARD, "meterStart": 1000, "timestamp": stamp()}
    answer: dict[str, Any] = talk.call("StartTransaction", said)
    return answer


def test_a_1_6_session_ends_from_afar(door: Door) -> None:
    """TC_012_CSMS."""
    world()
    card()
    with door.station("CP1") as talk:
        boot(talk)
        state(talk, "Preparing")
        assert authorize(talk)["status"] == "Accepted"
        number = begin(talk)["transactionId"]
        action, said, call = asked(talk, StopCharging(str(number)), {"status": "Accepted"})
        assert (action, said, call.outcome) == ("RemoteStopTransaction", {"transactionId": number}, "Accepted")
        stop = {"transactionId": number, "meterStop": 3000, "timestamp": stamp(), "reason": "Remote"}
        assert isinstance(talk.call("StopTransaction", stop), dict)
        assert state(talk, "Finishing") == {}
    assert (transaction().state, transaction().stop_reason) == ("ended", "Remote")


def test_a_1_6_station_may_refuse_to_start_and_to_stop(door: Door) -> None:
    """TC_026_CSMS, TC_028_CSMS."""
    world()
    card()
    with door.station("CP1") as talk:
        boot(talk)
        refused: list[Call] = [asked(talk, START, {"status": "Rejected"})[2]]
        number = begin(talk)["transactionId"]
        refused.append(asked(talk, StopCharging(str(number)), {"status": "Rejected"})[2])
    assert [call.outcome for call in refused] == ["Rejected", "Rejected"]
    assert transaction().state == "running"
