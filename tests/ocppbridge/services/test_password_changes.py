"""A password sent over the socket survives losing the answer: both are right until one is used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from ocppbridge import drain, sweeps
from ocppbridge.models import Alert, Call, Frame, PasswordChange, Station
from ocppbridge.services import calls, password_changes, passwords
from ocppbridge.services.password_changes import UnderWay
from tests.ocppbridge.door import PASSWORD, Door, Talk, basic, eventually
from tests.ocppbridge.world import new_station

NEXT = "the-next-password-of-it"
ANSWERS = {
    "ocpp1.6": lambda status: {"status": status},
    "ocpp2.1": lambda status: {
        "setVariableResult": [
            {
                "attributeStatus": status,
                "component": {"name": "SecurityCtrlr"},
                "variable": {"name": "BasicAuthPassword"},
            }
        ]
    },
}


@pytest.fixture
def station(transactional_db: None) -> Station:
    return new_station()


def present() -> Station:
    return Station.objects.select_related("connection").get()


def change() -> PasswordChange:
    return PasswordChange.objects.latest("pk")


def is_now(state: str) -> None:
    def holds() -> bool:
        drain.drain(present().shard)
        return change().state == state

    eventually(holds, f"the change is {state}")


def asked(talk: Talk, **more: Any) -> list[Any]:
    """The station has connected, and is asked."""
    talk.call("Heartbeat", {})
    password_changes.send(present(), by="staff", **more)
    return talk.called()


def refused(door: Door, password: str) -> bool:
    try:
        with door.open("CP1", ["ocpp1.6"], basic("CP1", password)):
            return False
    except InvalidStatus as answer:
        return answer.response.status_code == 401


@pytest.mark.parametrize("subprotocol", ANSWERS)
def test_the_station_takes_it_and_from_its_next_connect_the_old_one_is_nothing(
    door: Door, station: Station, subprotocol: str
) -> None:
    """A01, in the words of each version."""
    with door.station("CP1", subprotocol) as talk:
        frame = asked(talk, password=NEXT)
        said = {
            "ocpp1.6": ["ChangeConfiguration", {"key": "AuthorizationKey", "value": NEXT}],
            "ocpp2.1": [
                "SetVariables",
                {
                    "setVariableData": [
                        {
                            "component": {"name": "SecurityCtrlr"},
                            "variable": {"name": "BasicAuthPassword"},
                            "attributeValue": NEXT,
                        }
                    ]
                },
            ],
        }
        assert frame[2:] == said[subprotocol]
        talk.answer(frame, ANSWERS[subprotocol]("Accepted"))
    eventually(lambda: Station.objects.get().connection_id is None)
    with door.station("CP1", subprotocol, password=NEXT) as talk:
        talk.call("Heartbeat", {})
        is_now("used")
    assert refused(door, PASSWORD)
    assert not Frame.objects.filter(body__contains=NEXT).exists()
    assert change().sealed == ""


@pytest.mark.parametrize("subprotocol", ANSWERS)
def test_what_the_station_rejects_leaves_the_old_one_and_only_that(
    door: Door, station: Station, subprotocol: str
) -> None:
    """A01.FR.04, TC_A_10."""
    with door.station("CP1", subprotocol) as talk:
        talk.answer(asked(talk, password=NEXT), ANSWERS[subprotocol]("Rejected"))
        is_now("refused")
    assert refused(door, NEXT)
    with door.station("CP1", subprotocol) as talk:
        talk.call("Heartbeat", {})
    assert Alert.objects.filter(station=station, code="PASSWORD-REFUSED").exists()


def lost_answer(door: Door) -> None:
    """The station is asked, and its socket breaks before it answers."""
    with door.station("CP1") as talk:
        asked(talk, password=NEXT)
    eventually(lambda: Call.objects.filter(state="unanswered").exists(), "the call has ended in silence")
    eventually(lambda: change().silent)
    assert change().state == "open"


def test_the_answer_is_lost_and_the_station_uses_the_new_one(door: Door, station: Station) -> None:
    lost_answer(door)
    with door.station("CP1", password=NEXT) as talk:
        talk.call("Heartbeat", {})
        is_now("used")
    assert refused(door, PASSWORD)


def test_the_answer_is_lost_and_the_station_uses_the_old_one(door: Door, station: Station) -> None:
    """Then it has not taken the new one."""
    lost_answer(door)
    with door.station("CP1") as talk:
        talk.call("Heartbeat", {})
        is_now("refused")
    assert refused(door, NEXT)
    assert Alert.objects.filter(code="PASSWORD-REFUSED").exists()


def test_the_old_one_before_the_answer_is_known_says_nothing(door: Door, station: Station) -> None:
    """A reconnect while the call waits, or a station that restarts before it uses what it has accepted."""
    with door.station("CP1") as talk:
        talk.answer(asked(talk, password=NEXT), {"status": "RebootRequired"})
        eventually(lambda: drain.drain(present().shard) >= 0 and Call.objects.get().state == "answered")
    with door.station("CP1") as talk:
        talk.call("Heartbeat", {})
    assert not password_changes.kept(change().pk, timezone.now())
    assert change().state == "open"
    with door.station("CP1", password=NEXT) as talk:
        talk.call("Heartbeat", {})
        is_now("used")


def test_sent_again_it_is_the_same_password(door: Door, station: Station) -> None:
    lost_answer(door)
    with pytest.raises(UnderWay):
        password_changes.send(present(), by="staff", password="a-third-password-of-it")
    again = password_changes.send(present(), by="staff")
    assert again.pk == change().pk
    assert PasswordChange.objects.count() == 1
    with door.station("CP1", password=NEXT) as talk:
        talk.call("Heartbeat", {})
        assert talk.called()[3] == {"key": "AuthorizationKey", "value": NEXT}


def test_twice_at_once_it_is_sent_once(station: Station) -> None:
    Station.objects.update(subprotocol="ocpp1.6")
    first = password_changes.send(present(), by="staff")
    assert password_changes.send(present(), by="staff").call == first.call
    assert Call.objects.count() == 1


def test_one_that_never_left_changes_nothing(station: Station) -> None:
    Station.objects.update(subprotocol="ocpp1.6")
    call = password_changes.send(present(), by="staff").call
    Call.objects.update(expires_at=timezone.now() - timedelta(minutes=5))
    sweeps.end_calls(timezone.now())
    assert call is not None
    assert change().state == "refused"


def test_a_password_set_by_hand_takes_back_one_that_has_not_left(station: Station) -> None:
    Station.objects.update(subprotocol="ocpp1.6")
    password_changes.send(present(), by="staff")
    password_changes.set_by_hand(present(), "set-by-hand-on-both", now=timezone.now())
    assert (change().state, Call.objects.get().state) == ("replaced", "unanswered")


def test_a_password_set_by_hand_leaves_one_that_may_be_on_the_station(station: Station) -> None:
    Station.objects.update(subprotocol="ocpp1.6")
    password_changes.send(present(), by="staff")
    Call.objects.update(state="sent", sent_at=timezone.now())
    password_changes.set_by_hand(present(), "set-by-hand-on-both", now=timezone.now())
    assert change().state == "open"


def test_what_is_stored_of_it_is_sealed_and_a_weak_one_is_not_sent(station: Station) -> None:
    Station.objects.update(subprotocol="ocpp1.6")
    with pytest.raises(passwords.WeakPassword):
        password_changes.send(present(), by="staff", password="short")
    assert not PasswordChange.objects.exists()
    password_changes.send(present(), by="staff", password=NEXT)
    assert NEXT not in f"{change().sealed}{change().digest}{Call.objects.get().secret_payload}"


def test_a_station_that_never_connected_is_told_so(station: Station) -> None:
    with pytest.raises(calls.NotOffered):
        password_changes.send(station, by="staff")
    assert not PasswordChange.objects.exists()


def test_while_the_server_key_is_rotated_old_digests_are_right(settings: Any) -> None:
    secret = passwords.seal(b"a-password-of-a-machine")
    old, settings.SERVER_KEY = settings.SERVER_KEY, b"another key of thirty-two bytes!"
    assert not passwords.matches(b"a-password-of-a-machine", secret)
    settings.SERVER_KEY_FALLBACKS = [old]
    assert passwords.matches(b"a-password-of-a-machine", secret)
