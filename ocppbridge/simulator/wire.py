"""The station's half of OCPP-J: one CALL in flight; what must not be lost goes out again, unchanged, after a reconnect.

Pure: text and time in, text out. A payload may be a function: it is evaluated when the message goes out first (the
transactionId of a 1.6 stop is known only once the start was answered) and is frozen from then on, with its message id,
as real stations re-send (E04.FR.01; 1.6J §4.1.3).
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Payload = dict[str, Any]
Settle = Callable[[Payload | None, datetime], None]

CALL, RESULT, ERROR = 2, 3, 4


def nothing(answer: Payload | None, now: datetime) -> None:
    """What follows a message whose answer changes nothing."""


@dataclass
class Message:
    """One CALL of the station, from being queued to being settled."""

    action: str
    payload: Payload | Callable[[], Payload]
    keep: bool
    settle: Settle
    message_id: str = ""
    text: str = ""
    sent_at: datetime | None = None
    not_before: datetime | None = None
    refusals: int = 0
    unchecked: bool = False

    def freeze(self, message_id: str, check: Callable[[str, Payload], None]) -> None:
        """Fix id and content at the first attempt; later attempts repeat them."""
        if not self.text:
            self.payload = self.payload() if callable(self.payload) else self.payload
            if not self.unchecked:
                check(self.action, self.payload)
            self.message_id = message_id
            self.text = json.dumps([CALL, message_id, self.action, self.payload], separators=(",", ":"))


@dataclass(frozen=True)
class Asked:
    """A CALL that the hub sent us and that waits for our answer."""

    message_id: str
    action: str
    payload: Payload


@dataclass(frozen=True)
class Settled:
    """The hub's answer to a CALL of ours; ``payload`` is None for a CALLERROR."""

    message: Message
    payload: Payload | None
    error: str = ""


class Wire:
    """Queue and correlation; whether there is a socket is told by `connected` and `disconnected`."""

    def __init__(
        self,
        new_id: Callable[[], str],
        check: Callable[[str, Payload], None],
        *,
        answer_timeout: timedelta = timedelta(seconds=30),
        attempts: int = 3,
        retry_after: timedelta = timedelta(seconds=2),
    ) -> None:
        self._new_id, self._check = new_id, check
        self._answer_timeout, self._attempts, self._retry_after = answer_timeout, attempts, retry_after
        self._waiting: deque[Message] = deque()
        self._in_flight: Message | None = None
        self._answers: list[str] = []
        self.online = False
        self.admitted = True
        """Until a boot was accepted, what is kept stays here (B02.FR.02)."""

    @property
    def idle(self) -> bool:
        """Whether everything said has been answered."""
        return not self._waiting and self._in_flight is None

    def ask(
        self,
        action: str,
        payload: Payload | Callable[[], Payload],
        *,
        keep: bool = False,
        settle: Settle = nothing,
        first: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Queue a CALL; only those with ``keep`` outlive a lost socket. A boot goes ``first``."""
        message = Message(action, payload, keep, settle, unchecked=unchecked)
        if first:
            self._waiting.appendleft(message)
        else:
            self._waiting.append(message)

    def mutter(self, text: str) -> None:
        """Any text at all."""
        self._answers.append(text)

    def answer(self, message_id: str, payload: Payload) -> None:
        self._answers.append(json.dumps([RESULT, message_id, payload], separators=(",", ":")))

    def refuse(self, message_id: str, code: str, description: str) -> None:
        self._answers.append(json.dumps([ERROR, message_id, code, description, {}], separators=(",", ":")))

    def connected(self) -> None:
        self.online = True

    def disconnected(self, now: datetime) -> list[Message]:
        """The socket is gone: what is kept stays in its order, the rest fails; returns what failed."""
        self.online = False
        self._answers.clear()
        if self._in_flight is not None:
            self._waiting.appendleft(self._in_flight)
            self._in_flight = None
        lost = [message for message in self._waiting if not message.keep]
        self._waiting = deque(message for message in self._waiting if message.keep)
        for message in self._waiting:
            message.not_before = None
        for message in lost:
            message.settle(None, now)
        return lost

    def to_send(self, now: datetime) -> list[tuple[str, Message | None]]:
        """Frames that may go out now: every answer, and one CALL if none is in flight."""
        if not self.online:
            return []
        frames: list[tuple[str, Message | None]] = [(text, None) for text in self._answers]
        self._answers.clear()
        if self._in_flight is None and self._waiting and self._is_due(self._waiting[0], now):
            message = self._waiting.popleft()
            message.freeze(self._new_id(), self._check)
            message.sent_at = now
            self._in_flight = message
            frames.append((message.text, message))
        return frames

    def _is_due(self, message: Message, now: datetime) -> bool:
        if message.keep and not self.admitted:
            return False
        return message.not_before is None or now >= message.not_before

    def receive(self, text: str, now: datetime) -> Asked | Settled | None:
        """Read one frame; None if it answers nothing that is open."""
        frame = json.loads(text)
        if frame[0] == CALL:
            return Asked(frame[1], frame[2], frame[3])
        message = self._in_flight
        if message is None or frame[1] != message.message_id:
            return None
        self._in_flight = None
        if frame[0] == RESULT:
            message.settle(frame[2], now)
            return Settled(message, frame[2])
        self._refused(message, now)
        return Settled(message, None, str(frame[2]))

    def tick(self, now: datetime) -> None:
        """A CALL that nobody answered in time: a kept one is said again, any other has failed."""
        message = self._in_flight
        if message is None or message.sent_at is None or now < message.sent_at + self._answer_timeout:
            return
        self._in_flight = None
        if message.keep:
            self._waiting.appendleft(message)
        else:
            message.settle(None, now)

    @property
    def deadline(self) -> datetime | None:
        """When `tick` or `to_send` has something to do, as far as this class knows."""
        if self._in_flight is not None and self._in_flight.sent_at is not None:
            return self._in_flight.sent_at + self._answer_timeout
        return self._waiting[0].not_before if self._waiting and self.online else None

    def _refused(self, message: Message, now: datetime) -> None:
        message.refusals += 1
        if message.keep and message.refusals < self._attempts:  # TransactionMessageAttempts / MessageAttempts
            message.not_before = now + self._retry_after * message.refusals
            self._waiting.appendleft(message)
        else:
            message.settle(None, now)
