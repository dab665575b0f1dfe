"""Who gets in, and what everybody else is told, through the front door."""

from __future__ import annotations

import socket
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ocppbridge.models import Alert, Connection, Station
from ocppbridge.services import passwords
from ocppbridge.transport import node
from roaming.services import decisions
from tests.ocppbridge.door import PASSWORD, Door, basic, eventually
from tests.ocppbridge.world import new_station

BOOT = {"chargePointVendor": "ACME", "chargePointModel": "One"}


def answer_to(door: Door, path: str, authorization: str | None, more: bytes = b"") -> bytes:
    """The raw HTTP answer to an upgrade request, but for its date."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{door.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: ocpp1.6",
    ]
    if authorization:
        lines.append(f"Authorization: {authorization}")
    with socket.create_connection(("127.0.0.1", door.port), timeout=5) as plain:
        plain.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + more)
        answer = b""
        with suppress(TimeoutError):
            plain.settimeout(2)
            while chunk := plain.recv(4096):
                answer += chunk
                head, end, rest = answer.partition(b"\r\n\r\n")
                if b"101" in head[:20] and end and bool(rest) >= bool(more):
                    break
    return b"\r\n".join(line for line in answer.split(b"\r\n") if not line.lower().startswith(b"date:"))


def test_unknown_wrong_blocked_and_nameless_get_the_very_same_401_before_any_upgrade(door: Door) -> None:
    """S36."""
    new_station("CP1")
    new_station("SHUT")
    Station.objects.filter(identity="SHUT").update(blocked=True)
    answers = {
        answer_to(door, "/ocpp/CP1", None),
        answer_to(door, "/ocpp/CP1", basic("CP1", "wrong-password-of-16")),
        answer_to(door, "/ocpp/CP1", basic("CP2", PASSWORD)),
        answer_to(door, "/ocpp/NOBODY", basic("NOBODY", PASSWORD)),
        answer_to(door, "/ocpp/SHUT", basic("SHUT", PASSWORD)),
        answer_to(door, "/ocpp/%FF", basic("x", PASSWORD)),
        answer_to(door, "/ocpp/CP1", "Bearer abc"),
    }
    assert len(answers) == 1
    (answer,) = answers
    assert answer.startswith(b"HTTP/1.1 401")
    assert b"www-authenticate: basic" in answer.lower()
    assert not Connection.objects.exists()


def test_a_call_in_the_same_packet_as_the_upgrade_is_answered(door: Door) -> None:
    """RFC 6455 §4.1 tells clients to wait for the 101; uvicorn throws away what those send who do not."""
    new_station("CP1")
    call = b'[2,"m1","Heartbeat",{}]'
    answer = answer_to(door, "/ocpp/CP1", basic("CP1", PASSWORD), bytes([0x81, 0x80 + len(call), 0, 0, 0, 0]) + call)
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b'[3,"m1",' in answer


HEX = "0123456789abcdefabcdef0123456789"


@pytest.mark.parametrize("presented", [HEX, HEX.upper(), bytes.fromhex(HEX)])
def test_a_password_of_hex_digits_is_taken_verbatim_and_decoded(door: Door, presented: str | bytes) -> None:
    """Field quirk 11."""
    new_station("CP1", password=HEX)
    with door.station("CP1", password=presented) as talk:
        assert talk.call("Heartbeat", {})["currentTime"]


def test_a_password_may_be_bytes_that_are_no_text(door: Door) -> None:
    """Field quirk 11."""
    station = new_station("CP1")
    secret = bytes(range(0xE0, 0xF4))
    passwords.set_password(station, secret)
    with door.station("CP1", password=secret) as talk:
        assert talk.call("Heartbeat", {})["currentTime"]


def test_an_identity_may_have_spaces_slashes_and_other_letters_below_any_prefix(door: Door) -> None:
    """Field quirk 12."""
    for identity, path in (("CP 1", "CP%201"), ("A/B", "A%2FB"), ("Büro", "B%C3%BCro/")):
        new_station(identity)
        with door.station(identity, path=path) as talk:
            assert talk.call("Heartbeat", {})["currentTime"]
        with door.open(path, ["ocpp1.6"], basic(identity, PASSWORD), prefix="some/where/else") as bare:
            assert bare.subprotocol == "ocpp1.6"


@pytest.mark.parametrize("offered", [None, ["ocpp1.5"], ["soap"]])
def test_without_a_sub_protocol_that_we_speak_the_socket_closes_and_says_which_would_do(
    door: Door, offered: list[str] | None
) -> None:
    """OCPP-J: the upgrade completes without a sub-protocol, then closes (field quirk 12)."""
    new_station("CP1")
    with door.open("CP1", offered, basic("CP1", PASSWORD)) as bare, pytest.raises(ConnectionClosed) as closed:
        bare.recv(timeout=60)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1002
    assert "ocpp1.6, ocpp2.0.1, ocpp2.1" in closed.value.rcvd.reason
    assert not Connection.objects.exists()


def test_after_twenty_failures_others_get_429_and_the_station_itself_still_gets_in(door: Door) -> None:
    """S38."""
    station = new_station("CP1")
    statuses = [answer_to(door, "/ocpp/CP1", basic("CP1", f"guess-number-{number:05}"))[9:12] for number in range(22)]
    assert statuses == [b"401"] * 20 + [b"429"] * 2
    with door.station("CP1") as talk:
        assert talk.call("Heartbeat", {})["currentTime"]
    eventually(lambda: Alert.objects.filter(station=station, code="FAILED-UPGRADES").exists(), "staff are told")


def test_a_newcomer_with_the_right_secret_replaces_the_old_socket_and_staff_are_told(door: Door) -> None:
    """S37, field quirk 15."""
    station = new_station("CP1")
    with door.station("CP1") as old:
        old.call("BootNotification", BOOT)
        with door.station("CP1") as new:
            assert new.call("Heartbeat", {})["currentTime"]
            with pytest.raises(ConnectionClosed) as closed:
                old.receive()
            assert closed.value.rcvd is not None
            assert "replaced" in closed.value.rcvd.reason
            eventually(lambda: Connection.objects.filter(closed_at__isnull=False).count() == 1)
            station.refresh_from_db()
            first, second = Connection.objects.order_by("id")
            assert (station.connection_id, first.close_reason) == (second.pk, "replaced")
            eventually(lambda: Alert.objects.filter(station=station, code="SOCKET-REPLACED").exists())
    eventually(lambda: Station.objects.get().connection_id is None, "the end is noted")


def test_a_newcomer_with_a_wrong_secret_has_no_effect_at_all(door: Door) -> None:
    """S37."""
    new_station("CP1")
    with door.station("CP1") as real:
        for number in range(30):
            with pytest.raises(InvalidStatus):
                door.open("CP1", ["ocpp1.6"], basic("CP1", f"guess-number-{number:05}"))
            assert real.call("Heartbeat", {})["currentTime"]
    assert Connection.objects.count() == 1
    assert not Alert.objects.filter(code="SOCKET-REPLACED").exists()


def test_where_the_decision_says_so_the_newcomer_is_refused(door: Door) -> None:
    """Decision SOCKET-REPLACE."""
    decisions.choose("SOCKET-REPLACE", "refuse")
    new_station("CP1")
    with door.station("CP1") as real:
        real.call("Heartbeat", {})

        def refused() -> bool:
            try:
                with door.open("CP1", ["ocpp1.6"], basic("CP1", PASSWORD)):
                    return False
            except InvalidStatus as answer:
                return answer.response.status_code == 409

        eventually(refused)
        assert real.call("Heartbeat", {})["currentTime"]
    eventually(lambda: Station.objects.get().connection_id is None)
    with door.station("CP1") as again:
        assert again.call("Heartbeat", {})["currentTime"]


def test_a_station_whose_short_password_was_decided_gets_in(door: Door) -> None:
    """Decision SHORT-STATION-PASSWORD: kept as scrypt."""
    station = new_station("CP1")
    passwords.set_password(station, "short", allow_short=True)
    assert (station.password_digest, bool(station.password_scrypt)) == ("", True)

    def enters() -> bool:
        try:
            with door.station("CP1", password="short") as talk:
                return bool(talk.call("Heartbeat", {}))
        except InvalidStatus:
            return False

    eventually(enters, "the node notices that slow passwords exist")
    assert answer_to(door, "/ocpp/CP1", basic("CP1", "shirt")).startswith(b"HTTP/1.1 401")


def test_what_staff_change_about_a_station_counts_at_once_and_a_blocked_one_is_put_out(door: Door) -> None:
    station = new_station("CP1")
    long = {"chargePointVendor": "A" * 60, "chargePointModel": "One"}
    with door.station("CP1") as talk:
        assert talk.call("BootNotification", long)[0] == 4
        station = Station.objects.select_related("connection").get()
        station.lenient = True
        station.save()
        eventually(lambda: isinstance(talk.call("BootNotification", long), dict))
        station.blocked = True
        station.save(update_fields=["blocked"])
        with pytest.raises(ConnectionClosed):
            talk.receive()


def test_what_is_said_to_be_open_and_what_is_open_are_made_the_same(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade that waited too long for PostgreSQL was answered 503, and its connection was made after all."""
    monkeypatch.setattr(node, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(node, "ROLL_CALL", 1)
    new_station("CP1")
    gone = new_station("CP2")
    with door.station("CP1") as talk:
        talk.call("Heartbeat", {})
        real = Connection.objects.get()
        at = timezone.now()
        words: dict[str, Any] = {"station": gone, "node": real.node, "channel": real.channel, "alive_at": at}
        never = Connection.objects.create(opened_at=at - timedelta(minutes=1), **words)
        Connection.objects.create(opened_at=at, **words)  # its socket may be about to open
        Station.objects.filter(pk=gone.pk).update(connection=never)
        eventually(lambda: Station.objects.get(pk=gone.pk).connection_id is None)
        closed = Connection.objects.exclude(closed_at=None)
        assert [one.close_reason for one in closed] == ["without a socket"]
        assert talk.call("Heartbeat", {})["currentTime"]
        Connection.objects.filter(pk=real.pk).update(closed_at=at)
        with pytest.raises(ConnectionClosed) as ended:
            talk.receive()
        assert ended.value.rcvd is not None
        assert ended.value.rcvd.code == 1012
