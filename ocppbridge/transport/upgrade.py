"""Who may upgrade: looked up, checked, counted, and only then opened (S36 to S38).

Whatever is wrong with identity or credentials, the answer is the same 401 after the same work. Nothing is accepted
without PostgreSQL: 503.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import psycopg
from django.conf import settings

from ocppbridge.services import password_changes, profiles, signing, strangers
from ocppbridge.services.accounts import Account
from ocppbridge.services.passwords import NOBODY
from ocppbridge.transport import handshake
from ocppbridge.transport.database import LOCKED_SECONDS, Found, Opened, Opening
from ocppbridge.transport.guard import FAILURES
from ocppbridge.transport.peer import Peer, peer_of
from ocppbridge.transport.proof import NOTHING, Proof, Used, judge

if TYPE_CHECKING:
    from ocppbridge.transport.node import Node

log = logging.getLogger(__name__)

STORE_SECONDS: Final = 5.0
GONE_SECONDS: Final = 0.5
NO_PROTOCOL: Final = f"offer one of the sub-protocols {handshake.OFFERED}"

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
    peer = peer_of(scope, settings.TRUSTED_PROXIES, settings.CLIENT_CERTIFICATE_HEADER)
    try:
        async with asyncio.timeout(STORE_SECONDS):
            found = await node.lookups.ask(identity or "")
            proof = await _proof(node, scope, identity, peer, found)
            if found is None or proof.profile is None:
                if found is None and identity:
                    _unknown(node, identity, peer, scope)
                return _failed(node, identity, peer, found, proof)
            return await _granted(node, scope, peer, found, proof)
    except (TimeoutError, psycopg.Error):
        return UNAVAILABLE


async def _proof(node: Node, scope: dict[str, Any], identity: str | None, peer: Peer, found: Found | None) -> Proof:
    account = found.account if found is not None else None
    credentials = handshake.credentials_of(scope["headers"])
    anchors = await node.trusted() if peer.chain and not peer.verified else ()
    issued = await node.certificates.ask(peer.fingerprint) if peer.chain else None
    words = (account, identity, credentials, peer, anchors, issued, datetime.now(UTC), node.slow_passwords)
    if node.slow_passwords:  # a slow hash must not hold up the loop
        return await node.answering.run(judge, *words)
    return judge(*words)


def _failed(node: Node, identity: str | None, peer: Peer, found: Found | None, proof: Proof) -> Refusal:
    """Counted per identity and per address; told once a minute, so that nobody can fill the log (S36, S38)."""
    count = node.failed_upgrades.failed(f"i:{identity}", f"a:{peer.address}", now=asyncio.get_running_loop().time())
    if count == 1:
        log.warning("refused an upgrade of %.80r from %s", identity, peer.address)
    if found is not None and proof.alert is not None:
        node.alert(found.account.station_id, *proof.alert)
    if count <= FAILURES:
        return UNAUTHORIZED
    if found is not None:
        node.alert(
            found.account.station_id, "FAILED-UPGRADES", f"many failed upgrades in its name, from {peer.address}"
        )
    return TOO_MANY


def _unknown(node: Node, identity: str, peer: Peer, scope: dict[str, Any]) -> None:
    """Noted for staff, who may know it; once a minute, and nobody who knocks in many names is noted on and on."""
    if node.choices.value("UNKNOWN-STATION") == "ignore":  # decision: UNKNOWN-STATION
        return
    now = asyncio.get_running_loop().time()
    again = node.failed_upgrades.failed(f"s:{identity}", now=now) > 1
    if not again and node.failed_upgrades.failed(f"n:{peer.address}", now=now) <= FAILURES:
        offered = ", ".join(map(str, scope.get("subprotocols") or ()))
        node.answering.spawn(strangers.note, identity, peer.address, offered, datetime.now(UTC))


async def _granted(node: Node, scope: dict[str, Any], peer: Peer, found: Found, proof: Proof) -> Granted | Refusal:
    account = found.account
    subprotocol = handshake.negotiated(scope.get("subprotocols") or ())
    if subprotocol is None:
        return Granted(account, NOTHING_OPENED, None)
    if found.held_by is not None and _stays(node, account, proof):
        # An open socket has answered the server's last ping, else it would have been closed.
        node.alert(account.station_id, "SOCKET-REFUSED", "a second connection was refused")
        return HELD
    profile = proof.profile or 0
    opening = Opening(account.station_id, subprotocol, peer.address, profile, node.name, node.channel)
    while not (opened := await node.openings.ask(opening)).connection_id:
        await asyncio.sleep(LOCKED_SECONDS)  # somebody has its row; `examine` says for how long
    _follow_up(node, account, proof)
    # A copy, for two upgrades may have been looked up at once; without what only the upgrade had to know.
    kept = replace(account, subprotocol=subprotocol, profile=profile, secret=NOBODY, security=NOTHING)
    return Granted(kept, opened, subprotocol)


def _stays(node: Node, account: Account, proof: Proof) -> bool:
    """Whether the socket that is open wins: always against a newcomer who has proved nothing (S37)."""
    if proof.profile == 0:
        return True
    return node.choices.value("SOCKET-REPLACE", station=account.identity) == "refuse"  # decision: SOCKET-REPLACE


def _follow_up(node: Node, account: Account, proof: Proof) -> None:
    """What it means that the station came with this password or profile; noted beside the upgrade."""
    security, now = account.security, datetime.now(UTC)
    if security.change_id is not None and proof.used is not Used.NONE:
        noted = password_changes.used if proof.used is Used.NEXT else password_changes.kept
        node.answering.spawn(noted, security.change_id, now)
    if proof.news:
        node.answering.spawn(signing.shown, proof.news, now)
    if security.target is not None and proof.profile is not None and proof.profile >= security.target:
        node.answering.spawn(profiles.reached, account.station_id, proof.profile, now)


async def refuse(receive: Receive, send: Send, refusal: Refusal) -> None:
    """Before the upgrade; a bare close would always say 403."""
    await send({"type": "websocket.http.response.start", "status": refusal.status, "headers": list(refusal.headers)})
    await send({"type": "websocket.http.response.body", "body": refusal.body})
    # uvicorn logs an error for whoever returns before the socket is gone: a line that any stranger could cause (S36).
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GONE_SECONDS):
            for _ in range(2):  # one for the answer, one for the socket
                await receive()
