"""Who may upgrade: looked up, checked, counted, and only then opened (S36 to S38).

Whatever is wrong with identity or credentials, the answer is the same 401 after the same work. Nothing is accepted
without PostgreSQL: 503.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg

from ocppbridge.services import passwords
from ocppbridge.services.accounts import Account
from ocppbridge.services.passwords import NOBODY, Secret
from ocppbridge.transport import handshake
from ocppbridge.transport.database import Found, Opened, Opening
from ocppbridge.transport.guard import FAILURES
from ocppbridge.transport.handshake import Credentials

if TYPE_CHECKING:
    from ocppbridge.transport.node import Node

log = logging.getLogger(__name__)

STORE_SECONDS: Final = 5.0
GONE_SECONDS: Final = 0.5
NO_PROTOCOL: Final = f"offer one of the sub-protocols {handshake.OFFERED}"
NO_CREDENTIALS: Final = Credentials(b"", b"")

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP answer instead of the upgrade."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Granted:
    """A station, its connection, and the sub-protocol; without one nothing was opened."""

    account: Account
    opened: Opened
    subprotocol: str | None


UNAUTHORIZED: Final = Refusal(401, ((b"www-authenticate", b'Basic realm="ocpp", charset="UTF-8"'),))
TOO_MANY: Final = Refusal(429, ((b"retry-after", b"60"),))
UNAVAILABLE: Final = Refusal(503, ((b"retry-after", b"10"),))
HELD: Final = Refusal(409, body=b"this station has a connection\n")
NOTHING_OPENED: Final = Opened(0, None, None)


async def examine(node: Node, scope: dict[str, Any]) -> Granted | Refusal:
    """Whether the upgrade is granted."""
    if node.health.down_since is not None:
        return UNAVAILABLE
    identity = handshake.identity_of(scope["raw_path"])
    credentials = handshake.credentials_of(scope["headers"])
    try:
        async with asyncio.timeout(STORE_SECONDS):
            found = await node.lookups.ask(identity or "")
            if not await _recognised(node, identity, credentials, found) or found is None:
                return _failed(node, scope, identity, found)
            return await _granted(node, scope, found)
    except (TimeoutError, psycopg.Error):
        return UNAVAILABLE


async def _recognised(node: Node, identity: str | None, credentials: Credentials | None, found: Found | None) -> bool:
    """The same work whether the station is unknown, blocked or wrong."""
    known = found is not None and not found.account.blocked and identity is not None and credentials is not None
    secret: Secret = found.account.secret if found is not None else NOBODY
    presented = credentials or NO_CREDENTIALS
    if node.slow_passwords:
        right = await node.answering.run(_slowly, presented.password, secret)
    else:
        right = passwords.matches(presented.password, secret)
    return right and known and handshake.names(presented, identity or "")


def _slowly(password: bytes, secret: Secret) -> bool:
    return passwords.matches(password, secret, slow_ones_exist=True)


def _failed(node: Node, scope: dict[str, Any], identity: str | None, found: Found | None) -> Refusal:
    """Counted per identity and per address; told once a minute, so that nobody can fill the log (S36, S38)."""
    client = scope.get("client") or ("?",)
    keys = (f"i:{identity}", f"a:{client[0]}")
    count = node.failed_upgrades.failed(*keys, now=asyncio.get_running_loop().time())
    if count == 1:
        log.warning("refused an upgrade of %.80r from %s", identity, client[0])
    if count <= FAILURES:
        return UNAUTHORIZED
    if found is not None:
        node.alert(found.account.station_id, "FAILED-UPGRADES", f"many failed upgrades in its name, from {client[0]}")
    return TOO_MANY


async def _granted(node: Node, scope: dict[str, Any], found: Found) -> Granted | Refusal:
    account = found.account
    subprotocol = handshake.negotiated(scope.get("subprotocols") or ())
    if subprotocol is None:
        return Granted(account, NOTHING_OPENED, None)
    keep = node.choices.value("SOCKET-REPLACE", station=account.identity)  # decision: SOCKET-REPLACE
    if keep == "refuse" and found.held_by is not None:
        # An open socket has answered the server's last ping, else it would have been closed.
        node.alert(account.station_id, "SOCKET-REFUSED", "a second authenticated connection was refused")
        return HELD
    account.subprotocol = subprotocol
    host = str((scope.get("client") or ("",))[0])
    opening = Opening(account.station_id, subprotocol, host, node.name, node.channel)
    opened = await node.openings.ask(opening)
    return Granted(account, opened, subprotocol) if opened.connection_id else UNAVAILABLE


async def refuse(receive: Receive, send: Send, refusal: Refusal) -> None:
    """Before the upgrade; a bare close would always say 403."""
    await send({"type": "websocket.http.response.start", "status": refusal.status, "headers": list(refusal.headers)})
    await send({"type": "websocket.http.response.body", "body": refusal.body})
    # uvicorn logs an error for whoever returns before the socket is gone: a line that any stranger could cause (S36).
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GONE_SECONDS):
            for _ in range(2):  # one for the answer, one for the socket
                await receive()
