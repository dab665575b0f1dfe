"""Certification, block B: what a boot is answered, and what may be said and asked before it is accepted."""

from __future__ import annotations

import pytest

from ocppbridge.charging.intents import Reset, StartCharging, Trigger
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.models import Call, Station
from ocppbridge.services import calls, registration
from tests.ocppbridge.certification import cards
from tests.ocppbridge.certification.talking import BOOT_2, boot, drained, settled, state
from tests.ocppbridge.door import Door, eventually
from tests.ocppbridge.world import new_station

V2 = pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
def test_a_cold_boot_is_accepted_with_an_interval(door: Door, version: str) -> None:
    """TC_001_CSMS, TC_B_01_CSMS."""
    new_station()
    with door.station("CP1", version) as talk:
        answer = boot(talk)
        assert state(talk, "Available") == {}
    assert (answer["status"], answer["interval"] > 0) == ("Accepted", True)
    assert answer["currentTime"].endswith("Z")
    assert drained().boot_status == "Accepted"


@V2
@pytest.mark.parametrize("policy", ["Pending", "Rejected"])
def test_a_boot_that_is_not_accepted_says_when_to_try_again(door: Door, version: str, policy: str) -> None:
    """TC_B_02_CSMS; B02.FR.04, B03.FR.02: not before the interval."""
    new_station(boot_policy=policy)
    with door.station("CP1", version) as talk:
        answer = boot(talk)
    assert (answer["status"], answer["interval"]) == (policy, 60)
    assert drained().boot_status == policy


@V2
@pytest.mark.parametrize("policy", ["Pending", "Rejected"])
def test_whatever_else_it_says_before_acceptance_is_a_security_error(door: Door, version: str, policy: str) -> None:
    """TC_B_30_CSMS (field quirk 17), also before it has booted at all, and on the next socket."""
    new_station(boot_policy=policy)
    event = {
        "generatedAt": "2026-11-21T10:00:00Z", "seqNo": 0,
        "eventData": [{"eventId": 1, "timestamp": "2026-11-21T10:00:00Z", "trigger": "Delta", "actualValue": "x",
                       "eventNotificationType": "HardWiredNotification",
                       "component": {"name": "C"}, "variable": {"name": "V"}}],
    }  # fmt: skip
    with door.station("CP1", version) as talk:
        assert state(talk, "Available")[2] == "SecurityError"
        boot(talk)
        assert state(talk, "Available")[2] == "SecurityError"
        assert talk.call("NotifyEvent", event)[2] == "SecurityError"
        assert talk.call("BootNotification", BOOT_2)["status"] == policy
    drained()
    with door.station("CP1", version) as talk:
        assert state(talk, "Available")[2] == "SecurityError"
    assert not drained().evses.filter(status="AVAILABLE").exists()


def test_a_1_6_station_is_heard_all_the_same_but_nobody_may_charge(door: Door) -> None:
    """1.6 §4.2 asks for silence and has no word to refuse with: what it says would be lost."""
    station, asking = cards.world(), {"idTag": cards.card()}
    with door.station("CP1") as talk:
        assert talk.call("Authorize", asking)["idTagInfo"]["status"] == "Accepted"
    registration.decide(station, "Pending", by="ann")
    with door.station("CP1") as talk:
        assert boot(talk)["status"] == "Pending"
        assert state(talk, "Faulted") == {}
        assert talk.call("Authorize", asking)["idTagInfo"]["status"] == "Invalid"


@V2
@pytest.mark.parametrize("policy", ["Pending", "Rejected"])
def test_a_station_is_made_to_boot_again_and_is_accepted(door: Door, version: str, policy: str) -> None:
    """TC_B_31_CSMS: staff accept it, a triggered boot tells it."""
    new_station(boot_policy=policy)
    with door.station("CP1", version) as talk:
        boot(talk)
        station = drained()
        station.boot_policy = "Accepted"
        station.save()
        call = calls.queue(station, Trigger("BootNotification"), purpose="staff")
        frame = talk.called()
        assert frame[2:] == ["TriggerMessage", {"requestedMessage": "BootNotification"}]
        talk.answer(frame, {"status": "Accepted"})
        settled(call)
        assert boot(talk, reason="Triggered")["status"] == "Accepted"
        assert state(talk, "Available") == {}


@V2
def test_nobody_charges_at_a_pending_station_and_a_rejected_one_is_asked_for_nothing(door: Door, version: str) -> None:
    """B02.FR.05, B03."""
    new_station(boot_policy="Pending")
    start = StartCharging(IdToken("A", "Central"), 1, Place(1))
    with door.station("CP1", version) as talk:
        boot(talk)
        with pytest.raises(calls.NotAccepted, match="Pending"):
            calls.queue(drained(), start, purpose="staff")
        calls.queue(drained(), Reset(), purpose="staff")
        assert talk.called()[2] == "Reset"
    Station.objects.update(boot_status="Rejected")
    with pytest.raises(calls.NotAccepted, match="Rejected"):
        calls.queue(drained(), Reset(), purpose="staff")


@pytest.mark.parametrize(("version", "policy"), [("ocpp1.6", "Pending"), ("ocpp2.0.1", "Rejected")])
def test_partners_see_that_nobody_can_charge_at_a_station_that_is_not_accepted(
    door: Door, version: str, policy: str
) -> None:
    """B02.FR.05; LOC-33: its connectors may be free, its EVSEs are not."""
    new_station()
    with door.station("CP1", version) as talk:
        boot(talk)
        state(talk, "Available")
        assert drained().evses.get().status == "AVAILABLE"
        for word, status in ((policy, "INOPERATIVE"), ("Accepted", "AVAILABLE")):
            registration.decide(drained(), word, by="ann")
            eventually(lambda word=word: boot(talk)["status"] == word, "the socket's holder has heard of it")
            assert drained().evses.get().status == status


def test_what_was_queued_before_a_boot_became_pending_waits_until_it_is_accepted(door: Door) -> None:
    """B02.FR.05 holds for what was asked earlier, too."""
    new_station()
    with door.station("CP1", "ocpp2.0.1") as talk:
        boot(talk)
    Station.objects.update(boot_policy="Pending", connection=None)
    start = calls.queue(drained(), StartCharging(IdToken("A", "Central"), 1, Place(1)), purpose="staff")
    reset = calls.queue(drained(), Reset(), purpose="staff")
    with door.station("CP1", "ocpp2.0.1") as talk:
        assert boot(talk)["status"] == "Pending"
        frame = talk.called()
        assert frame[1] == str(reset.pk)
        talk.answer(frame, {"status": "Accepted"})
        settled(reset)
        assert Call.objects.get(pk=start.pk).state == "queued"
        station = drained()
        station.boot_policy = "Accepted"
        station.save()
        eventually(lambda: boot(talk)["status"] == "Accepted", "the socket's holder has heard of it")
        assert talk.called()[1] == str(start.pk)
