"""One exchange of HTTP with whoever answers at a URL: vetted, pinned, capped, within its flight (S1, S2, S6, S7).

A connection that is kept was vetted when it was made, by the same rules: its host's name is not looked up again.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult

from django.conf import settings
from django.utils.encoding import iri_to_uri
from httptools import HttpParserError

from roaming.client import guard, wire
from roaming.client.deadlines import Flight
from roaming.client.errors import Broken, CallFailed, Forbidden, Timeout, Unreachable
from roaming.client.reading import Reading, unpacked
from roaming.client.wire import Where

MAX_ANSWER = 8 * 1024 * 1024
_CHUNK = 65_536
_LINE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class Heads(Mapping[str, str]):
    """The headers of an answer, whatever case their names are asked in; several of one name are one, with commas."""

    def __init__(self, told: Iterable[tuple[bytes, bytes]]) -> None:
        self._held: dict[str, str] = {}
        for name, value in told:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip()
            self._held[key] = f"{self._held[key]}, {text}" if key in self._held else text

    def __getitem__(self, name: str) -> str:
        return self._held[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes


def once(
    flight: Flight,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    allow: Iterable[guard.Network],
    resolve: guard.Resolver,
    most: int = MAX_ANSWER,
) -> Response:
    """Raises CallFailed; a redirect is an answer like any other (S3)."""
    parts = guard.check_url(url)
    text = _written(method, parts, headers, body)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    where = Where(parts.scheme, parts.hostname or "", port, tuple(allow), settings.OUTBOUND_CA_BUNDLE)
    if flight.left <= 0:
        raise Timeout("the deadline passed before the connection", sent=False)
    one = wire.kept(where) or _opened(where, flight, resolve)
    with wire.used(where, one, flight) as connection:
        reading = Reading(most)
        _exchanged(connection.socket, text, reading, flight)
        connection.again = reading.again
    heads = Heads(reading.heads)
    return Response(reading.status, heads, unpacked(reading.body, heads.get("content-encoding", ""), most))


def _opened(where: Where, flight: Flight, resolve: guard.Resolver) -> socket.socket:
    addresses = guard.vet(where.host, where.port, where.allow, resolve, flight.left)
    for address in addresses[:-1]:
        try:
            return wire.opened(where, address, flight)
        except Unreachable:
            continue  # a name may have an address of a family that does not work here
    if flight.left <= 0:
        raise Timeout("the deadline passed before the connection", sent=False)
    return wire.opened(where, addresses[-1], flight)


def _written(method: str, parts: SplitResult, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """The request. Raises Forbidden for a line that would not end where it does."""
    target = iri_to_uri(parts.path or "/") + (f"?{iri_to_uri(parts.query)}" if parts.query else "")
    lines = {"Host": _host(parts), "Accept-Encoding": "gzip, deflate", **headers}
    if body is not None or method not in ("GET", "HEAD"):
        lines["Content-Length"] = str(len(body or b""))
    for name, value in lines.items():
        if not _LINE.fullmatch(value):
            raise Forbidden(f"the header {name} cannot be sent")
    head = "".join(
        [f"{method} {target} HTTP/1.1\r\n", *(f"{name}: {value}\r\n" for name, value in lines.items()), "\r\n"]
    )
    return head.encode("latin-1") + (body or b"")


def _host(parts: SplitResult) -> str:
    name = parts.hostname or ""
    try:
        bare = f"[{name}]" if ":" in name else name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        raise Unreachable(f"{name} cannot be resolved") from None
    return bare if parts.port is None else f"{bare}:{parts.port}"


def _exchanged(one: socket.socket, text: bytes, reading: Reading, flight: Flight) -> None:
    """Raises CallFailed."""
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before it had heard everything
            one.sendall(text)
        while not reading.whole and not flight.fired:
            reading.take(one.recv(_CHUNK))
    except CallFailed:
        if not flight.fired:
            raise
    except TimeoutError:
        raise Timeout("no answer in time") from None
    except (OSError, HttpParserError) as error:
        if not flight.fired:
            raise Broken(f"the connection ended before the answer did ({type(error).__name__})") from None
    finally:
        reading.end()
    if flight.fired:
        raise Timeout("no answer in time")
