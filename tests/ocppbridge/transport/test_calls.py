"""Our calls to a station, through the front door: sent one at a time, settled once, whatever happens to the socket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from ocppbridge import drain, sweeps
from ocppbridge.charging.intents import RawCall, Reset, StartCharging, Unlock, Variable, When, WriteVariables
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.models import Call, Frame, Station
from ocppbridge.services import calls
from ocppbridge.transport import consumer
from tests.ocppbridge.door import Door, Talk, eventually
from tests.ocppbridge.world import new_station

BOOT = {"chargePointVendor": "ACME", "chargePointModel": "One"}


def booted(talk: Talk) -> Station:
    talk.call("BootNotification", BOOT)
    return Station.objects.select_related("connection").get()


def state(call: Call, wanted: str) -> Callable[[], bool]:
    def holds() -> bool:
        call.refresh_from_db()
        return call.state == wanted

    return holds


def settle(call: Call, wanted: str) -> Call:
    """Wait for the journal, drain, and see."""

    def settled() -> bool:
        drain.drain(call.station.shard)
        return state(call, wanted)()

    eventually(settled, f"the call is {wanted}")
    return call


def looked_for_calls(talk: Talk) -> None:
    """Its first frame made the node look for calls: that look is over."""
    for _ in range(3):
        talk.call("Heartbeat", {})


def test_a_call_is_woken_sent_answered_and_settled_with_its_outcome(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "CALLS_AFTER", 3600.0)  # what is sent now was nudged
    new_station("CP1")
    with door.station("CP1") as talk:
        station = booted(talk)
        looked_for_calls(talk)
        call = calls.queue(station, Reset(When.NOW), purpose="staff")
        frame = talk.called()
        assert frame[2:] == ["Reset", {"type": "Hard"}]
        call.refresh_from_db()
        assert (call.state, call.sent_on) == ("sent", Station.objects.get().connection_id)
        talk.answer(frame, {"status": "Accepted"})
        settle(call, "answered")
    assert (call.outcome, call.answer) == ("Accepted", {"status": "Accepted"})
    out, answer = Frame.objects.filter(message_id=str(call.pk)).order_by("n")
    assert [(out.direction, out.action), (answer.direction, answer.action)] == [(1, "Reset"), (0, "Reset")]


def test_a_second_call_waits_for_the_first(door: Door) -> None:
    """OCPP-J: one call in flight."""
    new_station("CP1")
    with door.station("CP1") as talk:
        station = booted(talk)
        first, second = (calls.queue(station, Unlock(Place(number, 1)), purpose="staff") for number in (1, 2))
        frame = talk.called()
        assert frame[1] == str(first.pk)
        with pytest.raises(TimeoutError):
            talk.called(seconds=0.5)
        talk.answer(frame, {"status": "Unlocked"})
        assert talk.called()[1] == str(second.pk)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ([4, "", "NotSupported", "no", {}], "NotSupported"),
        ([4, "", "FormationViolation", "x" * 400, {}], "FormatViolation"),
        ([4, "", "NoSuchCode"], "NoSuchCode"),
    ],
)
def test_a_refusal_settles_the_call_however_odd_it_is(door: Door, frame: list[Any], code: str) -> None:
    """Field quirk 8."""
    new_station("CP1")
    with door.station("CP1") as talk:
        call = calls.queue(booted(talk), Reset(), purpose="staff")
        frame[1] = talk.called()[1]
        talk.send(frame)
        settle(call, "refused")
    assert call.error_code == code


def test_an_answer_that_breaks_its_schema_settles_the_call_and_the_socket_stays(door: Door) -> None:
    """Field quirk 10."""
    new_station("CP1")
    with door.station("CP1") as talk:
        call = calls.queue(booted(talk), Reset(), purpose="staff")
        talk.answer(talk.called(), {"state": "fine"})
        settle(call, "answered")
        assert talk.call("Heartbeat", {})["currentTime"]
    assert call.outcome == "InvalidAnswer"
    assert "status" in Frame.objects.get(message_id=str(call.pk), direction=0).error


def test_an_unreadable_answer_settles_the_call_too(door: Door) -> None:
    new_station("CP1")
    with door.station("CP1") as talk:
        call = calls.queue(booted(talk), Reset(), purpose="staff")
        talk.send([3, talk.called()[1], "Accepted"])
        settle(call, "refused")


def test_silence_settles_the_call_the_queue_goes_on_and_a_late_answer_changes_nothing(
    settings: Settings, door: Door
) -> None:
    """Field quirk 9."""
    settings.OCPP_CALL_TIMEOUT = 0.5
    new_station("CP1")
    with door.station("CP1") as talk:
        station = booted(talk)
        silent, after = (calls.queue(station, Reset(), purpose="staff") for _ in range(2))
        frame = talk.called()
        eventually(state(silent, "unanswered"))
        next_frame = talk.called()
        assert next_frame[1] == str(after.pk)
        talk.answer(frame, {"status": "Accepted"})
        talk.answer(next_frame, {"status": "Rejected"})
        settle(after, "answered")
        silent.refresh_from_db()
    assert (silent.state, silent.error_description, after.outcome) == ("unanswered", "no answer in time", "Rejected")
    late = Frame.objects.get(message_id=str(silent.pk), direction=0)
    assert late.error.startswith("late")


def test_a_socket_that_goes_settles_what_was_sent_and_keeps_what_was_not(door: Door) -> None:
    new_station("CP1")
    with door.station("CP1") as talk:
        station = booted(talk)
        sent, waiting = (calls.queue(station, Reset(), purpose="staff") for _ in range(2))
        assert talk.called()[1] == str(sent.pk)
    eventually(state(sent, "unanswered"))
    waiting.refresh_from_db()
    assert waiting.state == "queued"
    with door.station("CP1") as talk:
        talk.call("Heartbeat", {})
        assert talk.called()[1] == str(waiting.pk)


def test_a_call_for_a_station_that_is_away_is_sent_when_it_comes_and_never_after_it_expired(door: Door) -> None:
    new_station("CP1")
    with door.station("CP1") as talk:
        station = booted(talk)
    eventually(lambda: Station.objects.get().connection_id is None)
    station = Station.objects.get()
    kept = calls.queue(station, Reset(), purpose="staff")
    lapsed = calls.queue(station, Reset(), purpose="staff", expires_in=timedelta(seconds=-1))
    sweeps.end_calls(timezone.now())
    with door.station("CP1") as talk:
        talk.call("Heartbeat", {})
        assert talk.called()[1] == str(kept.pk)
    lapsed.refresh_from_db()
    assert (lapsed.state, lapsed.error_description, lapsed.sent_at) == ("unanswered", "never sent", None)


def test_secrets_reach_the_station_and_nothing_else(door: Door) -> None:
    """Masked before the journal; the call keeps them encrypted until it has settled."""
    new_station("CP1")
    with door.station("CP1") as talk:
        change = WriteVariables(((Variable("AuthorizationKey"), "canary-canary-canary"),))
        call = calls.queue(booted(talk), change, purpose="staff")
        frame = talk.called()
        assert frame[3] == {"key": "AuthorizationKey", "value": "canary-canary-canary"}
        assert call.secret_payload
        assert "canary" not in call.secret_payload
        talk.answer(frame, {"status": "Accepted"})
        settle(call, "answered")
    assert call.secret_payload == ""
    assert "canary" not in f"{call.payload}{call.intent_data}{call.answer}"
    assert not Frame.objects.filter(body__contains="canary").exists()
    assert Frame.objects.filter(body__contains="•••").count() == 1


def test_the_generic_call_is_checked_against_the_station_s_own_schema_and_sent_unchanged(door: Door) -> None:
    new_station("CP1")
    with door.station("CP1") as talk:
        station = booted(talk)
        with pytest.raises(calls.InvalidPayload, match="type"):
            calls.queue(station, RawCall("Reset", {"type": "Warm"}), purpose="api")
        with pytest.raises(calls.NotOffered):
            calls.queue(station, RawCall("Heartbeat", {}), purpose="api")
        payload = {"connectorId": 1, "csChargingProfiles": profile("21.4")}
        calls.queue(station, RawCall("SetChargingProfile", payload), purpose="api")
        assert talk.called()[3] == payload


def profile(limit: str) -> dict[str, Any]:
    periods = [{"startPeriod": 0, "limit": float(limit)}]
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": periods}
    return {
        "chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative", "chargingSchedule": schedule,
    }  # fmt: skip


def test_a_station_that_never_connected_cannot_be_called_for_its_version_is_unknown(door: Door) -> None:
    station = new_station("CP1")
    with pytest.raises(calls.NotOffered, match="never connected"):
        calls.queue(station, StartCharging(IdToken("A"), 1, Place(1, 1)), purpose="staff")


def test_the_sweep_wakes_a_holder_that_missed_its_nudge(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "CALLS_AFTER", 3600.0)  # on a slow machine it would look within the half second
    new_station("CP1")
    with door.station("CP1") as talk:
        station = booted(talk)
        looked_for_calls(talk)
        Call.objects.create(
            station=station, action="ClearCache", payload={}, expires_at=timezone.now() + timedelta(minutes=1)
        )
        with pytest.raises(TimeoutError):
            talk.called(seconds=0.5)
        sweeps.wake_holders(timezone.now() + timedelta(seconds=2))
        assert talk.called()[2] == "ClearCache"
