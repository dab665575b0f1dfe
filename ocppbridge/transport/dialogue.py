"""One station's conversation without its socket: texts and time in; journal units, texts and wishes out.

Theory of operation
-------------------
`rpc.Connection` says what a text is; the dialect admits it and says what it means; an `@answers` function decides the
reply. Call and reply go to the journal as one unit, and the reply's text goes out when that has committed, never
before. Whoever owns the socket is a `Host`. Nothing here waits, opens anything, or reads a clock.

* An answer from data is the host's work (`Host.ask`). Until it is back (`decided`), the station's later CALLs are held
  in their order, so that a start is always journalled before what follows it. Answers to our calls pass; so do SENDs.
* `pending` counts CALLs that have not been answered yet; the host stops reading the socket when there are many.
* A frame that is no frame is journalled, cut to 4 kB and at a bounded rate, and answered as its version says.
"""

from __future__ import annotations

import logging
from collections import deque
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, cast

from ocppbridge.charging.messages import Beat, Message
from ocppbridge.charging.registration import admit
from ocppbridge.charging.replies import Registered, Registration, Reply
from ocppbridge.handlers.blocks import ANSWERS, RECORDS, record_of
from ocppbridge.handlers.registry import Answer, Asked, Deciding
from ocppbridge.rpc import connection as rpc
from ocppbridge.rpc.errors import InternalFault, RpcError
from ocppbridge.rpc.frames import encode_call
from ocppbridge.services.accounts import Account
from ocppbridge.transport import journal
from ocppbridge.transport.calling import Calling
from ocppbridge.transport.host import Host, Scribe
from ocppbridge.transport.journal import NOT_DRAINED, Entry, Unit
from ocppbridge.versions import DIALECTS, secrets
from ocppbridge.versions.usual import READINGS

log = logging.getLogger(__name__)

INVALID_JOURNALLED: Final = 30  # of invalid frames, in any minute; the rest are only counted
MINUTE: Final = timedelta(minutes=1)
NEVER: Final = datetime.min.replace(tzinfo=UTC)
FREE: Final = (None, Registration.ACCEPTED)  # stations that may say anything


class Question:
    """A CALL that is answered from data."""

    __slots__ = ("action", "answer", "asked", "entry", "message", "payload")

    def __init__(
        self, message: Message, asked: Asked, answer: Answer, action: str, payload: dict[str, Any], entry: Entry
    ) -> None:
        self.message, self.asked, self.answer = message, asked, answer
        self.action, self.payload, self.entry = action, payload, entry

    def begin(self) -> Reply | Deciding:
        """Run the answering function (in a thread)."""
        return self.answer.function(self.message, self.asked)


class Dialogue:
    """See the module's docstring."""

    __slots__ = (
        "_held", "_host", "_invalid_since", "_invalids", "_question", "_rpc", "_scribe", "account", "calling",
        "dialect", "heard_calls", "pending",
    )  # fmt: skip

    def __init__(self, account: Account, connection_id: int, host: Host, call_timeout: timedelta) -> None:
        self.account, self._host = account, host
        self.dialect = DIALECTS[account.subprotocol]
        self._rpc = rpc.Connection(self.dialect.version, call_timeout)
        self._scribe = Scribe(account, connection_id)
        self.calling = Calling(self._rpc, self.dialect, host, self._scribe)
        self.calling.registration = account.registration
        self.pending = 0
        self.heard_calls = False
        self._question: Question | None = None
        self._held: deque[tuple[rpc.Called, str, datetime, int]] = deque()
        self._invalids, self._invalid_since = 0, NEVER

    # What the station says

    def receive(self, text: str, now: datetime) -> None:
        """One text from the socket."""
        usual = self.dialect.usual(text)
        if usual is not None:
            self._called(usual, text, now)
            return
        readable: str | None = text
        for event in self._rpc.receive(text, now):
            match event:
                case rpc.Called():
                    self._called(event, text, now)
                case rpc.Answered():
                    self.calling.answered(event, text, now)
                case rpc.Refused():
                    self.calling.refused(event, readable, now)
                case rpc.Sent():
                    self._told(event, text, now)
                case rpc.Late():
                    self._note(text, now, journal.RESULT, event.message_id, "late: the call had ended")
                case rpc.ResultRefused():
                    reason = f"our answer was refused: {event.code} {event.description}"
                    self._note(text, now, journal.RESULT_ERROR, event.message_id, reason)
                case rpc.Invalid():
                    self._invalid(event, text, now)
                    readable = None

    def _called(self, event: rpc.Called, text: str, now: datetime) -> None:
        self.pending += 1
        if event.action in secrets.REQUESTS:
            masked = secrets.mask_request(event.action, event.payload)
            if masked is not event.payload:
                text = encode_call(event.message_id, event.action, masked)
        self._scribe.n = n = self._scribe.n + 1
        if self._question is not None:
            self._held.append((event, text, now, n))
        else:
            self._take(event, text, now, n)

    def _take(self, event: rpc.Called, text: str, now: datetime, n: int) -> None:
        action, payload, account, dialect = event.action, event.payload, self.account, self.dialect
        try:
            if self.calling.registration not in FREE:
                self._check_boot(action)
            tolerated = () if event.valid else dialect.admit(action, payload, account.lenient)
            message = dialect.up(action, payload if event.valid else _glance(payload))
            answer, record = ANSWERS[type(message)], RECORDS.get(type(message))
            error = "; ".join(f"{one.pointer}: {one.message}" for one in tolerated)[:1000] if tolerated else ""
            shard, priority = NOT_DRAINED, 0
            if record is not None and not (self.heard_calls and type(message) is Beat):
                shard, priority = account.shard, record.priority
            entry = self._scribe.entry(
                now, journal.IN, journal.CALL, event.message_id, action, text, error, shard, priority, n
            )
            self.heard_calls = True
            asked = Asked(account, now, self._host.choices)
            if answer.waits(message):
                self._question = Question(message, asked, answer, action, payload, entry)
                self._host.ask(self._question)
                return
            reply = answer.function(message, asked)
            self._reply(entry, action, payload, cast(Reply, reply), now)  # only what waits is a generator
        except RpcError as fault:
            self._refuse(self._unread(event, text, now, n), fault, now)
        except Exception:
            log.exception("cannot answer %s of %s", action, account.identity)
            self._refuse(self._unread(event, text, now, n), InternalFault("the hub has failed"), now)

    def _unread(self, event: rpc.Called, text: str, now: datetime, n: int) -> Entry:
        return self._scribe.entry(now, journal.IN, journal.CALL, event.message_id, event.action, text, n=n)

    def _check_boot(self, action: str) -> None:
        """B02.FR.09, B03.FR.07 (field quirk 17)."""
        admit(self.dialect.version, self.calling.registration, action, self.calling.triggered)

    def _reply(self, entry: Entry, action: str, payload: dict[str, Any], reply: Reply, now: datetime) -> None:
        said = self.dialect.down_reply(action, reply, payload)
        if said or action not in self.dialect.answered_with_nothing:
            self.dialect.validate_response(action, said)
        text = self._rpc.result(entry.message_id, said)
        out = self._scribe.entry(now, journal.OUT, journal.RESULT, entry.message_id, action, text)
        self._host.journal(Unit((entry, out), partial(self._committed, text, entry.message_id)))
        if isinstance(reply, Registered):
            self.account.boot_status = str(reply.status)
            self.calling.registered(reply.status, now)  # what it releases is journalled, and so said, after the answer

    def _refuse(self, entry: Entry, error: RpcError, now: datetime) -> None:
        reason = f"{error.code}: {error.description}"
        text = self._rpc.error(entry.message_id, error)
        out = self._scribe.entry(now, journal.OUT, journal.ERROR, entry.message_id, entry.action, text, error=reason)
        entry = entry._replace(error=reason, shard=journal.NOT_DRAINED)
        self._host.journal(Unit((entry, out), partial(self._committed, text, entry.message_id)))

    def _committed(self, text: str, message_id: str, result: bool | Exception) -> None:
        self.pending -= 1
        if result is not True:
            # Not in the journal, so not acknowledged: the station may say it again.
            text = self._rpc.error(message_id, InternalFault("the hub could not keep it"))
        self._host.say(text)

    def decided(self, question: Question, reply: Reply | RpcError, now: datetime) -> None:
        """The answer from data is there; what was held goes on."""
        entry = question.entry
        self._question = None
        if isinstance(reply, RpcError):
            self._refuse(entry, reply, now)
        else:
            try:
                self._reply(entry, question.action, question.payload, reply, now)
            except RpcError:
                log.exception("an answer of ours to %s breaks its schema", question.action)
                self._refuse(entry, InternalFault("the hub has failed"), now)
        while self._held and self._question is None:
            self._take(*self._held.popleft())

    def _told(self, event: rpc.Sent, text: str, now: datetime) -> None:
        """SEND (2.1): recorded, never answered (field quirk 18)."""
        reason, shard, priority = "", NOT_DRAINED, 0
        try:
            self._check_boot(event.action)
            self.dialect.admit(event.action, event.payload, self.account.lenient)
            record = record_of(self.dialect.up(event.action, event.payload))
            if record is not None:
                shard, priority = self.account.shard, record.priority
        except RpcError as error:
            reason = f"{error.code}: {error.description}"
        words = journal.IN, journal.SEND, event.message_id, event.action, text, reason, shard, priority
        self._host.journal(Unit((self._scribe.entry(now, *words),)))

    def _invalid(self, event: rpc.Invalid, text: str, now: datetime) -> None:
        if now - self._invalid_since > MINUTE:
            self._invalids, self._invalid_since = 0, now
        self._invalids += 1
        if self._invalids <= INVALID_JOURNALLED:
            kept = text[: journal.INVALID_KEPT].replace("\0", "\N{SYMBOL FOR NULL}")
            last = " (more of this minute are not kept)" if self._invalids == INVALID_JOURNALLED else ""
            self._note(kept, now, journal.INVALID, event.message_id or "", f"{event.error}{last}")
        if event.reply is not None:
            self._host.say(event.reply)

    def _note(self, text: str, now: datetime, kind: int, message_id: str, error: str) -> None:
        """Journal a frame that means nothing further."""
        self._host.journal(Unit((self._scribe.entry(now, journal.IN, kind, message_id, "", text, error),)))

    @property
    def next_deadline(self) -> datetime | None:
        """When a call of ours is overdue, or must not leave any more."""
        return self._rpc.next_deadline


def _glance(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload without its readings: no answer depends on them, and reading them is half of the work."""
    for field in READINGS:
        if field in payload:
            payload = {**payload, field: ()}
    return payload
