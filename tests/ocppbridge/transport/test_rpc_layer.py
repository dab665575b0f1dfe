"""What OCPP-J asks of a socket's server over its whole life, through the front door."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from django.db import connections

from ocppbridge import drain
from ocppbridge.charging.intents import Reset, When
from ocppbridge.models import Call, Connection, Frame, Station
from ocppbridge.services import calls
from tests.ocppbridge.door import PASSWORD, Door, Talk, basic, eventually, serving
from tests.ocppbridge.world import new_station

BOOT_16 = {"chargePointVendor": "ACME", "chargePointModel": "One"}
BOOT_2 = {"reason": "PowerUp", "chargingStation": {"vendorName": "ACME", "model": "One"}}


@pytest.fixture
def clean(transactional_db: None, pool: None) -> Iterator[None]:
    yield
    with connections["default"].cursor() as cursor:
        cursor.execute("TRUNCATE ocppbridge_frame")


def present() -> Station:
    return Station.objects.select_related("connection").get()


def queued(talk: Talk) -> Call:
    talk.call("BootNotification", BOOT_16 if talk.socket.subprotocol == "ocpp1.6" else BOOT_2)
    return calls.queue(present(), Reset(When.NOW), purpose="staff")


def state(call: Call) -> str:
    call.refresh_from_db()
    return str(call.state)


def test_calls_that_wait_survive_a_restart_of_the_node(clean: None) -> None:
    """What had left ends as unanswered; what had not is sent by whoever holds the station's next socket."""
    new_station()
    with serving() as first, first.station("CP1") as talk:
        sent, waiting = queued(talk), queued(talk)
        assert talk.called()[1] == str(sent.pk)
    eventually(lambda: state(sent) == "unanswered")
    assert state(waiting) == "queued"
    with serving() as second, second.station("CP1") as talk:
        talk.call("Heartbeat", {})
        frame = talk.called()
        assert frame[1] == str(waiting.pk)
        talk.answer(frame, {"status": "Accepted"})
        eventually(lambda: drain.drain(present().shard) >= 0 and state(waiting) == "answered")


def silent(door: Door) -> socket.socket:
    """A station that has upgraded and then answers nothing, pings included."""
    asked = [
        "GET /ocpp/CP1 HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: ocpp1.6", f"Authorization: {basic('CP1', PASSWORD)}",
    ]  # fmt: skip
    made = socket.create_connection(("127.0.0.1", door.port), timeout=10)
    made.sendall(("\r\n".join(asked) + "\r\n\r\n").encode())
    assert b"101" in made.recv(4096)[:20]
    return made


def test_a_station_that_answers_no_ping_is_gone_after_a_hard_limit(clean: None) -> None:
    """However much it still holds the connection open."""
    new_station()
    with serving(ws_ping_interval=0.3, ws_ping_timeout=0.3) as door, silent(door):
        eventually(lambda: Connection.objects.filter(closed_at=None).exists())
        eventually(lambda: Connection.objects.filter(closed_at__isnull=False).exists())
    assert Station.objects.get().connection_id is None


def test_a_station_that_answers_pings_and_says_nothing_else_stays(clean: None) -> None:
    new_station()
    with serving(ws_ping_interval=0.1, ws_ping_timeout=1.0) as door, door.station("CP1") as talk:
        quiet = threading.Event()
        assert not quiet.wait(1.5)  # fifteen pings
        assert talk.call("Heartbeat", {})["currentTime"]
    assert Connection.objects.count() == 1


def test_a_dead_socket_is_replaced_at_once_by_the_station_s_next(door: Door) -> None:
    """Nobody waits for the ping's time-out: who proves to be the station has the only socket (S37)."""
    new_station()
    with silent(door):
        eventually(lambda: Connection.objects.filter(closed_at=None).exists())
        with door.station("CP1") as talk:
            call = queued(talk)
            assert talk.called()[1] == str(call.pk)
    first = Connection.objects.order_by("pk").first()
    assert first is not None
    assert first.close_reason == "replaced"


@pytest.mark.parametrize(("version", "told"), [("ocpp1.6", False), ("ocpp2.0.1", False), ("ocpp2.1", True)])
def test_only_a_2_1_station_is_told_that_its_answer_was_of_no_use(door: Door, version: str, told: bool) -> None:
    """CALLRESULTERROR, message type 5; kept in the trace."""
    new_station()
    with door.station("CP1", version) as talk:
        call = queued(talk)
        talk.answer(talk.called(), {"status": 5})
        if told:
            frame = talk.receive()
            assert frame[:3] == [5, str(call.pk), "TypeConstraintViolation"]
        assert talk.call("Heartbeat", {})["currentTime"]
        eventually(lambda: drain.drain(present().shard) >= 0 and state(call) == "answered")
    assert call.outcome == "InvalidAnswer"
    assert Frame.objects.filter(kind=5, direction=1).exists() == told


def test_a_2_1_station_s_complaint_about_our_answer_is_kept_and_not_answered(door: Door) -> None:
    new_station()
    with door.station("CP1", "ocpp2.1") as talk:
        talk.call("Heartbeat", {}, "h1")
        talk.send([5, "h1", "FormatViolation", "no time in it", {}])
        assert talk.call("Heartbeat", {})["currentTime"]
        eventually(lambda: Frame.objects.filter(kind=5, direction=0, message_id="h1").exists())


@pytest.mark.parametrize(
    ("version", "action", "payload", "code"),
    [
        ("ocpp1.6", "BootNotification", {"chargePointVendor": "A"}, "OccurenceConstraintViolation"),
        ("ocpp2.0.1", "BootNotification", {"reason": "PowerUp"}, "OccurrenceConstraintViolation"),
        ("ocpp2.1", "BootNotification", {"reason": "PowerUp"}, "OccurrenceConstraintViolation"),
        ("ocpp1.6", "Heartbeat", {"more": 1}, "FormationViolation"),
        ("ocpp2.0.1", "Heartbeat", {"more": 1}, "FormatViolation"),
        ("ocpp2.1", "MakeCoffee", {}, "NotImplemented"),
        ("ocpp1.6", "Reset", {"type": "Soft"}, "NotSupported"),
    ],
)
def test_errors_are_spelled_as_the_station_s_version_spells_them(
    door: Door, version: str, action: str, payload: dict[str, object], code: str
) -> None:
    new_station()
    with door.station("CP1", version) as talk:
        assert talk.call(action, payload)[2] == code


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
def test_a_station_is_held_strictly_to_its_schema_or_leniently_as_staff_say(door: Door, version: str) -> None:
    """Field quirk 10: logged either way."""
    long = {"chargePointVendor": "A" * 60, "chargePointModel": "One"}
    if version != "ocpp1.6":
        long = {"reason": "PowerUp", "chargingStation": {"vendorName": "A" * 80, "model": "One"}}  # type: ignore[dict-item]
    new_station("STRICT")
    new_station("LENIENT")
    Station.objects.filter(identity="LENIENT").update(lenient=True)
    with door.station("STRICT", version) as strict, door.station("LENIENT", version) as lenient:
        assert strict.call("BootNotification", long)[2] == "PropertyConstraintViolation"
        assert lenient.call("BootNotification", long)["status"] == "Accepted"
    assert Frame.objects.filter(direction=0, action="BootNotification").exclude(error="").count() == 2
