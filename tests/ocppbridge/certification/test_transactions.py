"""Certification, block E: every way in which a transaction starts and stops, as its station tells it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.charging.intents import StopCharging
from ocppbridge.models import Station, Transaction
from tests.ocppbridge.certification.cards import CARD, authorize, card, id_token, world
from tests.ocppbridge.certification.events import BEGAN, at, event, metered
from tests.ocppbridge.certification.talking import asked, boot, drained, state
from tests.ocppbridge.door import Door, Talk

V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
Step = dict[str, Any]


def run(*triggers: tuple[str, dict[str, Any]]) -> list[Step]:
    """A transaction of these triggers: the first starts it, the last ends it unless it says otherwise."""
    kinds = ["Started", *["Updated"] * (len(triggers) - 2), "Ended"]
    return [
        event(more.pop("kind", kind), number, trigger, **more)
        for number, (kind, (trigger, more)) in enumerate(zip(kinds, [(t, dict(m)) for t, m in triggers], strict=True))
    ]


TOKEN = {"idToken": id_token()}
CHARGING = {"chargingState": "Charging"}
CONNECTED = {"chargingState": "EVConnected"}
GOES_ON = {"kind": "Updated"}


def over(trigger: str, reason: str, state: str = "EVConnected", **more: Any) -> tuple[str, dict[str, Any]]:
    return trigger, {"stoppedReason": reason, "chargingState": state, **more}


# What starts it: TxStartPoint


@pytest.mark.parametrize(
    ("requirement", "authorizes", "steps"),
    [
        ("TC_E_01", True, [("Authorized", TOKEN | CONNECTED), ("ChargingStateChanged", CHARGING | GOES_ON)]),
        ("TC_E_02", True, [("ChargingStateChanged", TOKEN | CHARGING), ("MeterValuePeriodic", CHARGING | GOES_ON)]),
        ("TC_E_03", True, [("Authorized", TOKEN | CONNECTED), ("ChargingStateChanged", CHARGING | GOES_ON)]),
        ("TC_E_09", False, [("CablePluggedIn", CONNECTED), ("Authorized", TOKEN | CHARGING | GOES_ON)]),
        ("TC_E_10", True, [("Authorized", TOKEN), ("CablePluggedIn", CONNECTED | GOES_ON)]),
        ("TC_E_11", True, [("SignedDataReceived", TOKEN | CHARGING), ("MeterValuePeriodic", CHARGING | GOES_ON)]),
        ("TC_E_12", False, [("EVDetected", {}), ("Authorized", TOKEN | CONNECTED | GOES_ON)]),
        ("TC_E_38", False, [("Authorized", TOKEN | {"chargingState": "SuspendedEV"}), ("MeterValuePeriodic", GOES_ON)]),
    ],
)
def test_it_starts_where_the_station_says_and_belongs_to_the_card(
    door: Door, requirement: str, authorizes: bool, steps: list[tuple[str, Any]]
) -> None:
    """E01, E02, E03."""
    world()
    card()
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        if authorizes:
            assert authorize(talk)["status"] == "Accepted"
        state(talk, "Occupied")
        for one in run(*steps):
            answer = talk.call("TransactionEvent", one)
            assert ("idToken" in one) == ("idTokenInfo" in answer)
            assert answer.get("idTokenInfo", {"status": "Accepted"})["status"] == "Accepted"
    row = transaction()
    assert (row.state, row.id_token, row.token_owner, row.evse_number) == ("running", CARD, "DE/EMX", 1)
    assert row.started_at == BEGAN


@V2
def test_whoever_comes_with_the_card_before_the_cable_is_told_yes_twice(door: Door, version: str) -> None:
    """TC_E_04: states, an event of the cable, Authorize, and the event that names the card."""
    world()
    card()
    with door.station("CP1", version) as talk:
        boot(talk)
        state(talk, "Occupied")
        first, second = run(("CablePluggedIn", CONNECTED), ("Authorized", TOKEN | CHARGING | GOES_ON))
        assert talk.call("TransactionEvent", first) == {}
        assert authorize(talk)["status"] == "Accepted"
        assert talk.call("TransactionEvent", second)["idTokenInfo"]["status"] == "Accepted"
    assert transaction().id_token == CARD


@V2
def test_a_card_without_a_cable_makes_an_authorized_transaction_that_times_out(door: Door, version: str) -> None:
    """TC_E_39: TxStartPoint Authorized, and nobody plugs in."""
    world()
    card()
    with door.station("CP1", version) as talk:
        boot(talk)
        assert authorize(talk)["status"] == "Accepted"
        for one in run(("Authorized", TOKEN), over("EVConnectTimeout", "Timeout", "Idle")):
            assert isinstance(talk.call("TransactionEvent", one), dict)
    row = transaction()
    assert (row.state, row.stop_reason, row.energy_import) == ("ended", "Timeout", Decimal(0))
    assert row.findings == [["NO_METER", ""]], "nothing flowed, and nothing says so"


# What stops it: TxStopPoint


BEGIN: tuple[str, dict[str, Any]] = ("Authorized", TOKEN | CHARGING | {"meterValue": metered(0, 1000)})
LAST = {"meterValue": metered(9, 3500, "Transaction.End")}
HOLD = ("ChargingStateChanged", {"chargingState": "SuspendedEV"})


@pytest.mark.parametrize(
    ("requirement", "steps", "reason"),
    [
        ("TC_E_07", [over("StopAuthorized", "Local", **TOKEN)], "Local"),
        ("TC_E_08", [("StopAuthorized", CONNECTED | TOKEN), over("ChargingStateChanged", "Local")], "Local"),
        ("TC_E_14", [("StopAuthorized", CONNECTED | TOKEN), over("EVCommunicationLost", "Local", "Idle")], "Local"),
        ("TC_E_15", [over("StopAuthorized", "Local", **TOKEN)], "Local"),
        ("TC_E_16", [over("Deauthorized", "DeAuthorized")], "DeAuthorized"),
        ("TC_E_17", [HOLD, over("EVCommunicationLost", "EVDisconnected", "Idle")], "EVDisconnected"),
        ("TC_E_19", [("EVCommunicationLost", {"chargingState": "Idle"}), over("EVDeparted", "Local", "Idle")], "Local"),
        ("TC_E_20", [over("EVCommunicationLost", "EVDisconnected", "Idle")], "EVDisconnected"),
        ("TC_E_22", [HOLD, over("ChargingStateChanged", "StoppedByEV", "SuspendedEV")], "StoppedByEV"),
    ],
)
def test_it_stops_where_the_station_says_with_its_energy_and_its_reason(
    door: Door, requirement: str, steps: list[tuple[str, Any]], reason: str
) -> None:
    """E06, E07, E08."""
    world()
    card()
    last_trigger, last = steps[-1]
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        state(talk, "Occupied")
        for one in run(BEGIN, *steps[:-1], (last_trigger, last | LAST)):
            assert isinstance(talk.call("TransactionEvent", one), dict)
        state(talk, "Available")
    assert ended() == (reason, Decimal(2500))


@V2
def test_a_stop_from_afar_is_told_by_the_station(door: Door, version: str) -> None:
    """TC_E_21."""
    world()
    card()
    with door.station("CP1", version) as talk:
        boot(talk)
        first, last = run(BEGIN, over("RemoteStop", "Remote", **LAST))
        talk.call("TransactionEvent", first)
        action, payload, call = asked(talk, StopCharging("T1"), {"status": "Accepted"})
        assert (action, payload) == ("RequestStopTransaction", {"transactionId": "T1"})
        talk.call("TransactionEvent", last)
    assert call.outcome == "Accepted"
    assert ended() == ("Remote", Decimal(2500))


@V2
def test_a_cable_that_comes_out_at_the_car_suspends_and_goes_on(door: Door, version: str) -> None:
    """TC_E_26: StopTxOnEVSideDisconnect is false; a NotifyEvent comes between."""
    world()
    card()
    noticed = {
        "generatedAt": at(2), "seqNo": 0,
        "eventData": [{"eventId": 1, "timestamp": at(2), "trigger": "Delta", "actualValue": "true",
                       "eventNotificationType": "HardWiredNotification", "component": {"name": "ConnectedEV"},
                       "variable": {"name": "Problem"}}],
    }  # fmt: skip
    lost = ("EVCommunicationLost", {"chargingState": "Idle"})
    back = ("CablePluggedIn", CHARGING)
    first, second, third, last = run(BEGIN, lost, back, over("StopAuthorized", "Local", **TOKEN, **LAST))
    with door.station("CP1", version) as talk:
        boot(talk)
        talk.call("TransactionEvent", first)
        talk.call("TransactionEvent", second)
        assert state(talk, "Occupied") == {}
        assert talk.call("NotifyEvent", noticed) == {}
        talk.call("TransactionEvent", third)
        assert transaction().state == "running"
        talk.call("TransactionEvent", last)
    assert ended() == ("Local", Decimal(2500))


@V2
def test_every_transaction_counts_its_events_from_0(door: Door, version: str) -> None:
    """TC_E_53."""
    world()
    card()
    with door.station("CP1", version) as talk:
        boot(talk)
        for name in ("T1", "T2"):
            talk.call("TransactionEvent", event("Started", 0, "Authorized", name, **TOKEN, meterValue=metered(0, 0)))
            talk.call("TransactionEvent", event("Updated", 1, "MeterValuePeriodic", name, meterValue=metered(1, 500)))
            gone = event("Ended", 2, "EVDeparted", name, stoppedReason="Local", meterValue=metered(2, 900))
            assert isinstance(talk.call("TransactionEvent", gone), dict)
    drained()
    rows = Transaction.objects.all()
    assert [(row.state, row.last_seq_no, row.energy_import, row.findings) for row in rows] == [
        ("ended", 2, Decimal(900), [])
    ] * 2


# 1.6


def begin(talk: Talk, minutes: float = 0, meter: int = 1000, uid: str = CARD) -> dict[str, Any]:
    said = {"connectorId": 1, "idTag": uid, "meterStart": meter, "timestamp": at(minutes)}
    answer: dict[str, Any] = talk.call("StartTransaction", said)
    return answer


def finish(talk: Talk, number: int, reason: str, minutes: float = 30, **more: Any) -> None:
    said = {"transactionId": number, "meterStop": 3500, "timestamp": at(minutes), "reason": reason, **more}
    assert isinstance(talk.call("StopTransaction", said), dict)


def test_a_session_of_1_6_with_the_cable_first(door: Door) -> None:
    """TC_003: cable, card, charging."""
    world()
    card()
    with door.station("CP1") as talk:
        boot(talk)
        state(talk, "Preparing")
        assert authorize(talk)["status"] == "Accepted"
        answer = begin(talk)
        assert answer["idTagInfo"]["status"] == "Accepted"
        assert state(talk, "Charging") == {}
        finish(talk, answer["transactionId"], "Local", idTag=CARD)
    assert ended() == ("Local", Decimal(2500))


def test_a_session_of_1_6_with_the_card_first(door: Door) -> None:
    """TC_004_1: card, cable, charging."""
    world()
    card()
    with door.station("CP1") as talk:
        boot(talk)
        assert authorize(talk)["status"] == "Accepted"
        state(talk, "Preparing")
        assert begin(talk)["idTagInfo"]["status"] == "Accepted"
        assert state(talk, "Charging") == {}
    assert transaction().state == "running"


def test_a_card_of_1_6_that_no_cable_follows_is_a_state_and_no_transaction(door: Door) -> None:
    """TC_004_2."""
    world()
    with door.station("CP1") as talk:
        boot(talk)
        assert state(talk, "Preparing") == {}
        assert state(talk, "Available") == {}
        assert drained().evses.get().status == "AVAILABLE"
    assert not Transaction.objects.exists()


def test_a_cable_of_1_6_that_comes_out_at_the_car_ends_it(door: Door) -> None:
    """TC_005_1: StopTransactionOnEVSideDisconnect is true."""
    world()
    card()
    with door.station("CP1") as talk:
        boot(talk)
        state(talk, "Preparing")
        authorize(talk)
        number = begin(talk)["transactionId"]
        state(talk, "Charging")
        state(talk, "SuspendedEV")
        finish(talk, number, "EVDisconnected")
        state(talk, "Finishing")
        state(talk, "Available")
    assert ended() == ("EVDisconnected", Decimal(2500))


@pytest.mark.parametrize(
    ("requirement", "known", "status"), [("TC_037_1", True, "Accepted"), ("TC_037_3", False, "Invalid")]
)
def test_a_start_of_1_6_that_happened_offline_is_judged_when_it_is_told(
    door: Door, requirement: str, known: bool, status: str
) -> None:
    """The station stops what was not allowed (StopTransactionOnInvalidId); both have happened and stand."""
    world()
    if known:
        card()
    with door.station("CP1") as talk:
        boot(talk)
        answer = begin(talk, minutes=5)
        assert answer["idTagInfo"]["status"] == status
        state(talk, "Charging")
        if not known:
            finish(talk, answer["transactionId"], "DeAuthorized", minutes=10)
            state(talk, "Available")
    row = transaction()
    assert row.started_at == BEGAN + timedelta(minutes=5)
    assert row.state == ("running" if known else "ended")


def test_a_transaction_of_1_6_that_was_wholly_offline(door: Door) -> None:
    """TC_039."""
    world()
    card()
    with door.station("CP1") as talk:
        boot(talk)
        answer = begin(talk, minutes=5)
        assert answer["idTagInfo"]["status"] == "Accepted"
        finish(talk, answer["transactionId"], "Local", minutes=25)
    row = transaction()
    assert (row.started_at, row.ended_at) == (moment(5), moment(25))
    assert ended() == ("Local", Decimal(2500))


def moment(minutes: float) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def transaction() -> Transaction:
    drained()
    return Transaction.objects.get(station=Station.objects.get())


def ended() -> tuple[str, Decimal]:
    row = transaction()
    assert row.state == Transaction.State.ENDED
    assert row.findings == []
    return row.stop_reason, row.energy_import
