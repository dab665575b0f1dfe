"""One station's socket: upgrade, a receive loop of its own, back-pressure, the end.

Built on Channels' AsyncConsumer but not on its dispatch, which hops through one shared thread on every event. Under our
own server a text is taken where it is read (`_take_at_once`); the loop takes what could not be, and everything under
any other server. It never waits for an answer: while it does not read, the server does not read either, pongs included.
So it stops reading only while too much is under way, at most half the ping time-out, and then closes with 1013. No ORM
here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
from channels.consumer import AsyncConsumer
from django.conf import settings

from ocppbridge.handlers import settling
from ocppbridge.services import sealing
from ocppbridge.services.accounts import Account
from ocppbridge.transport import eager
from ocppbridge.transport.dialogue import Dialogue, Question
from ocppbridge.transport.guard import GROUP, RATE, UNANSWERED, Allowance
from ocppbridge.transport.journal import Unit
from ocppbridge.transport.node import Node
from ocppbridge.transport.upgrade import NO_PROTOCOL, Granted, Refusal, examine, refuse
from ocppbridge.transport.websocket import Socket
from roaming.decisions import Choices

log = logging.getLogger(__name__)

MOST_PENDING: Final = 64  # frames of one station that are not answered yet
PAUSE: Final = 0.02
# A station that has booted says so first; one whose socket only broke may say nothing for long, and gets its calls
# anyway.
CALLS_AFTER: Final = 5.0
UNSUPPORTED_DATA, POLICY_VIOLATION, TOO_BIG, TRY_AGAIN_LATER, PROTOCOL_ERROR = 1003, 1008, 1009, 1013, 1002

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class StationConsumer(AsyncConsumer):
    """See the module's docstring."""

    account: Account
    connection_id: int
    heard_at: datetime | None = None
    """When something came in, until the node has noted it."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The life of one socket."""
        self._receive: Receive = receive
        self._send: Send = send
        self._outbox: deque[str] = deque()
        self._flushing: asyncio.Task[None] | None = None
        self._closing = False
        self._reason = ""
        self._timer: asyncio.TimerHandle | None = None
        self._calls_timer: asyncio.TimerHandle | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._node = Node.current()
        self._journal = self._node.journal
        self._socket: Socket | None = scope.get("extensions", {}).get("socket")
        self._frame_limit: int = settings.OCPP_FRAME_LIMIT
        if (await receive())["type"] != "websocket.connect":
            return
        granted = await examine(self._node, scope)
        if isinstance(granted, Refusal):
            await refuse(receive, send, granted)
        elif granted.subprotocol is None:
            await self._without_protocol()
        else:
            await self._live(granted)

    async def _without_protocol(self) -> None:
        """OCPP-J §3.1.2: complete the upgrade without a sub-protocol, then close; the reason says what would do."""
        await self._send({"type": "websocket.accept", "subprotocol": None})
        await self._send({"type": "websocket.close", "code": PROTOCOL_ERROR, "reason": NO_PROTOCOL})

    async def _live(self, granted: Granted) -> None:
        self.account, self.connection_id = granted.account, granted.opened.connection_id
        self._dialogue = Dialogue(self.account, self.connection_id, self, timedelta(seconds=settings.OCPP_CALL_TIMEOUT))
        code = 1006
        self._node.enter(self, granted.opened)
        try:
            await self._send({"type": "websocket.accept", "subprotocol": granted.subprotocol})
            # On a whole second, so that those who came together ask together.
            due = math.ceil(asyncio.get_running_loop().time() + CALLS_AFTER)
            self._calls_timer = asyncio.get_running_loop().call_at(due, self.fetch_calls)
            code = await self._converse()
        except OSError:  # the peer has gone while we were saying something
            pass
        finally:
            self._closing = True
            for timer in filter(None, (self._timer, self._calls_timer)):
                timer.cancel()
            self._dialogue.calling.close()
            await self._node.leave(self, code, self._reason)

    async def _converse(self) -> int:
        """Read until the socket is gone; the close code."""
        loop = asyncio.get_running_loop()
        self._clock, self._allowance = loop.time, Allowance(loop.time())
        self._behind = self._spent = False
        if self._socket is not None:
            self._socket.hand_to(self._take)
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                self._reason = self._reason or str(message.get("reason") or "").replace("\0", "")
                return int(message.get("code") or 1005)
            if self._behind:
                await self._catch_up()
            if self._closing:
                continue
            text = message.get("text")
            if text is None:
                self.give_up(UNSUPPORTED_DATA, "OCPP is text")
            else:
                self._take(text)

    def _take(self, text: str) -> bool:
        """One text; False while what came before it must be caught up with first."""
        if self._behind or self._closing:
            return False
        if len(text) > self._frame_limit:
            self.give_up(TOO_BIG, f"a frame has at most {self._frame_limit} characters")
            return True
        dialogue = self._dialogue
        first = not dialogue.heard_calls
        self.heard_at = now = datetime.now(UTC)
        dialogue.receive(text, now)
        if first and dialogue.heard_calls:
            self.fetch_calls()
        if self._timer is not None or dialogue.calling.open:
            self._set_timer()
        self._spent = self._allowance.spent(self._clock())
        if self._spent or dialogue.pending >= MOST_PENDING or self._journal.full:
            self._behind = True
        return True

    async def _catch_up(self) -> None:
        """Before the next text is taken."""
        if self._spent:
            await self._slow_down()
        if self._dialogue.pending >= MOST_PENDING or self._journal.full:
            await self._wait_for_relief()
        self._behind = self._spent = False

    async def _slow_down(self) -> None:
        """A replay of an outage is throttled; a flood, which does not wait for answers, is ended (S40)."""
        if self._dialogue.pending > UNANSWERED:
            self._node.alert(self.account.station_id, "FLOOD", "too many frames without waiting for answers")
            self.give_up(POLICY_VIOLATION, "too many frames")
        else:
            await asyncio.sleep(GROUP / RATE)

    async def _wait_for_relief(self) -> None:
        left = float(settings.OCPP_PING_TIMEOUT) / 2
        while left > 0 and not self._closing:
            if self._dialogue.pending < MOST_PENDING // 2 and not self._journal.full:
                return
            await asyncio.sleep(PAUSE)
            left -= PAUSE
        self.give_up(TRY_AGAIN_LATER, "the hub is busy")

    # Host of the dialogue

    @property
    def choices(self) -> Choices:
        """The decisions in force."""
        return self._node.choices

    def journal(self, unit: Unit) -> None:
        """Into the journal."""
        self._journal.put(unit)

    def say(self, text: str) -> None:
        """Send, in order, without making anybody wait for this station."""
        if self._closing:
            return
        if self._socket is not None:
            self._socket.say(text)
            return
        self._outbox.append(text)
        if self._flushing is None or self._flushing.done():
            self._flushing = eager.start(self._flush())

    async def _flush(self) -> None:
        try:
            while self._outbox:
                await self._send({"type": "websocket.send", "text": self._outbox.popleft()})
        except (OSError, RuntimeError):  # gone, or closed meanwhile
            self._outbox.clear()

    def ask(self, question: Question) -> None:
        """Answer from data."""
        self._node.answering.ask(self._dialogue, question)

    def unanswered(self, call_id: str, sent: bool) -> None:
        """A call of ours has ended in silence."""
        self._node.answering.spawn(settling.unanswered, call_id, sent, datetime.now(UTC))

    def give_up(self, code: int, reason: str) -> None:
        """Close the socket; what still comes in is not heard."""
        if not self._closing:
            self._closing, self._reason = True, reason
            self._flushing = asyncio.create_task(self._close(code, reason))

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            await self._send({"type": "websocket.close", "code": code, "reason": reason[:120]})

    # Our calls

    def fetch_calls(self) -> None:
        """There may be calls to send; which of them may go out before it is accepted, `Calling` knows."""
        if self._closing:
            return
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._fetch())
        else:
            self._fetching.add_done_callback(lambda _: self.fetch_calls())

    async def _fetch(self) -> None:
        try:
            claimed = await self._node.claims.ask((self.account.station_id, self.connection_id))
        except psycopg.Error:
            log.exception("cannot fetch the calls of %s", self.account.identity)
            return
        for call in claimed:
            secret = sealing.unseal(call.secret_payload)["payload"] if call.secret_payload else None
            self._dialogue.calling.offer(
                str(call.call_id), call.action, secret or call.payload, call.payload, call.expires_at
            )
        if claimed and not self._closing:
            self._dialogue.calling.pump(datetime.now(UTC))
            self._set_timer()

    def _set_timer(self) -> None:
        """Look again when the next call of ours is overdue."""
        due = self._dialogue.next_deadline
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due is not None and not self._closing:
            delay = max((due - datetime.now(UTC)).total_seconds(), 0) + 0.005
            self._timer = asyncio.get_running_loop().call_later(delay, self._overdue)

    def _overdue(self) -> None:
        self._dialogue.calling.pump(datetime.now(UTC))
        self._set_timer()

    def reload_account(self) -> None:
        """Staff have changed something."""
        self._fetching = asyncio.create_task(self._reload())

    async def _reload(self) -> None:
        found = await self._node.lookups.ask(self.account.identity)
        if found is None or found.account.blocked or self.account.profile < found.account.security.minimum:
            self.give_up(POLICY_VIOLATION, "this station is not admitted any more")
            return
        self.account.lenient, self.account.boot_policy = found.account.lenient, found.account.boot_policy
