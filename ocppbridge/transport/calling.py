"""Our calls on one connection: offered, released one at a time, answered, or given up; each settles exactly once.

A call is marked as sent in the COMMIT of its journal row, before its text leaves: after a crash nobody can believe
that it had not been sent. What never left when the socket goes stays queued and is fetched by the next connection.
What may not be asked of a station before it is accepted (B02.FR.05, B03.FR.02) is held until it is, or has expired.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ocppbridge.charging.registration import may_ask
from ocppbridge.charging.replies import Registration
from ocppbridge.rpc import connection as rpc
from ocppbridge.rpc.errors import RpcError
from ocppbridge.rpc.frames import encode_call, encode_error
from ocppbridge.transport import journal
from ocppbridge.transport.host import Host, Scribe
from ocppbridge.transport.journal import Done, Unit
from ocppbridge.versions import Dialect, secrets

SERVICE_RESTART = 1012


class Calling:
    """The calls of ours that are open on one connection."""

    __slots__ = ("_dialect", "_held", "_host", "_rpc", "_scribe", "open", "registration", "triggered")

    def __init__(self, connection: rpc.Connection, dialect: Dialect, host: Host, scribe: Scribe) -> None:
        self._rpc, self._dialect, self._host, self._scribe = connection, dialect, host, scribe
        self.open: dict[str, tuple[str, str]] = {}  # offered and not settled: action, masked text
        self._held: dict[str, tuple[str, dict[str, Any], datetime]] = {}
        self.registration: Registration | None = None
        self.triggered: set[str] = set()  # what it was asked to send, which it may say in any boot state (B02.FR.09)

    def offer(
        self, call_id: str, action: str, payload: dict[str, Any], masked: dict[str, Any], expires: datetime
    ) -> None:
        """A call that shall go out when its turn comes."""
        if call_id in self.open:
            return
        self.open[call_id] = (action, encode_call(call_id, action, masked))
        if may_ask(self.registration, action):
            self._offer(call_id, action, payload, expires)
        else:
            self._held[call_id] = (action, payload, expires)

    def registered(self, status: Registration, now: datetime) -> None:
        """The station has been told this at its boot: what waited for it goes on."""
        self.registration = status
        for call_id, (action, payload, expires) in list(self._held.items()):
            if may_ask(status, action):
                del self._held[call_id]
                self._offer(call_id, action, payload, expires)
        self.pump(now)

    def _offer(self, call_id: str, action: str, payload: dict[str, Any], expires: datetime) -> None:
        self._rpc.offer(call_id, action, payload, expires)
        if action == "TriggerMessage":
            self.triggered.add(str(payload.get("requestedMessage", "")))

    def pump(self, now: datetime) -> None:
        """Settle what time has settled, and let go what may go now."""
        for event in self._rpc.tick(now):
            self._end(event)
        for text, call_id in self._rpc.to_send(now):
            action, masked = self.open[call_id]
            entry = self._scribe.entry(now, journal.OUT, journal.CALL, call_id, action, masked)
            self._host.journal(Unit((entry,), self._when_released(text), UUID(call_id)))

    def _when_released(self, text: str) -> Done:
        def done(result: bool | Exception) -> None:
            if result is True:
                self._host.say(text)
            else:  # somebody has settled a call that was ours to send: this connection is taken for dead
                self._host.give_up(SERVICE_RESTART, "this connection was given up")

        return done

    def answered(self, event: rpc.Answered, text: str, now: datetime) -> None:
        """The station's answer, for the drain to settle."""
        action, _ = self.open.pop(event.call_id)
        error, complaint = "", None
        try:
            self._dialect.validate_response(action, event.payload)
        except RpcError as fault:  # field quirk 10: logged with the reason, the socket stays
            error = f"{fault.code}: {fault.description}"
            complaint = self._rpc.result_error(event.call_id, fault)
        masked = secrets.mask_response(action, event.payload)
        if masked is not event.payload:
            text = self._rpc.result(event.call_id, masked)
        self._settled(now, journal.RESULT, event.call_id, action, text, error)
        if complaint is not None:
            self._complain(now, event.call_id, action, complaint, error)

    def _complain(self, now: datetime, call_id: str, action: str, text: str, error: str) -> None:
        """CALLRESULTERROR: a 2.1 station is told that its answer was of no use."""
        entry = self._scribe.entry(now, journal.OUT, journal.RESULT_ERROR, call_id, action, text, error)
        self._host.journal(Unit((entry,), lambda result: self._host.say(text)))

    def refused(self, event: rpc.Refused, text: str | None, now: datetime) -> None:
        """The station's refusal; without a text its answer could not be read at all."""
        action, _ = self.open.pop(event.call_id)
        if text is None:
            text = encode_error(event.call_id, event.code, event.description, {}, self._dialect.version)  # type: ignore[arg-type]
        self._settled(now, journal.ERROR, event.call_id, action, text, "")

    def close(self) -> None:
        """The socket is gone."""
        for event in self._rpc.close():
            self._end(event, closing=True)

    def _settled(self, now: datetime, kind: int, call_id: str, action: str, text: str, error: str) -> None:
        entry = self._scribe.entry(now, journal.IN, kind, call_id, action, text, error, self._scribe.shard)
        self._host.journal(Unit((entry,)))
        self.pump(now)

    def _end(self, event: rpc.Event, closing: bool = False) -> None:
        if isinstance(event, rpc.Unanswered):
            self.open.pop(event.call_id, None)
            if event.sent or not closing:
                self._host.unanswered(event.call_id, event.sent)
