"""Certification, block G: states told, and stations, EVSEs and connectors taken out of service and put back."""

from __future__ import annotations

from typing import Any

import pytest

from ocppbridge.charging.intents import ChangeAvailability
from ocppbridge.charging.tokens import STATION, Place
from ocppbridge.models import Alert, Availability, Connector, Evse, StationEvent
from tests.ocppbridge.certification.talking import asked, boot, drained, stamp, state
from tests.ocppbridge.door import Door, Talk
from tests.ocppbridge.world import new_station

V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
PLACES = pytest.mark.parametrize(
    ("place", "said"),
    [(STATION, {}), (Place(1), {"evse": {"id": 1}}), (Place(1, 1), {"evse": {"id": 1, "connectorId": 1}})],
    ids=["station", "evse", "connector"],
)


def statuses() -> list[str]:
    return list(Evse.objects.order_by("number").values_list("status", flat=True))


@pytest.mark.parametrize(
    ("version", "word", "status"),
    [
        ("ocpp2.0.1", "Available", "AVAILABLE"),
        ("ocpp2.0.1", "Occupied", "CHARGING"),
        ("ocpp2.0.1", "Reserved", "RESERVED"),
        ("ocpp2.0.1", "Unavailable", "INOPERATIVE"),
        ("ocpp2.1", "Faulted", "OUTOFORDER"),
        ("ocpp1.6", "Preparing", "CHARGING"),
        ("ocpp1.6", "SuspendedEVSE", "CHARGING"),
        ("ocpp1.6", "Finishing", "CHARGING"),
        ("ocpp1.6", "Faulted", "OUTOFORDER"),
    ],
)
def test_a_state_is_answered_with_nothing_and_becomes_the_evse_s_status(
    door: Door, version: str, word: str, status: str
) -> None:
    """TC_G_01_CSMS; OCP-03."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        assert state(talk, word) == {}
        drained()
    assert statuses() == [status]


def unavailable(talk: Talk, place: Place) -> None:
    for number in (1, 2) if place.is_station else (1,):
        state(talk, "Unavailable", number)


@V2
@PLACES
def test_out_of_service_and_back(door: Door, version: str, place: Place, said: dict[str, Any]) -> None:
    """TC_G_03_CSMS, TC_G_04_CSMS, TC_G_05_CSMS, TC_G_06_CSMS, TC_G_07_CSMS, TC_G_08_CSMS."""
    new_station(evses=2)
    both = place.is_station
    with door.station("CP1", version) as talk:
        boot(talk)
        for number in (1, 2):
            state(talk, "Available", number)
        action, payload, call = asked(talk, ChangeAvailability(False, place), {"status": "Accepted"})
        assert (action, payload) == ("ChangeAvailability", {"operationalStatus": "Inoperative", **said})
        assert call.outcome == "Accepted"
        unavailable(talk, place)
        drained()
        assert statuses() == ["INOPERATIVE", "INOPERATIVE" if both else "AVAILABLE"]
        row = Availability.objects.get()
        assert (row.operative, row.state) == (False, "accepted")
        _, payload, _ = asked(talk, ChangeAvailability(True, place), {"status": "Accepted"})
        assert payload == {"operationalStatus": "Operative", **said}
        for number in (1, 2):
            state(talk, "Available", number)
        drained()
    assert statuses() == ["AVAILABLE", "AVAILABLE"]
    assert [(one.operative, one.state) for one in Availability.objects.all()] == [(True, "accepted")]


def event(kind: str, seq_no: int, **more: Any) -> dict[str, Any]:
    info = {"transactionId": "T1", "chargingState": "Charging" if kind != "Ended" else "Idle"}
    return {
        "eventType": kind, "timestamp": stamp(), "triggerReason": "RemoteStop" if kind == "Ended" else "CablePluggedIn",
        "seqNo": seq_no, "transactionInfo": info, "evse": {"id": 1, "connectorId": 1}, **more,
    }  # fmt: skip


@V2
@PLACES
def test_with_a_transaction_it_is_scheduled_until_that_has_ended(
    door: Door, version: str, place: Place, said: dict[str, Any]
) -> None:
    """TC_G_11_CSMS, TC_G_14_CSMS, TC_G_17_CSMS; G03.FR.05."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        state(talk, "Occupied")
        talk.call("TransactionEvent", event("Started", 0))
        _, payload, call = asked(talk, ChangeAvailability(False, place), {"status": "Scheduled"})
        assert payload == {"operationalStatus": "Inoperative", **said}
        assert call.outcome == "Scheduled"
        assert Availability.objects.get().state == "scheduled"
        assert statuses() == ["CHARGING"]
        talk.call("TransactionEvent", event("Ended", 1))
        state(talk, "Unavailable")
        drained()
    assert Availability.objects.get().state == "accepted"
    assert statuses() == ["INOPERATIVE"]


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])
def test_what_a_station_refuses_is_known_as_refused(door: Door, version: str) -> None:
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        action, payload, _ = asked(talk, ChangeAvailability(False, Place(1)), {"status": "Rejected"})
    assert action == "ChangeAvailability"
    if version == "ocpp1.6":
        assert payload == {"connectorId": 1, "type": "Inoperative"}
    row = Availability.objects.get()
    assert (row.state, row.reason, row.evse_number) == ("refused", "Rejected", 1)


def notify(talk: Talk, *events: tuple[str, dict[str, int] | None, str, str]) -> None:
    data = [
        {
            "eventId": number, "timestamp": stamp(), "trigger": "Delta", "actualValue": value,
            "eventNotificationType": "HardWiredNotification", "variable": {"name": variable},
            "component": {"name": component, **({"evse": evse} if evse else {})},
        }
        for number, (component, evse, variable, value) in enumerate(events, start=1)
    ]  # fmt: skip
    assert talk.call("NotifyEvent", {"generatedAt": stamp(), "seqNo": 0, "eventData": data}) == {}


@V2
def test_states_told_by_events_count_like_status_notifications(door: Door, version: str) -> None:
    """TC_G_01_CSMS on 2.1, whose stations tell AvailabilityState by NotifyEvent."""
    new_station(evses=2)
    where = {"id": 1, "connectorId": 1}
    with door.station("CP1", version) as talk:
        boot(talk)
        notify(talk, ("Connector", where, "AvailabilityState", "Occupied"))
        drained()
        assert statuses() == ["CHARGING", "UNKNOWN"]
        notify(talk, ("Connector", where, "AvailabilityState", "Available"))
        notify(talk, ("EVSE", {"id": 2}, "AvailabilityState", "Available"), ("EVSE", {"id": 1}, "Power", "7000"))
        drained()
        assert statuses() == ["AVAILABLE", "AVAILABLE"]
        notify(talk, ("EVSE", {"id": 2}, "AvailabilityState", "Faulted"))
        notify(talk, ("EVSE", {"id": 1}, "AvailabilityState", "Unavailable"))
        drained()
        assert statuses() == ["INOPERATIVE", "OUTOFORDER"]
        state(talk, "Available")
        notify(talk, ("ChargingStation", None, "AvailabilityState", "Unavailable"))
        station = drained()
    assert (station.state, statuses()) == ("Unavailable", ["INOPERATIVE", "OUTOFORDER"])
    assert Connector.objects.get(evse__number=1).state == "Available"


@V2
def test_a_lock_that_fails_is_answered_kept_and_told_to_staff(door: Door, version: str) -> None:
    """TC_G_20_CSMS."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        state(talk, "Available")
        lock = ("ConnectorPlugRetentionLock", {"id": 1, "connectorId": 1}, "Problem", "true")
        notify(talk, lock)
        drained()
    assert Alert.objects.get().text == "the lock of EVSE 1 connector 1 has failed"
    event = StationEvent.objects.get()
    assert (str(event), event.value) == ("ConnectorPlugRetentionLock@1.1.Problem", "true")


def test_a_1_6_connector_that_cannot_lock_is_out_of_order(door: Door) -> None:
    """TC_024_CSMS."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        state(talk, "Preparing")
        fault = {"connectorId": 1, "errorCode": "ConnectorLockFailure", "status": "Faulted"}
        assert talk.call("StatusNotification", fault) == {}
        drained()
    assert statuses() == ["OUTOFORDER"]
    assert Connector.objects.get().error_code == "ConnectorLockFailure"
