"""One WebSocket from its upgrade to its end: ASGI for the application, and a shorter way for who wants it.

Besides ASGI an application finds this object in ``scope["extensions"]["socket"]``: what it gave to `hand_to` gets each
text at once, without a task being woken for it. What that does not take (it returns False) waits as an ASGI event, and
until somebody receives it nothing more is read: back-pressure on the peer. Nor is anything while the peer does not
read what it is told, so that nobody's answers pile up here (S40).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.server import ServerState

from ocppbridge.transport import opening
from ocppbridge.transport.framing import INTERNAL_ERROR, Framed

log = logging.getLogger(__name__)

SERVICE_RESTART: Final = 1012
ABNORMAL: Final = 1006  # gone without a close

Take = Callable[[str], bool]
Event = dict[str, Any]


class Gone(OSError):
    """The peer is not there any more."""


class Socket(Framed):
    """See the module's docstring."""

    __slots__ = (
        "_accepted", "_app", "_app_state", "_connections", "_drained", "_events", "_paused", "_reading", "_refusal",
        "_scope", "_take", "_tasks", "_waiter",
    )  # fmt: skip

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        self._app: Any = config.loaded_app
        self._app_state = app_state
        super().__init__(config.ws_max_size, config.ws_ping_interval, config.ws_ping_timeout)
        self._connections: set[Any] = server_state.connections
        self._tasks = server_state.tasks
        self._scope: dict[str, Any]
        self._events: deque[Event] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._take: Take | None = None
        self._accepted = False
        self._refusal: Event | None = None
        self._paused, self._reading = False, True

    # The connection

    def upgrade(self, transport: asyncio.Transport, request: dict[str, Any], early: bytes = b"") -> None:
        """Begin with the request that asked for it, as uvicorn's HTTP protocol has read it, and what came with it."""
        self._transport = transport
        self._connections.add(self)
        refused = opening.refusal(request)
        if refused is not None:
            self._over = True
            transport.write(refused)
            self._end()
            return
        self._scope = opening.scope_of(request, self._app_state, transport.get_extra_info("ssl_object"))
        self._scope["extensions"]["socket"] = self
        self._events.append({"type": "websocket.connect"})
        if early:
            self.data_received(early)
        task = self._loop.create_task(self._run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self) -> None:
        try:
            await self._app(self._scope, self.receive, self.send)
        except Gone:
            pass
        except Exception:
            log.exception("the application of a socket has failed")
        finally:
            if not self._accepted and not self._over:
                self._refuse(500, [], b"")
            if self._end_timer is None:
                self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """TCP has ended."""
        self._connections.discard(self)
        self._over, self._take = True, None
        for timer in filter(None, (self._ping_timer, self._end_timer)):
            timer.cancel()
        self._ping_timer = None
        self._put({"type": "websocket.disconnect", "code": ABNORMAL})
        self.resume_writing()

    def pause_writing(self) -> None:
        """The peer does not read as fast as we say."""
        self._drained = self._loop.create_future()
        self._regulate()

    def resume_writing(self) -> None:
        """It has read on, or has gone."""
        if self._drained is not None:
            drained, self._drained = self._drained, None
            drained.set_result(None)
            self._regulate()

    def _regulate(self) -> None:
        reading = not self._paused and self._drained is None
        if reading is not self._reading and not self._transport.is_closing():
            self._reading = reading
            if reading:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    def shutdown(self) -> None:
        """The server ends."""
        if not self._over and self._accepted:
            self._close(SERVICE_RESTART, "")
        elif not self._over:
            self._refuse(500, [], b"")
        self._end()

    # What comes in

    def heard(self, text: str) -> None:
        """Hand it over, or keep it until somebody receives it."""
        if self._take is not None and not self._events:
            try:
                if self._take(text):
                    return
            except Exception:
                log.exception("the application of a socket has failed")
                self._fail(INTERNAL_ERROR, "")
                return
        self._arrived({"type": "websocket.receive", "text": text})

    def heard_bytes(self, data: bytes) -> None:
        """Likewise."""
        self._arrived({"type": "websocket.receive", "bytes": data})

    def ended(self, code: int, reason: str) -> None:
        """The application's last event; the peer's close is still to be heard."""
        self._put({"type": "websocket.disconnect", "code": code, "reason": reason})
        self._paused = False
        self._regulate()

    def _arrived(self, event: Event) -> None:
        self._put(event)
        self._paused = True
        self._regulate()

    def _put(self, event: Event) -> None:
        self._events.append(event)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # What goes out

    def _refuse(self, status: int, headers: opening.Headers, body: bytes) -> None:
        """Before the upgrade."""
        self._over = True
        self._put({"type": "websocket.disconnect", "code": ABNORMAL})
        self._transport.write(opening.answer(status, headers, body))
        self._end()

    # What the application uses

    def hand_to(self, take: Take) -> None:
        """From now on whole texts are given to `take`, in order; False from it means "not now"."""
        self._take = take

    async def receive(self) -> Event:
        """ASGI."""
        while not self._events:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        event = self._events.popleft()
        if self._paused and not self._events and not self._over:
            self._paused = False
            self._regulate()
        return event

    async def send(self, event: Event) -> None:
        """ASGI."""
        if self._drained is not None:
            await asyncio.shield(self._drained)
        if self._over:
            raise Gone
        match event["type"]:
            case "websocket.accept":
                headers = self._scope["headers"]
                self._accepted = True
                more, subprotocol = event.get("headers") or (), event.get("subprotocol")
                self._transport.write(opening.switching(headers, more, subprotocol))
                self.begin()
            case "websocket.send" if event.get("text") is not None:
                self.say(event["text"])
            case "websocket.send":
                machine = self._library()
                machine.send_binary(event["bytes"])
                self._flush(machine)
            case "websocket.close" if self._accepted:
                self._close(event.get("code", 1000), event.get("reason") or "")
            case "websocket.close":
                self._refuse(403, [], b"")
            case "websocket.http.response.start":
                self._refusal = event
            case "websocket.http.response.body" if self._refusal is not None:
                self._refuse(self._refusal["status"], self._refusal.get("headers", ()), event.get("body", b""))
