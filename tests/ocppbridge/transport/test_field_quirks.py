"""What real stations do, measured on third-party clients, at the front door: nothing is lost, no socket is dropped.

Every test names its quirk; tests/requirements/quirks.toml has the list.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ocppbridge.bridge.signed import signed_data
from ocppbridge.charging.intents import Reset, StartCharging, Trigger, Unlock
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.models import Alert, Call, Connector, Frame, Station, StreamValue, Transaction
from ocppbridge.services import calls, passwords
from tests.ocppbridge.certification.talking import asked, boot, drained, settled, state
from tests.ocppbridge.door import PASSWORD, Door, Talk, basic, eventually
from tests.ocppbridge.world import new_station

ALL = pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
TEN = "2026-11-21T10:00:00Z"
START = {"connectorId": 1, "idTag": "CARD1", "meterStart": 1000, "timestamp": TEN}


def event(kind: str, seq_no: int, transaction: str = "T1", minute: int = 0, **more: Any) -> dict[str, Any]:
    trigger = {"Started": "CablePluggedIn", "Updated": "MeterValuePeriodic", "Ended": "EVDeparted"}[kind]
    return {
        "eventType": kind, "timestamp": f"2026-11-21T10:{minute:02}:00Z", "triggerReason": trigger, "seqNo": seq_no,
        "transactionInfo": {"transactionId": transaction}, **more,
    }  # fmt: skip


def energy(minute: int, value: float, unit: str | None = None) -> list[dict[str, Any]]:
    said = {"unitOfMeasure": {"unit": unit}} if unit else {}
    return [{"timestamp": f"2026-11-21T10:{minute:02}:00Z", "sampledValue": [{"value": value, **said}]}]


def transaction(**which: Any) -> Transaction:
    drained()
    return Transaction.objects.get(**which)


def stop(number: int | None, meter: int = 3500, **more: Any) -> dict[str, Any]:
    return {"transactionId": number, "meterStop": meter, "timestamp": "2026-11-21T11:00:00Z", **more}


# Words and times


@ALL
def test_every_time_in_an_answer_ends_with_z(door: Door, version: str) -> None:
    """FQ-01: strict clients refuse +00:00."""
    new_station()
    with door.station("CP1", version) as talk:
        for answer in (boot(talk), talk.call("Heartbeat", {})):
            assert answer["currentTime"].endswith("Z")


@ALL
def test_a_boot_and_a_status_sent_together_are_both_answered(door: Door, version: str) -> None:
    """FQ-02."""
    new_station()
    old = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    new = {"timestamp": TEN, "evseId": 1, "connectorId": 1, "connectorStatus": "Available"}
    who = {"chargePointVendor": "A", "chargePointModel": "B"}
    station = {"reason": "PowerUp", "chargingStation": {"vendorName": "A", "model": "B"}}
    with door.station("CP1", version) as talk:
        first = talk.say("BootNotification", who if version == "ocpp1.6" else station)
        second = talk.say("StatusNotification", old if version == "ocpp1.6" else new)
        assert talk.exchange(first)[2]["status"] == "Accepted"
        assert talk.exchange(second)[2] == {}


# Energy


@V2
def test_kwh_in_events_wh_in_meter_values_and_no_unit_elsewhere_are_one_energy(door: Door, version: str) -> None:
    """FQ-03."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        talk.call("TransactionEvent", event("Started", 0, evse={"id": 1}, meterValue=energy(0, 1.0, "kWh")))
        talk.call("MeterValues", {"evseId": 1, "meterValue": energy(3, 2000, "Wh")})
        talk.call("TransactionEvent", event("Updated", 1, minute=5, meterValue=energy(5, 3000)))
        talk.call("TransactionEvent", event("Ended", 2, minute=9, meterValue=energy(9, 4.5, "kWh")))
    assert transaction().energy_import == Decimal(3500)


@pytest.mark.parametrize(("meter_start", "lenient"), [(None, True), (100, False)])
def test_a_lifetime_register_on_a_start_that_said_none_or_100_is_no_energy_of_the_session(
    door: Door, meter_start: int | None, lenient: bool
) -> None:
    """FQ-03."""
    new_station()
    Station.objects.update(lenient=lenient)
    with door.station("CP1") as talk:
        boot(talk)
        number = talk.call("StartTransaction", {**START, "meterStart": meter_start})["transactionId"]
        for minute, value in ((1, "9000000"), (30, "9002000")):
            sampled = [{"value": value, "measurand": "Energy.Active.Import.Register", "unit": "Wh"}]
            value_at = {"timestamp": f"2026-11-21T10:{minute:02}:00Z", "sampledValue": sampled}
            talk.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [value_at]})
        talk.call("StopTransaction", stop(number, 9_002_500))
    row = transaction()
    assert row.state == Transaction.State.ENDED
    assert row.energy_import == Decimal(2500)
    assert bool(row.findings) == (meter_start == 100), "staff look at the leap before it is billed"


def test_a_register_that_begins_anew_in_mid_session_loses_no_energy(door: Door) -> None:
    """FQ-03."""
    new_station()
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        talk.call("TransactionEvent", event("Started", 0, evse={"id": 1}, meterValue=energy(0, 50_000)))
        talk.call("TransactionEvent", event("Updated", 1, minute=5, meterValue=energy(5, 52_000)))
        talk.call("TransactionEvent", event("Updated", 2, minute=6, meterValue=energy(6, 0)))
        talk.call("TransactionEvent", event("Ended", 3, minute=9, meterValue=energy(9, 1_000)))
    assert transaction().energy_import == Decimal(3000)


# Places


@ALL
def test_the_station_as_a_whole_and_connectors_that_nobody_configured_have_a_state(door: Door, version: str) -> None:
    """FQ-04."""
    new_station(evses=1)
    with door.station("CP1", version) as talk:
        boot(talk)
        assert state(talk, "Available", 0, 0) == {}
        assert state(talk, "Available", 3, 1) == {}
    drained()
    assert Connector.objects.filter(evse__station__identity="CP1", evse__number=3, number=1).exists()


# What is missing, odd or too long


@V2
def test_what_a_station_leaves_out_or_leaves_empty_is_not_missed(door: Door, version: str) -> None:
    """FQ-05: no serial, empty iccid, a 34-character id, an evse without connector, none on Ended, whole seconds."""
    new_station()
    modem = {"iccid": "", "imsi": ""}
    said = {"reason": "PowerUp", "chargingStation": {"vendorName": "A", "model": "B", "modem": modem}}
    long_id = "X" * 34
    with door.station("CP1", version) as talk:
        assert talk.call("BootNotification", said)["status"] == "Accepted"
        assert "idTokenInfo" not in talk.call("TransactionEvent", event("Started", 0, long_id, evse={"id": 1}))
        assert isinstance(talk.call("TransactionEvent", event("Ended", 1, long_id, minute=5)), dict)
    row = transaction(transaction_id=long_id)
    assert (row.evse_number, row.state) == (1, "ended")


def test_a_time_from_before_the_clock_was_set_is_replaced_by_the_time_of_receipt(door: Door) -> None:
    """FQ-05."""
    new_station()
    with door.station("CP1") as talk:
        talk.call("StartTransaction", {**START, "timestamp": "1970-01-01T00:00:17Z"})
    assert abs(transaction().started_at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(("version", "code"), [("ocpp1.6", "FormationViolation"), ("ocpp2.0.1", "FormatViolation")])
def test_a_numeric_message_id_is_refused_and_the_socket_stays(door: Door, version: str, code: str) -> None:
    """FQ-05, FQ-13."""
    new_station()
    with door.station("CP1", version) as talk:
        talk.send([2, 17, "Heartbeat", {}])
        assert talk.receive()[2] == code
        assert talk.call("Heartbeat", {})


# Sequences


@V2
def test_a_sequence_number_that_begins_anew_at_the_end_ends_the_transaction(door: Door, version: str) -> None:
    """FQ-06."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        talk.call("TransactionEvent", event("Started", 0, evse={"id": 1}, meterValue=energy(0, 0)))
        talk.call("TransactionEvent", event("Updated", 1, minute=5, meterValue=energy(5, 2000)))
        talk.call("TransactionEvent", event("Ended", 0, minute=9, meterValue=energy(9, 3000)))
    assert (transaction().state, transaction().energy_import) == ("ended", Decimal(3000))


@pytest.mark.parametrize("message_id", ["same", None])
def test_whatever_comes_twice_happened_once(door: Door, message_id: str | None) -> None:
    """FQ-06: StartTransaction, StopTransaction and TransactionEvent, with the same and with another message id."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        numbers = {talk.call("StartTransaction", START, message_id)["transactionId"] for _ in range(2)}
        assert len(numbers) == 1
        for _ in range(2):
            assert isinstance(talk.call("StopTransaction", stop(numbers.copy().pop()), message_id), dict)
    with door.station("CP1", "ocpp2.0.1") as talk:
        for _ in range(2):
            talk.call("TransactionEvent", event("Started", 0, evse={"id": 1}, meterValue=energy(0, 0)), message_id)
        for _ in range(2):
            talk.call("TransactionEvent", event("Ended", 1, minute=5, meterValue=energy(5, 2500)), message_id)
    drained()
    assert [row.energy_import for row in Transaction.objects.all()] == [Decimal(2500), Decimal(2500)]


@pytest.mark.parametrize("number", [-1, 0, 999_999])
def test_a_stop_with_a_number_that_is_not_ours_is_acknowledged_and_stops_nobody_else(door: Door, number: int) -> None:
    """FQ-07."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        talk.call("StartTransaction", START)
        answer = talk.call("StopTransaction", stop(number, idTag="SOMEBODY"))
        assert isinstance(answer, dict)
    assert transaction().state == Transaction.State.RUNNING


def test_an_offline_start_is_as_old_as_it_says(door: Door) -> None:
    """FQ-07."""
    new_station()
    began = (timezone.now() - timedelta(hours=5)).replace(microsecond=0)
    with door.station("CP1") as talk:
        boot(talk)
        number = talk.call("StartTransaction", {**START, "timestamp": began.isoformat()})["transactionId"]
        talk.call("StopTransaction", {**stop(number), "timestamp": (began + timedelta(hours=1)).isoformat()})
    row = transaction()
    assert (row.started_at, row.ended_at) == (began, began + timedelta(hours=1))


# Our calls


@pytest.mark.parametrize(
    ("version", "code", "outcome"),
    [
        ("ocpp1.6", "FormatViolation", "FormatViolation"),
        ("ocpp2.0.1", "FormationViolation", "FormatViolation"),
        ("ocpp2.0.1", "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
        ("ocpp1.6", "OccurrenceConstraintViolation", "OccurrenceConstraintViolation"),
        ("ocpp1.6", "NotSupported", "NotSupported"),
        ("ocpp2.0.1", "NotImplemented", "NotImplemented"),
    ],
)
def test_a_refusal_in_the_other_version_s_spelling_with_a_page_of_json_settles_the_call(
    door: Door, version: str, code: str, outcome: str
) -> None:
    """FQ-08."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        _, _, call = asked(talk, Unlock(Place(1, 1)), None)
        talk.send([4, str(call.pk), code, json.dumps({"why": ["x" * 40] * 20}, indent=4), {}])
        settled(call)
        assert talk.call("Heartbeat", {})
    assert (call.state, call.error_code) == (Call.State.REFUSED, outcome)


def test_a_station_that_never_answers_holds_up_one_call_only(door: Door, settings: Settings) -> None:
    """FQ-09: the late answer is kept and changes nothing."""
    settings.OCPP_CALL_TIMEOUT = 0.4
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        first, second = (
            calls.queue(drained(), Trigger(what), purpose="staff") for what in ("Heartbeat", "MeterValues")
        )
        silent = talk.called()
        answered = talk.called()
        assert [silent[1], answered[1]] == [str(first.pk), str(second.pk)]
        talk.answer(silent, {"status": "Accepted"})
        talk.answer(answered, {"status": "Accepted"})
        settled(second)
        eventually(lambda: Frame.objects.filter(message_id=silent[1], kind=3).exists(), "the late answer is kept")
    settled(first)
    assert (first.state, second.state) == (Call.State.UNANSWERED, Call.State.ANSWERED)


def test_an_answer_that_breaks_its_schema_is_kept_with_the_reason_and_the_socket_stays(door: Door) -> None:
    """FQ-10."""
    new_station()
    with door.station("CP1") as talk:
        boot(talk)
        _, _, call = asked(talk, Reset(), {"status": "Perhaps"})
        assert talk.call("Heartbeat", {})
    assert (call.state, call.outcome) == (Call.State.ANSWERED, "Perhaps")
    kept = Frame.objects.get(message_id=str(call.pk), direction=0)
    assert kept.error == 'PropertyConstraintViolation: /status: it is not one of "Accepted" or "Rejected"'


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("BootNotification", {"chargePointVendor": "A", "chargePointModel": "B", "chargePointSerialNumber": "9" * 60}),
        ("MeterValues", {"connectorId": 1, "meterValue": [{"timestamp": TEN, "sampledValue": [
            {"value": "1", "measurand": "Energy.Of.The.Sun"}]}]}),
        ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Sleeping"}),
    ],
)  # fmt: skip
def test_a_call_that_breaks_its_schema_is_refused_or_taken_as_staff_say_and_kept_either_way(
    door: Door, action: str, payload: dict[str, Any]
) -> None:
    """FQ-10: strict by default, lenient per station."""
    new_station()
    with door.station("CP1") as talk:
        assert talk.call(action, payload)[2] == "PropertyConstraintViolation"
    Station.objects.update(lenient=True)
    with door.station("CP1") as talk:
        assert isinstance(talk.call(action, payload), dict)
    drained()
    assert Frame.objects.filter(action=action, direction=0).exclude(error="").count() == 2


# Connecting


def test_a_basic_header_where_none_is_asked_for_is_no_harm(door: Door) -> None:
    """FQ-11: security profile 0."""
    new_station()
    Station.objects.update(security_minimum=0)
    with door.open("CP1", ["ocpp1.6"], basic("CP1", PASSWORD)) as socket:
        assert boot(Talk(socket))["status"] == "Accepted"


@pytest.mark.parametrize("stored", [b"\xff\xfe raw bytes of a key", ("00ff" * 10).encode()])
def test_a_password_may_be_no_text_and_hex_digits_may_come_decoded_or_verbatim(door: Door, stored: bytes) -> None:
    """FQ-11."""
    passwords.set_password(new_station(), stored)
    for sent in {stored, bytes.fromhex("00ff" * 10) if stored.isalnum() else stored}:
        with door.station("CP1", password=sent) as talk:
            assert boot(talk)["status"] == "Accepted"


@pytest.mark.parametrize(
    ("identity", "path"),
    [
        ("CP 1/é", "CP%201%2F%C3%A9"),
        ("CP1", "CP1/"),
        ("CP1", "any/prefix/at/all/CP1"),
    ],
)
def test_an_identity_is_found_however_the_address_is_written(door: Door, identity: str, path: str) -> None:
    """FQ-12."""
    new_station(identity)
    with door.open(path, ["ocpp1.6"], basic(identity, PASSWORD)) as socket:
        assert boot(Talk(socket))["status"] == "Accepted"


@pytest.mark.parametrize("subprotocols", [None, ["ocpp1.5"]])
def test_a_sub_protocol_that_we_do_not_speak_gets_a_clear_error(door: Door, subprotocols: list[str] | None) -> None:
    """FQ-12."""
    new_station()
    with door.open("CP1", subprotocols, basic("CP1", PASSWORD)) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=60)
    assert "ocpp1.6, ocpp2.0.1, ocpp2.1" in str(closed.value)


@ALL
def test_an_action_that_no_version_has_is_not_implemented_on_every_version(door: Door, version: str) -> None:
    """FQ-13."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        assert talk.call("MakeCoffee", {})[2] == "NotImplemented"


def test_what_one_station_throws_at_us_is_not_felt_by_another(door: Door) -> None:
    """FQ-13: broken and deep JSON, NUL bytes, an over-long frame."""
    new_station("CP1")
    new_station("CP2")
    with door.station("CP2") as good:
        for text in ('[2,"broken', "[" * 10_000, '[2,"m\\u0000","Heartbeat",{}]', "x" * 100_000):
            with door.station("CP1") as talk:
                talk.socket.send(text)
                began = datetime.now(UTC)
                assert good.call("Heartbeat", {})["currentTime"]
                assert datetime.now(UTC) - began < timedelta(seconds=2)


def test_signed_values_reach_the_cdr_byte_for_byte(door: Door) -> None:
    """FQ-14."""
    new_station()
    signed = 'OCMF|{"FV":"1.0","RD":[{"RV":1.50}]}|{"SA":"ECDSA","SD":"30\\u002e"} é'
    said = {"value": signed, "format": "SignedData"}
    with door.station("CP1") as talk:
        number = talk.call("StartTransaction", START)["transactionId"]
        data = [{"timestamp": "2026-11-21T11:00:00Z", "sampledValue": [said]}]
        talk.call("StopTransaction", stop(number, transactionData=data))
    told = signed_data(transaction())
    assert told is not None
    assert [one["signed_data"] for one in told["signed_values"]] == [signed]


def test_an_authenticated_newcomer_replaces_the_old_socket_and_a_stranger_does_nothing(door: Door) -> None:
    """FQ-15."""
    new_station()
    with door.station("CP1") as old:
        boot(old)
        with pytest.raises(InvalidStatus):
            door.open("CP1", ["ocpp1.6"], basic("CP1", "wrong-password-of-16"))
        assert old.call("Heartbeat", {})
        with door.station("CP1") as new:
            assert new.call("Heartbeat", {})
            with pytest.raises(ConnectionClosed):
                old.receive()
    eventually(lambda: Alert.objects.filter(station__identity="CP1").exists(), "staff are told")


@V2
def test_a_remote_start_that_begins_with_another_token_is_still_that_start(door: Door, version: str) -> None:
    """FQ-16: by its remoteStartId."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        _, said, call = asked(talk, StartCharging(IdToken("APP", "Central"), 4711, Place(1, 1)), {"status": "Accepted"})
        begun = event("Started", 0, evse={"id": 1, "connectorId": 1}, idToken={"idToken": "CARD", "type": "ISO14443"})
        begun["transactionInfo"]["remoteStartId"] = said["remoteStartId"]
        assert talk.call("TransactionEvent", begun)["idTokenInfo"]["status"] == "Accepted"
    assert transaction().call == call


@V2
def test_a_pending_station_is_told_security_error_until_it_is_accepted(door: Door, version: str) -> None:
    """FQ-17."""
    new_station(boot_policy="Pending")
    with door.station("CP1", version) as talk:
        assert boot(talk)["status"] == "Pending"
        assert state(talk, "Available")[2] == "SecurityError"


def test_a_send_is_kept_and_never_answered_and_a_type_5_is_taken(door: Door) -> None:
    """FQ-18."""
    new_station()
    data = {"id": 1, "pending": 0, "basetime": TEN, "data": [{"t": 0, "v": "1"}]}
    with door.station("CP1", "ocpp2.1") as talk:
        boot(talk)
        talk.send([6, "s1", "NotifyPeriodicEventStream", data])
        talk.send([5, "m1", "FormatViolation", "your answer was odd", {}])
        assert talk.exchange(talk.say("Heartbeat", {}))[2]["currentTime"], "the very next frame is its answer"
    drained()
    assert StreamValue.objects.get().value == "1"
    assert Frame.objects.filter(kind=Frame.Kind.RESULT_ERROR, direction=0).exists()


def test_a_transaction_that_begins_long_after_its_remote_start_is_a_transaction_all_the_same(door: Door) -> None:
    """FQ-16: the command has been settled long since, and the session still knows it."""
    new_station()
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
        _, said, call = asked(talk, StartCharging(IdToken("APP", "Central"), 99, Place(1, 1)), {"status": "Accepted"})
        Call.objects.filter(pk=call.pk).update(created_at=timezone.now() - timedelta(hours=2))
        begun = event("Started", 0, evse={"id": 1}, idToken={"idToken": "APP", "type": "Central"})
        begun["transactionInfo"]["remoteStartId"] = said["remoteStartId"]
        assert isinstance(talk.call("TransactionEvent", begun), dict)
    assert transaction().state == Transaction.State.RUNNING
