"""The server's side of a WebSocket against the client's side of `websockets`: frames, back-pressure, pings, the end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from ocppbridge.transport import opening
from ocppbridge.transport.framing import EARLY
from ocppbridge.transport.websocket import Gone, Socket
from tests.ocppbridge.door import PASSWORD, serving
from tests.ocppbridge.world import new_station

LIMIT = 70_000
REQUEST: dict[str, Any] = {
    "method": "GET", "http_version": "1.1", "scheme": "http", "server": None, "client": ("::1", 1), "target": b"/x",
    "headers": [(b"sec-websocket-version", b"13"), (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ==")],
}  # fmt: skip


class Wire(asyncio.Transport):
    """The TCP connection: what is written goes into the client's state machine."""

    def __init__(self, client: ClientProtocol) -> None:
        super().__init__()
        self.client = client
        self.head = b""
        self.reading, self.closed, self.aborted = True, False, False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self.head:
            self.head = bytes(data)
        else:
            self.client.receive_data(bytes(data))

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.aborted = True


class Peer:
    """A client, its wire and the socket under test."""

    def __init__(self, application: Any, early: bytes = b"", **more: Any) -> None:
        self.client = ClientProtocol(parse_uri("ws://h/x"), state=State.OPEN, max_size=None)
        config = Config(application, interface="asgi3", ws_max_size=LIMIT, lifespan="off", **more)
        config.load()
        self.wire = Wire(self.client)
        self.opcodes: list[Opcode] = []
        self.socket = Socket(config, ServerState(), {})
        self.socket.upgrade(self.wire, REQUEST, early)

    def sends(self, data: bytes | None = None, cut: Callable[[int], int] = lambda left: left) -> None:
        """What the client's machine has to say, in as large pieces as `cut` says."""
        data = b"".join(self.client.data_to_send()) if data is None else data
        while data:
            size = cut(len(data))
            self.socket.data_received(data[:size])
            data = data[size:]

    def frames(self) -> list[Frame]:
        new = [event for event in self.client.events_received() if isinstance(event, Frame)]
        self.opcodes += [frame.opcode for frame in new]
        return new

    @property
    def close_code(self) -> int | None:
        self.frames()
        return self.client.close_rcvd.code if self.client.close_rcvd else None


class Listener:
    """An application that takes texts as they are read, or not now."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.takes = True
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.socket: Socket

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.receive, self.send = receive, send
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "ocpp1.6"})
        self.socket = scope["extensions"]["socket"]
        self.socket.hand_to(self.take)
        while not self.events or self.events[-1]["type"] != "websocket.disconnect":
            await self.go_on.wait()
            self.events.append(await receive())

    def take(self, text: str) -> bool:
        if text == "fail":
            raise ValueError(text)
        if self.takes:
            self.texts.append(text)
        return self.takes


def talked(story: Callable[[Peer, Listener], Awaitable[None]], **more: Any) -> Listener:
    """Run a story on an open socket."""

    async def run() -> Listener:
        listener = Listener()
        peer = Peer(listener, **more)
        await until(lambda: peer.wire.head)
        await story(peer, listener)
        peer.socket.connection_lost(None)
        await until(lambda: listener.events and listener.events[-1]["type"] == "websocket.disconnect")
        return listener

    return asyncio.run(run())


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(12))
def test_however_the_bytes_arrive_every_text_is_heard_once_and_in_order(seed: int) -> None:
    dice = random.Random(seed)
    said = [dice.choice(["", "a", "ü" * 63, "x" * 126, "y" * 5_000, "z" * 66_000]) + str(n) for n in range(30)]

    async def story(peer: Peer, listener: Listener) -> None:
        for text in said:
            data = text.encode()
            if dice.random() < 0.3:
                middle = dice.randrange(len(data))
                peer.client.send_text(data[:middle], fin=False)
                peer.client.send_ping(b"between")
                peer.client.send_continuation(b"", fin=False)
                peer.client.send_continuation(data[middle:], fin=True)
            else:
                peer.client.send_text(data)
        longest = dice.choice([1, 3, 1_000, 65_536, 1_000_000])
        peer.sends(cut=lambda left: dice.randint(1, longest))
        assert listener.texts == said
        assert {frame.opcode for frame in peer.frames()} <= {Opcode.PONG}

    talked(story)


def test_what_is_said_arrives_whatever_its_length() -> None:
    lengths = [0, 1, 125, 126, 65_535, 65_536]

    async def story(peer: Peer, listener: Listener) -> None:
        for length in lengths:
            listener.socket.say("ä" * (length // 2) + "x" * (length % 2))
        assert [len(frame.data) for frame in peer.frames()] == lengths

    talked(story)


@pytest.mark.parametrize(
    ("bytes_of_it", "code"),
    [
        (b"\x81\x05hello", 1002),  # not masked
        (b"\x88\x00", 1002),  # nor this
        (b"\xc1\x80\0\0\0\0", 1002),  # a reserved bit
        (b"\x80\x80\0\0\0\0", 1002),  # a continuation of nothing
        (b"\x89\xfe\x00\x80\0\0\0\0" + bytes(128), 1002),  # a ping that is too long
        (b"\x81\x82\0\0\0\0\xff\xfe", 1007),
        (b"\x01\x81\0\0\0\0\xff\x80\x81\0\0\0\0\xfe", 1007),  # in fragments
        (b"\x81\xff" + (LIMIT + 1).to_bytes(8, "big") + bytes(4), 1009),  # said so; nothing of it has come
        (b"\x81\xff" + (2**63).to_bytes(8, "big") + bytes(4), 1009),
        (b"\x01\xff" + LIMIT.to_bytes(8, "big") + bytes(4 + LIMIT) + b"\x80\x81\0\0\0\0x", 1009),  # together
    ],
)
@pytest.mark.parametrize("cut", [1_000_000, 7])
def test_what_breaks_the_rules_ends_the_socket_with_its_code(bytes_of_it: bytes, code: int, cut: int) -> None:
    async def story(peer: Peer, listener: Listener) -> None:
        peer.sends(bytes_of_it, lambda left: cut)
        assert (peer.close_code, peer.wire.closed, listener.texts) == (code, True, [])
        peer.client.send_text(b"too late") if peer.client.state is State.OPEN else None
        peer.sends()

    listener = talked(story)
    assert listener.texts == []
    assert listener.events[0]["code"] == code


def test_what_is_not_taken_now_stops_the_reading_and_keeps_its_place() -> None:
    async def story(peer: Peer, listener: Listener) -> None:
        listener.takes = False
        listener.go_on.clear()
        await asyncio.sleep(0)
        for text in ("first", "second"):
            peer.client.send_text(text.encode())
        peer.sends()
        assert not peer.wire.reading
        listener.takes = True
        peer.client.send_text(b"third")  # was on its way already
        peer.sends()
        assert listener.texts == []  # never before those that wait
        listener.go_on.set()
        await until(lambda: peer.wire.reading)
        peer.client.send_text(b"fourth")
        peer.sends()
        assert listener.texts == ["fourth"]

    listener = talked(story)
    assert [event["text"] for event in listener.events[:-1]] == ["first", "second", "third"]


def test_nothing_is_answered_before_the_upgrade_is_and_what_came_early_is_heard() -> None:
    """RFC 6455 §4.1 tells clients to wait; those that do not must not get a pong in front of the 101."""

    async def run() -> None:
        listener = Listener()
        peer = Peer(listener, early=b"\x81\x85\0\0\0\0fir")
        peer.sends(b"st\x89\x80\0\0\0\0\x81\x86\0\0\0\0second")
        assert peer.wire.head == b""
        await until(lambda: len(listener.events) == 2)
        assert peer.wire.head.startswith(b"HTTP/1.1 101 ")
        assert [event["text"] for event in listener.events] == ["first", "second"]
        assert [frame.opcode for frame in peer.frames()] == [Opcode.PONG]
        peer.socket.connection_lost(None)
        await until(lambda: listener.events[-1] == {"type": "websocket.disconnect", "code": 1006})

    asyncio.run(run())


def test_who_sends_much_before_the_answer_is_cut_off() -> None:
    """S40."""

    async def run() -> None:
        peer = Peer(Listener())
        peer.sends(bytes(EARLY))
        assert peer.wire.aborted
        peer.socket.connection_lost(None)

    asyncio.run(run())


@pytest.mark.parametrize("frame", [b"\x89\x80\0\0\0\0", b"\x00\x80\0\0\0\0"])
def test_a_flood_of_control_frames_or_of_empty_parts_ends_the_socket(frame: bytes) -> None:
    """S40: neither has a text in it that would be counted."""

    async def story(peer: Peer, listener: Listener) -> None:
        peer.sends(b"\x01\x80\0\0\0\0")
        peer.sends(frame * 9_000)
        assert not peer.wire.closed
        peer.sends(frame * 9_000)
        assert (peer.close_code, peer.wire.closed) == (1008, True)

    talked(story)


def test_who_does_not_read_is_not_read() -> None:
    """S40: else the answers to it would pile up here."""

    async def story(peer: Peer, listener: Listener) -> None:
        listener.takes = False
        peer.socket.pause_writing()
        assert not peer.wire.reading
        peer.client.send_text(b"was on its way")
        peer.sends()
        await until(lambda: listener.events)
        assert not peer.wire.reading
        peer.socket.resume_writing()
        assert peer.wire.reading

    talked(story)


def test_bytes_come_as_an_event() -> None:
    async def story(peer: Peer, listener: Listener) -> None:
        peer.client.send_binary(b"\x00\xff")
        peer.sends()
        await until(lambda: listener.events)

    assert talked(story).events[0] == {"type": "websocket.receive", "bytes": b"\x00\xff"}


def test_a_failure_of_the_application_closes_with_1011() -> None:
    async def story(peer: Peer, listener: Listener) -> None:
        peer.client.send_text(b"fail")
        peer.client.send_text(b"more")
        peer.sends()
        assert (peer.close_code, listener.texts) == (1011, [])

    talked(story)


def test_a_peers_close_is_answered_and_told() -> None:
    async def story(peer: Peer, listener: Listener) -> None:
        peer.client.send_close(1001, "going")
        peer.sends()
        assert (peer.close_code, peer.wire.closed) == (1001, True)
        listener.socket.say("nobody hears it")
        assert peer.frames() == []
        with pytest.raises(Gone):
            await listener.send({"type": "websocket.send", "text": "nobody hears it"})

    assert talked(story).events[0] == {"type": "websocket.disconnect", "code": 1001, "reason": "going"}


def test_a_close_of_ours_waits_for_the_peers() -> None:
    async def story(peer: Peer, listener: Listener) -> None:
        await listener.send({"type": "websocket.close", "code": 1008, "reason": "no"})
        assert peer.frames()[0].opcode is Opcode.CLOSE
        assert not peer.wire.closed
        peer.sends()  # the answer of the client's machine
        assert peer.wire.closed

    talked(story)


def test_a_peer_that_answers_pings_stays_and_one_that_does_not_is_closed_with_1011() -> None:
    async def story(peer: Peer, listener: Listener) -> None:
        for _ in range(3):
            await until(peer.frames)
            assert peer.opcodes[-1] is Opcode.PING
            peer.sends()  # its pong
        assert peer.client.state is State.OPEN
        peer.client.send_pong(b"late")  # four bytes that answer no ping of ours
        silent = b"".join(peer.client.data_to_send())
        peer.sends(silent)
        await until(lambda: peer.close_code)
        assert (peer.close_code, peer.wire.closed) == (1011, True)

    talked(story, ws_ping_interval=0.005, ws_ping_timeout=0.5)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"method": "POST"}, 405),
        ({"http_version": "1.0"}, 505),
        ({"headers": REQUEST["headers"][1:]}, 426),
        ({"headers": [(b"sec-websocket-version", b"12"), REQUEST["headers"][1]]}, 426),
        ({"headers": REQUEST["headers"][:1]}, 400),
        ({"headers": [*REQUEST["headers"], REQUEST["headers"][1]]}, 400),
        ({"headers": [REQUEST["headers"][0], (b"sec-websocket-key", b"c2hvcnQ=")]}, 400),
        ({"headers": [REQUEST["headers"][0], (b"sec-websocket-key", b"?" * 24)]}, 400),
    ],
)
def test_a_request_that_is_no_opening_handshake_is_answered_as_http(change: dict[str, Any], status: int) -> None:
    answer = opening.refusal({**REQUEST, **change}) or b""
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert opening.refusal(REQUEST) is None


def test_the_answer_to_the_key_is_the_specifications_own() -> None:
    """RFC 6455 §1.3."""
    head = opening.switching(REQUEST["headers"], [(b"x", b"y")], "ocpp2.1")
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in head
    assert head.endswith(b"\r\nSec-WebSocket-Protocol: ocpp2.1\r\nx: y\r\n\r\n")


@pytest.mark.django_db(transaction=True)
def test_the_same_application_serves_stations_under_uvicorns_own_protocols(pool: None) -> None:
    """The consumer is Channels': it needs our server for speed only."""
    new_station()
    with (
        serving(http="httptools", ws="websockets-sansio", ws_per_message_deflate=False) as door,
        door.station("CP1", password=PASSWORD) as talk,
    ):
        assert "currentTime" in talk.call("Heartbeat", {})
