"""One station's OCPP-J connection as a state machine: text and time in, events and text out.

Theory of operation ------------------- The machine does no input or output. Whoever owns the socket hands each
incoming text to `receive`, asks `to_send` what may go out, calls `tick` when `next_deadline` has passed, and `close`
when the socket is gone. Nothing reads a clock.

Two conversations share the socket and do not wait for each other:

* the station's calls. Each becomes a `Called` event, several at a time if the station pipelines (field quirk 2); the
  owner answers with the text of `result` or `error`. SEND frames (2.1) become `Sent` and are never answered.
* our calls. `offer` queues one; `to_send` releases it when no other is in flight (OCPP-J §4.1.1). The call id is the
  message id. Each offered call settles exactly once, as `Answered`, `Refused` or `Unanswered`; `sent` says whether its
  text was released, that is, whether the station may have acted on it.

An answer to anything but the call in flight is `Late`: it is reported, so that it can be recorded, and changes
nothing (field quirk 9). An unreadable answer to the call in flight settles it as Refused, for it will not come again.
A call may carry a time after which it must not leave: a start that its driver has given up on must not begin an hour
later.

Whether payloads obey their schemas is decided in `versions`; a bad payload changes no state of this machine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from ocppbridge.rpc import frames
from ocppbridge.rpc.errors import Code, FrameError, RpcError

Called = frames.Call
"""The station asks; it waits for `result` or `error`."""
Sent = frames.Send
"""The station tells (SEND, 2.1); never answered."""


class Answered(Struct, frozen=True, gc=False):
    """The station answered our call."""

    call_id: str
    payload: dict[str, Any]


class Refused(Struct, frozen=True, gc=False):
    """The station answered our call with an error."""

    call_id: str
    code: Code | str
    description: str
    details: Mapping[str, Any]


class Unanswered(Struct, frozen=True, gc=False):
    """Our call got no answer in time; `sent` is False if it never left."""

    call_id: str
    sent: bool


class Late(Struct, frozen=True, gc=False):
    """An answer to a call that is not in flight: settled before, sent on an earlier socket, or never asked."""

    message_id: str
    frame: frames.CallResult | frames.CallError


class ResultRefused(Struct, frozen=True, gc=False):
    """The station could not use our answer to its call (CALLRESULTERROR, 2.1)."""

    message_id: str
    code: Code | str
    description: str
    details: Mapping[str, Any]


class Invalid(Struct, frozen=True, gc=False):
    """A text that is no frame; `reply` is what to answer, None where the version says to keep silent."""

    message_id: str | None
    error: FrameError
    reply: str | None


Event = Called | Sent | Answered | Refused | Unanswered | Late | ResultRefused | Invalid


class _Offer(Struct, frozen=True, gc=False):
    call_id: str
    text: str
    expires: datetime | None


class Connection:
    """The protocol state of one socket; see the module's docstring."""

    __slots__ = ("_deadline", "_in_flight", "_queue", "_timeout", "last_heard", "version")

    def __init__(self, version: str, call_timeout: timedelta) -> None:
        self.version = version
        self.last_heard: datetime | None = None
        self._timeout = call_timeout
        self._queue: deque[_Offer] = deque()
        self._in_flight: str | None = None
        self._deadline: datetime | None = None

    # What comes in

    def receive(self, text: str, now: datetime) -> list[Event]:
        """Everything that one incoming text means."""
        self.last_heard = now
        try:
            frame = frames.parse(text, self.version)
        except FrameError as error:
            return self._invalid(error)
        if type(frame) is frames.Call:  # nearly always
            return [frame]
        match frame:
            case frames.Call() | frames.Send():
                return [frame]
            case frames.CallResult():
                return [self._answered(frame)]
            case frames.CallError():
                return [self._refused(frame)]
            case frames.CallResultError():
                return [ResultRefused(frame.message_id, frame.code, frame.description, frame.details)]

    def _answered(self, frame: frames.CallResult) -> Event:
        if not self._settle(frame.message_id):
            return Late(frame.message_id, frame)
        return Answered(frame.message_id, frame.payload)

    def _refused(self, frame: frames.CallError) -> Event:
        if not self._settle(frame.message_id):
            return Late(frame.message_id, frame)
        return Refused(frame.message_id, frame.code, frame.description, frame.details)

    def _settle(self, message_id: str) -> bool:
        if self._in_flight is None or message_id != self._in_flight:
            return False
        self._in_flight = self._deadline = None
        return True

    def _invalid(self, error: FrameError) -> list[Event]:
        reply = None
        # 1.6 has no word for "your id could not be read", so silence is all that a 1.6 station can match.
        if error.answerable and (error.message_id is not None or self.version != "1.6"):
            reply = self.error(error.message_id, error)
        events: list[Event] = [Invalid(error.message_id, error, reply)]
        if not error.answerable and error.message_id is not None and self._settle(error.message_id):
            events.append(Refused(error.message_id, error.code, f"unreadable answer: {error.description}", {}))
        return events

    # What goes out

    def offer(self, call_id: str, action: str, payload: Mapping[str, Any], expires: datetime | None = None) -> None:
        """Queue a call of ours; after `expires` it is not sent any more."""
        if call_id == self._in_flight or any(call_id == offer.call_id for offer in self._queue):
            raise ValueError(f"call {call_id} is open already")
        self._queue.append(_Offer(call_id, frames.encode_call(call_id, action, payload), expires))

    def to_send(self, now: datetime) -> list[tuple[str, str]]:
        """The texts that may go out now, each with its call id; their answers are due from here on."""
        if self._in_flight is not None:
            return []
        # An offer that has expired is left for `tick`, which is due at once.
        for index, offer in enumerate(self._queue):
            if offer.expires is None or now < offer.expires:
                del self._queue[index]
                self._in_flight, self._deadline = offer.call_id, now + self._timeout
                return [(offer.text, offer.call_id)]
        return []

    def result(self, message_id: str, payload: Mapping[str, Any]) -> str:
        """The text that answers a call of the station."""
        return frames.encode_result(message_id, payload)

    def error(self, message_id: str | None, error: RpcError) -> str:
        """The text that refuses a call of the station, in its version's spelling."""
        return frames.encode_error(message_id, error.code, error.description, error.details, self.version)

    def result_error(self, message_id: str, error: RpcError) -> str | None:
        """The text that tells a 2.1 station its answer was unusable; the other versions have no such frame."""
        if self.version != "2.1":
            return None
        kind = frames.CALL_RESULT_ERROR
        return frames.encode_error(message_id, error.code, error.description, error.details, self.version, kind)

    # Time and the end

    @property
    def next_deadline(self) -> datetime | None:
        """When `tick` is due next; None while nothing waits."""
        if self._in_flight is None and not self._queue:
            return None
        times = [offer.expires for offer in self._queue if offer.expires is not None]
        if self._deadline is not None:
            times.append(self._deadline)
        return min(times, default=None)

    def tick(self, now: datetime) -> list[Event]:
        """What the passing of time has settled."""
        events: list[Event] = []
        if self._in_flight is not None and self._deadline is not None and now >= self._deadline:
            events.append(Unanswered(self._in_flight, sent=True))
            self._in_flight = self._deadline = None
        for offer in [offer for offer in self._queue if offer.expires is not None and now >= offer.expires]:
            self._queue.remove(offer)
            events.append(Unanswered(offer.call_id, sent=False))
        return events

    def close(self) -> list[Event]:
        """The socket is gone: every open call is settled, what had left as sent."""
        events: list[Event] = []
        if self._in_flight is not None:
            events.append(Unanswered(self._in_flight, sent=True))
        events += [Unanswered(offer.call_id, sent=False) for offer in self._queue]
        self._in_flight = self._deadline = None
        self._queue.clear()
        return events

    @property
    def open_calls(self) -> int:
        """How many calls of ours have not settled."""
        return len(self._queue) + (self._in_flight is not None)
