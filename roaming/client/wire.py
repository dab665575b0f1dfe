"""Connections to peers: to an address that was vetted, under the name of the host, kept a moment for the next request.

A flight is told each socket before anything waits on it, the handshake of TLS included (S6). No proxies (one would undo
the pinning), no cookies, nobody's client certificate.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import certifi

from roaming.client.deadlines import Flight
from roaming.client.errors import Timeout, Unreachable
from roaming.client.guard import Network

IDLE = 3.0  # seconds; peers close kept connections after five, and a POST on a closed one is lost


class Where(NamedTuple):
    """Whom a connection leads to, and by which rules it was made: it serves no request under others."""

    scheme: str
    host: str
    port: int
    allow: tuple[Network, ...]
    trusted: str  # authorities beside the public ones


@dataclass(slots=True)
class Connection:
    socket: socket.socket
    again: bool = False  # whether it may serve another request: who has read a whole answer says so


_kept: dict[Where, list[tuple[float, socket.socket]]] = defaultdict(list)
_lock = threading.Lock()
_swept = 0.0


def kept(where: Where) -> socket.socket | None:
    """A connection that nobody uses, if there is one and it lives."""
    with _lock:
        while held := _kept.get(where):
            since, one = held.pop()
            if time.monotonic() - since <= IDLE and _silent(one):
                return one
            one.close()
    return None


@contextmanager
def used(where: Where, one: socket.socket, flight: Flight) -> Iterator[Connection]:
    """For one request; kept afterwards if it may serve another one."""
    flight.board(one)
    connection = Connection(one)
    try:
        one.settimeout(max(flight.left, 0.001))
        yield connection
    finally:
        if connection.again and flight.leave():
            _keep(where, one)
        else:
            one.close()


def opened(where: Where, address: str, flight: Flight) -> socket.socket:
    """Raises Unreachable or Timeout; the peer has seen nothing of the request."""
    try:
        made = socket.create_connection((address, where.port), max(flight.left, 0.001))
    except TimeoutError:
        raise Timeout("no connection in time", sent=False) from None
    except OSError:
        raise Unreachable("no connection") from None
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made if where.scheme == "http" else _secured(where, made, flight)


def _secured(where: Where, made: socket.socket, flight: Flight) -> ssl.SSLSocket:
    context = _context(where.trusted)
    one = context.wrap_socket(made, server_hostname=where.host.rstrip("."), do_handshake_on_connect=False)
    flight.board(one)
    try:
        one.do_handshake()
    except (OSError, ValueError) as error:
        one.close()
        if flight.fired or isinstance(error, TimeoutError):
            raise Timeout("no connection in time", sent=False) from None
        raise Unreachable("TLS failed") from None
    return one


@lru_cache(maxsize=4)
def _context(trusted: str) -> ssl.SSLContext:
    """TLS 1.2 or better; the name is looked for where names belong."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    if trusted:
        context.load_verify_locations(trusted)
    return context


def _keep(where: Where, one: socket.socket) -> None:
    global _swept  # one for the process, like what it is about
    now = time.monotonic()
    with _lock:
        _kept[where].append((now, one))
        if now - _swept <= IDLE:
            return
        _swept = now
        for place, held in list(_kept.items()):
            for _, old in [entry for entry in held if now - entry[0] > IDLE]:
                old.close()
            _kept[place] = [entry for entry in held if now - entry[0] <= IDLE]
            if not _kept[place]:
                del _kept[place]


def _silent(one: socket.socket) -> bool:
    """A peer that closed it, or says something unasked, has made it readable."""
    poll = select.poll()
    poll.register(one, select.POLLIN)
    return not poll.poll(0)
