"""The wire of one WebSocket (RFC 6455, the server's side): frames in and out, pings, the end.

What stations send nearly always, a whole text frame or the answer to our ping, is read here in a few steps. Anything
else (fragments, pings, closes, what breaks the rules) goes frame by frame through the state machine of `websockets`,
which is made when it is first needed; and at a bounded rate, for nobody answers for their sizes (S40).

Nothing is read before `begin`: an answer to a ping must not stand before the 101.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from typing import Final

from websockets.frames import Frame, Opcode, apply_mask  # type: ignore[attr-defined]  # C where there is a wheel
from websockets.protocol import State
from websockets.server import ServerProtocol

from ocppbridge.transport.guard import UnusualFrames

log = logging.getLogger(__name__)

TEXT, PING, PONG, MASKED = 0x81, 0x89, 0x8A, 0x80
INVALID_TEXT, POLICY_VIOLATION, INTERNAL_ERROR = 1007, 1008, 1011
PING_SIZE: Final = 4
SILENT: Final = "keepalive ping timeout"
CLOSE_SECONDS: Final = 10.0  # for the peer to answer a close, and then for TCP to end; a dead peer never does
_PING_HEAD: Final = bytes([PING, PING_SIZE])
_HEADS: Final = [bytes([TEXT, size]) for size in range(126)]
_LENGTHS: Final = {126: 2, 127: 8}
# By a frame's second byte: where its payload begins. One without a mask is refused by its first two bytes.
_STARTS: Final = [2] * MASKED + [2 + _LENGTHS.get(size, 0) + 4 for size in range(128)]
EARLY: Final = 65_536  # bytes that may come before the answer to the upgrade


class Framed(asyncio.Protocol, ABC):
    """See the module's docstring. Whoever inherits is told by `heard`, `heard_bytes` and, once, `ended`."""

    __slots__ = (
        "_begun", "_end_timer", "_is_text", "_limit", "_loop", "_machine", "_need", "_over", "_parts", "_ping",
        "_ping_interval", "_ping_timeout", "_ping_timer", "_pinged", "_rest", "_transport", "_unusuals",
    )  # fmt: skip

    def __init__(self, limit: int | None, ping_interval: float | None, ping_timeout: float | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._limit, self._ping_interval, self._ping_timeout = limit, ping_interval, ping_timeout
        self._over = False  # nothing more is said or heard: a close has been sent or has come, or the peer has gone
        self._begun = False
        self._machine: ServerProtocol | None = None
        self._unusuals: UnusualFrames | None = None
        self._parts: list[bytes] = []
        self._is_text = False
        self._rest: bytearray | None = bytearray()
        self._need = EARLY
        self._ping = 0
        self._pinged = False
        self._ping_timer: asyncio.TimerHandle | None = None
        self._end_timer: asyncio.TimerHandle | None = None

    @abstractmethod
    def heard(self, text: str) -> None:
        """A whole text."""

    @abstractmethod
    def heard_bytes(self, data: bytes) -> None:
        """A whole binary message."""

    @abstractmethod
    def ended(self, code: int, reason: str) -> None:
        """The WebSocket is closing, whoever began."""

    # What comes in

    def begin(self) -> None:
        """The peer has been told that this is a WebSocket: read what it has sent too early, and watch over it."""
        early, self._rest, self._begun = bytes(self._rest or b""), None, True
        self._schedule_ping()
        if early:
            self.data_received(early)

    def data_received(self, data: bytes) -> None:
        """Frame after frame; the first bytes of one that is not whole wait for the rest."""
        if self._rest is not None:
            self._rest += data
            if len(self._rest) < self._need:
                return
            if not self._begun:
                self._transport.abort()
                return
            data, self._rest = bytes(self._rest), None
        at, end = 0, len(data)
        while at < end:
            start = at + 2 if end - at < 2 else at + _STARTS[data[at + 1]]
            if start > end:
                self._wait(data, at, start)
                return
            size = data[at + 1] & 0x7F
            if size > 125:
                size = int.from_bytes(data[at + 2 : start - 4], "big")
            stop = start + size
            if data[at + 1] < MASKED or (self._limit is not None and size > self._limit):
                self._unusual(data[at:])  # breaks the rules whatever follows
                return
            if stop > end:
                self._wait(data, at, stop)
                return
            first = data[at]
            if first == TEXT and (self._machine is None or self._between_messages(self._machine)):
                self._text(apply_mask(data[start:stop], data[start - 4 : start]))
            elif first == PONG and size == PING_SIZE:
                self._ponged(apply_mask(data[start:stop], data[start - 4 : start]))
            else:
                self._unusual(data[at:stop])
            at = stop

    def _wait(self, data: bytes, at: int, until: int) -> None:
        self._rest, self._need = bytearray(data[at:]), until - at

    @staticmethod
    def _between_messages(machine: ServerProtocol) -> bool:
        return machine.current_size is None and machine.state is State.OPEN

    def _text(self, data: bytes) -> None:
        if self._over:
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self._fail(INVALID_TEXT, "not UTF-8")
            return
        self.heard(text)

    def _unusual(self, data: bytes) -> None:
        machine = self._library()
        if self._unusuals is None:
            self._unusuals = UnusualFrames(self._loop.time())
        if self._unusuals.spent(self._loop.time()):
            self._fail(POLICY_VIOLATION, "too many frames")
            return
        machine.receive_data(data)
        for event in machine.events_received():
            if isinstance(event, Frame) and not self._over:
                self._frame(event)
        self._flush(machine)
        if machine.close_rcvd is not None or machine.parser_exc is not None:
            close = machine.close_rcvd or machine.close_sent
            if not self._over and close is not None:
                self._over = True
                self.ended(close.code, close.reason)
            self._end()

    def _frame(self, frame: Frame) -> None:
        """A part of a message; pings and closes the machine has answered itself."""
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._is_text, self._parts = frame.opcode is Opcode.TEXT, []
        elif frame.opcode is not Opcode.CONT:
            return
        if frame.data:  # empty parts, which no limit of size bounds, are not kept
            self._parts.append(bytes(frame.data))
        if frame.fin:
            data, self._parts = b"".join(self._parts), []
            if self._is_text:
                self._text(data)
            else:
                self.heard_bytes(data)

    # What goes out

    def say(self, text: str) -> None:
        """Send a text without waiting; nothing happens if the peer has gone."""
        if self._over:
            return
        data = text.encode()
        size = len(data)
        if size < 126:
            head = _HEADS[size]
        else:
            head = b"\x81\x7e" + size.to_bytes(2, "big") if size < 65_536 else b"\x81\x7f" + size.to_bytes(8, "big")
        self._transport.write(head + data)

    def _library(self) -> ServerProtocol:
        if self._machine is None:
            self._machine = ServerProtocol(state=State.OPEN, max_size=self._limit, logger=log)
        return self._machine

    def _flush(self, machine: ServerProtocol) -> None:
        data = b"".join(machine.data_to_send())
        if data:
            self._transport.write(data)

    def _fail(self, code: int, reason: str) -> None:
        """Close, and do not wait for the peer to agree."""
        self._close(code, reason)
        self._end()

    def _close(self, code: int, reason: str) -> None:
        if self._over:
            return
        machine = self._library()
        machine.send_close(code, reason)
        self._flush(machine)
        self._over = True
        self.ended(code, reason)
        self._end_timer = self._loop.call_later(CLOSE_SECONDS, self._transport.abort)

    def _end(self) -> None:
        """Close TCP; by force if the peer does not take what we have said last."""
        if self._ping_timer is not None:
            self._ping_timer.cancel()
            self._ping_timer = None
        if self._end_timer is None:
            self._end_timer = self._loop.call_later(CLOSE_SECONDS, self._transport.abort)
        self._transport.close()

    def _send_ping(self) -> None:
        self._ping_timer = None
        if self._over:
            return
        self._ping = (self._ping + 1) & 0xFFFFFFFF
        self._pinged = True
        self._transport.write(_PING_HEAD + self._ping.to_bytes(PING_SIZE, "big"))
        if self._ping_timeout is None:
            self._schedule_ping()
        else:
            self._ping_timer = self._loop.call_later(self._ping_timeout, self._fail, INTERNAL_ERROR, SILENT)

    def _schedule_ping(self) -> None:
        if self._ping_interval:
            self._ping_timer = self._loop.call_later(self._ping_interval, self._send_ping)

    def _ponged(self, payload: bytes) -> None:
        """An answer to another ping, or to none, is no sign of life."""
        if self._pinged and not self._over and int.from_bytes(payload, "big") == self._ping:
            self._pinged = False
            if self._ping_timer is not None and self._ping_timeout is not None:
                self._ping_timer.cancel()
                self._schedule_ping()
