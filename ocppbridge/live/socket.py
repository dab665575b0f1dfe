"""A viewer's socket: first a ticket, then what happens, until the viewer goes or the ticket's time is over.

A page that stays open comes back with a new ticket, which it gets only in a session that is still good; so nobody
watches on who was logged out, blocked or stripped of a permission.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson
from channels.consumer import AsyncConsumer

from ocppbridge.live.feed import Feed, Line
from ocppbridge.live.tickets import BadTicket, Viewer, redeem

TICKET_SECONDS: Final = 5.0
LONGEST: Final = 600.0  # seconds on one ticket
STRANGERS: Final = 50  # sockets of one process that have not shown a ticket yet
VIEWERS: Final = 200
POLICY_VIOLATION, TRY_AGAIN_LATER, SERVICE_RESTART = 1008, 1013, 1012

_strangers = 0


class LiveConsumer(AsyncConsumer):
    """See the module's docstring."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The life of one socket."""
        self._receive: Callable[[], Awaitable[dict[str, Any]]] = receive
        self._send: Callable[[dict[str, Any]], Awaitable[None]] = send
        if (await receive())["type"] != "websocket.connect":
            return
        await send({"type": "websocket.accept"})
        with contextlib.suppress(OSError):  # gone while we were saying something
            await self._serve()

    async def _serve(self) -> None:
        feed = Feed.current()
        if _strangers >= STRANGERS or len(feed.lines) >= VIEWERS:
            await self._close(TRY_AGAIN_LATER, "too many are watching")
            return
        viewer = await self._ticket(feed)
        if viewer is None:
            await self._close(POLICY_VIOLATION, "no ticket")
            return
        line = feed.join(viewer)
        try:
            await self._watch(line)
        finally:
            feed.leave(line)

    async def _ticket(self, feed: Feed) -> Viewer | None:
        global _strangers
        _strangers += 1
        try:
            async with asyncio.timeout(TICKET_SECONDS):
                message = await self._receive()
                found = await feed.run(redeem, str(message.get("text") or ""))
                return found if isinstance(found, Viewer) else None
        except (TimeoutError, BadTicket):
            return None
        finally:
            _strangers -= 1

    async def _watch(self, line: Line) -> None:
        telling = asyncio.create_task(self._tell(line))
        try:
            async with asyncio.timeout(LONGEST):
                while (await self._receive())["type"] != "websocket.disconnect":
                    pass  # a viewer has nothing to say
        except TimeoutError:
            await self._close(SERVICE_RESTART, "a new ticket, please")
        finally:
            telling.cancel()

    async def _tell(self, line: Line) -> None:
        while True:
            message = await line.waiting.get()
            await self._send({"type": "websocket.send", "text": orjson.dumps(message).decode()})

    async def _close(self, code: int, reason: str) -> None:
        await self._send({"type": "websocket.close", "code": code, "reason": reason})


consumer: Any = LiveConsumer.as_asgi()
