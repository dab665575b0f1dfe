"""Transactions as real stations tell them: repeated, late, unnumbered, somebody else's; through the front door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ocppbridge import drain
from ocppbridge.charging.intents import AskTransaction
from ocppbridge.models import Alert, Call, Frame, MeterReading, Transaction
from ocppbridge.services import calls, silence
from roaming.decisions import Scope
from roaming.services import decisions
from tests.ocppbridge.door import Door, Talk, eventually
from tests.ocppbridge.world import new_station

START = {"connectorId": 1, "idTag": "CARD1", "meterStart": 1000, "timestamp": "2026-11-21T10:00:00Z"}


def stop(number: int, meter: int = 3500, **more: Any) -> dict[str, Any]:
    return {"transactionId": number, "meterStop": meter, "timestamp": "2026-11-21T11:00:00Z", **more}


def begin(talk: Talk, **more: Any) -> int:
    return int(talk.call("StartTransaction", {**START, **more})["transactionId"])


def drained(identity: str = "CP1") -> Transaction:
    for shard in range(8):
        drain.drain(shard)
    return Transaction.objects.get(station__identity=identity)


@pytest.mark.parametrize("message_id", ["m1", "other"])
def test_the_same_start_again_gets_the_same_number_whatever_its_message_id(door: Door, message_id: str) -> None:
    """Field quirk 6."""
    new_station("CP1")
    with door.station("CP1") as talk:
        first = talk.call("StartTransaction", START, "m1")["transactionId"]
    with door.station("CP1") as talk:
        assert talk.call("StartTransaction", START, message_id)["transactionId"] == first
    assert Transaction.objects.count() == 1


def test_another_start_with_the_same_message_id_is_another_transaction(door: Door) -> None:
    """Stations count from "1" again after a restart."""
    new_station("CP1")
    with door.station("CP1") as talk:
        first = talk.call("StartTransaction", START, "1")["transactionId"]
        talk.call("StopTransaction", stop(first))
        second = talk.call("StartTransaction", {**START, "timestamp": "2026-11-21T12:00:00Z"}, "1")["transactionId"]
    assert first != second


def test_one_station_s_number_stops_nothing_of_another_station(door: Door) -> None:
    """S39; the stop is acknowledged all the same (field quirk 7)."""
    new_station("CP1")
    thief = new_station("CP2")
    with door.station("CP1") as talk, door.station("CP2") as other:
        number = begin(talk)
        assert other.call("StopTransaction", stop(number)) == {}
    assert drained().state == "running"
    assert Alert.objects.get(station=thief).code == "UNKNOWN-STOP"


@pytest.mark.parametrize(("tag", "state"), [("card1", "ended"), ("CARD2", "running"), (None, "running")])
def test_a_stop_without_a_number_of_ours_ends_only_the_card_s_own_transaction(
    door: Door, tag: str | None, state: str
) -> None:
    """Field quirk 7: transactionId -1 after an offline start."""
    new_station("CP1")
    with door.station("CP1") as talk:
        begin(talk)
        answer = talk.call("StopTransaction", stop(-1, **({"idTag": tag} if tag else {})))
        assert "transactionId" not in answer
    assert drained().state == state


def test_of_a_card_s_transactions_that_end_in_one_go_the_unnumbered_stop_is_the_last_one_s(door: Door) -> None:
    """Field quirk 7: what the same batch of frames has ended does not run any more."""
    new_station("CP1")
    with door.station("CP1") as talk:
        first = begin(talk)
        second = begin(talk, connectorId=2, timestamp="2026-11-21T10:30:00Z")
        talk.call("StopTransaction", stop(second))
        talk.call("StopTransaction", stop(-1, idTag="CARD1", timestamp="2026-11-21T12:00:00Z"))
    for shard in range(8):
        drain.drain(shard)
    assert {row.wire_id: row.state for row in Transaction.objects.all()} == {first: "ended", second: "ended"}
    assert not Alert.objects.filter(code="UNKNOWN-STOP").exists()


def test_energy_is_the_same_whether_told_in_wh_in_kwh_or_without_a_unit(door: Door) -> None:
    """Field quirk 3."""
    new_station("CP1")
    with door.station("CP1") as talk:
        number = begin(talk)
        for minute, sample in ((10, {"value": "1.5", "unit": "kWh"}), (20, {"value": "2500"})):
            values = [{"timestamp": f"2026-11-21T10:{minute}:00Z", "sampledValue": [sample]}]
            talk.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": values})
    row = drained()
    assert row.energy_import == 1500
    assert list(row.readings.values_list("energy_import", flat=True)) == [1500, 2500]


def test_a_replayed_reading_is_kept_once(door: Door) -> None:
    new_station("CP1")
    values = [{"timestamp": "2026-11-21T10:10:00Z", "sampledValue": [{"value": "1500"}]}]
    with door.station("CP1") as talk:
        number = begin(talk)
        for _ in range(2):
            talk.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": values})
            drained()
    assert MeterReading.objects.count() == 1


def test_readings_without_a_number_belong_to_what_runs_on_the_connector(door: Door) -> None:
    new_station("CP1")
    values = [{"timestamp": "2026-11-21T10:10:00Z", "sampledValue": [{"value": "1500"}]}]
    with door.station("CP1") as talk:
        begin(talk)
        for connector in (1, 2, 0):
            talk.call("MeterValues", {"connectorId": connector, "meterValue": values})
    assert drained().readings.count() == 1


def test_signed_values_are_kept_byte_for_byte(door: Door) -> None:
    """Field quirk 14."""
    new_station("CP1")
    signed = 'OCMF|{"FV":"1.0"}|{"SA":"ECDSA","SD":"30\\u002e"} é'
    sample = {"value": signed, "format": "SignedData"}
    values = [{"timestamp": "2026-11-21T10:10:00Z", "sampledValue": [sample]}]
    with door.station("CP1") as talk:
        number = begin(talk)
        talk.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": values})
    assert drained().readings.get().samples[0]["signed"]["data"] == signed


def test_a_late_start_is_recorded_as_of_when_it_was(door: Door) -> None:
    """Field quirk 7: an offline start arrives hours later."""
    new_station("CP1")
    hours_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
    with door.station("CP1") as talk:
        begin(talk, timestamp=hours_ago.isoformat().replace("+00:00", "Z"))
    assert drained().started_at == hours_ago


def test_suspensions_on_1_6_come_from_the_connector_s_state(door: Door) -> None:
    """CDR-18."""
    new_station("CP1")
    with door.station("CP1") as talk:
        begin(talk)
        for minute, state in ((5, "Charging"), (20, "SuspendedEV"), (30, "SuspendedEVSE")):
            told = {
                "connectorId": 1,
                "errorCode": "NoError",
                "status": state,
                "timestamp": f"2026-11-21T10:{minute:02}:00Z",
            }
            talk.call("StatusNotification", told)
    assert [word for _, word in drained().states] == ["charging", "suspended_ev", "suspended_evse"]


def event(kind: str, seq_no: int, **more: Any) -> dict[str, Any]:
    return {
        "eventType": kind, "timestamp": f"2026-11-21T10:{seq_no:02}:00Z", "triggerReason": "Authorized",
        "seqNo": seq_no, "transactionInfo": {"transactionId": "x" * 34}, **more,
    }  # fmt: skip


CARD = {"idToken": "CARD1", "type": "ISO14443"}
PLUG = {"evse": {"id": 1, "connectorId": 1}}


def test_a_2_x_transaction_may_name_its_token_and_its_place_late(door: Door) -> None:
    """Field quirk 5: a 34-character id, no evse on Ended."""
    new_station("CP1")
    with door.station("CP1", "ocpp2.0.1") as talk:
        assert talk.call("TransactionEvent", event("Started", 0, evse={"id": 1})) == {}
        answer = talk.call("TransactionEvent", event("Updated", 1, idToken=CARD, **PLUG))
        assert answer["idTokenInfo"]["status"] == "Invalid"
        assert talk.call("TransactionEvent", event("Ended", 2)) == {}
    row = drained()
    assert (row.id_token, row.evse_number, row.connector_number, row.authorization) == ("CARD1", 1, 1, "Invalid")
    assert (row.state, row.start_seen) == ("ended", True)


def test_events_whose_start_got_lost_still_make_the_transaction(door: Door) -> None:
    new_station("CP1")
    with door.station("CP1", "ocpp2.0.1") as talk:
        talk.call("TransactionEvent", event("Ended", 7, **PLUG))
    row = drained()
    assert (row.state, row.start_seen) == ("ended", False)
    assert "START_MISSING" in [code for code, _ in row.findings]


def test_many_starts_at_once_get_each_a_number_of_their_own(door: Door) -> None:
    """From a sequence, under a lock for each station."""
    new_station("CP1")
    with door.station("CP1") as talk:
        ids = [talk.say("StartTransaction", {**START, "connectorId": number}) for number in range(1, 20)]
        numbers = {talk.exchange(message_id)[2]["transactionId"] for message_id in ids}
    assert len(numbers) == 19
    assert all(0 < number < 2**31 for number in numbers)
    eventually(lambda: Transaction.objects.count() == 19)


@pytest.fixture
def remote(transactional_db: None) -> Call:
    """A remote start of somebody's that the station has accepted."""
    station = new_station("CP1")
    now = timezone.now()
    return Call.objects.create(
        station=station, action="RemoteStartTransaction", payload={}, intent="StartCharging", id_token="app-user",
        evse_number=1, state="answered", outcome="Accepted", expires_at=now, purpose="staff",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("choice", "changes", "accepted"),
    [
        ("own", {}, False),
        ("command", {}, True),
        ("command", {"connectorId": 2}, False),
    ],
)
def test_a_1_6_start_with_another_idtag_than_its_remote_start(
    door: Door, remote: Call, choice: str, changes: dict[str, Any], accepted: bool
) -> None:
    """Field quirk 16; decision REMOTE-START-OTHER-TOKEN: recorded in any case, the command's at most once."""
    decisions.choose("REMOTE-START-OTHER-TOKEN", choice, scope=Scope.STATION, key="CP1")
    eventually(lambda: decisions.choices().value("REMOTE-START-OTHER-TOKEN", station="CP1") == choice)
    with door.station("CP1") as talk:
        answer = talk.call("StartTransaction", {**START, "idTag": "VIRTUAL", **changes})
        again = {**START, "idTag": "OTHER", **changes, "timestamp": "2026-11-21T10:30:00Z"}
        assert talk.call("StartTransaction", again)["idTagInfo"]["status"] == "Invalid"
    assert (answer["idTagInfo"]["status"] == "Accepted") is accepted
    row = Transaction.objects.get(id_token="VIRTUAL")
    assert (row.call_id == remote.pk) is accepted


def test_a_start_where_another_transaction_still_runs_is_told_to_staff(door: Door) -> None:
    """The end of the first got lost; readings that name none belong to what began last."""
    new_station("CP1")
    with door.station("CP1") as talk:
        begin(talk)
        second = begin(talk, timestamp="2026-11-21T10:30:00Z", meterStart=4000)
        value = {"timestamp": "2026-11-21T10:40:00Z", "sampledValue": [{"value": "4500"}]}
        talk.call("MeterValues", {"connectorId": 1, "meterValue": [value]})
    for shard in range(8):
        drain.drain(shard)
    assert Alert.objects.get().code == "TRANSACTION-SUPERSEDED"
    assert [row.wire_id for row in Transaction.objects.filter(readings__isnull=False)] == [second]


def test_an_answer_of_the_station_finds_what_it_said_before_it_in_the_database(door: Door) -> None:
    """Within one turn of the drain: the end first, then the answer to our question whether it still runs."""
    station = new_station("CP1")
    with door.station("CP1", "ocpp2.0.1") as talk:
        event: dict[str, Any] = {
            "eventType": "Started", "timestamp": "2026-11-21T10:00:00Z", "triggerReason": "CablePluggedIn", "seqNo": 0,
            "transactionInfo": {"transactionId": "TX"}, "evse": {"id": 1},
        }  # fmt: skip
        talk.call("TransactionEvent", event)
        drained()
        row = Transaction.objects.get()
        station.refresh_from_db()
        calls.queue(station, AskTransaction("TX"), purpose="outage", reference=f"{silence.REFERENCE}{row.pk}")
        asked = talk.called()
        talk.call("TransactionEvent", {**event, "eventType": "Ended", "seqNo": 1})
        talk.answer(asked, {"ongoingIndicator": False, "messagesInQueue": False})
        eventually(lambda: Frame.objects.filter(kind=3, direction=0).exists())
    assert drained().state == "ended"
    assert not Alert.objects.exists()
