"""One exchange of HTTP with whoever answers at a URL: vetted, pinned, capped, within its flight (S1, S2, S6, S7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from roaming.client import guard
from roaming.client.deadlines import Flight
from roaming.client.errors import Broken, CallFailed, Forbidden, Timeout, TooLarge, Unreachable
from roaming.client.wire import connected_to

MAX_ANSWER = 8 * 1024 * 1024
_CHUNK = 65_536
_LINE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


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
    for name, value in headers.items():
        if not _LINE.fullmatch(value):
            raise Forbidden(f"the header {name} would not end where its line does")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = guard.vet(parts.hostname or "", port, allow, resolve, flight.left)
    for address in addresses[:-1]:
        try:
            return _at(address, flight, method, url, headers, body, most)
        except Unreachable:
            continue  # a name may have an address of a family that does not work here
    return _at(addresses[-1], flight, method, url, headers, body, most)


def _at(
    address: str, flight: Flight, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int
) -> Response:
    if flight.left <= 0:
        raise Timeout("the deadline passed before the connection", sent=False)
    with connected_to(address, flight) as session:
        try:
            # Prepared here: a session would add the cookies of whomever this thread spoke to before.
            asked = requests.PreparedRequest()
            asked.prepare(method, url, {**session.headers, **headers}, data=body)
            response = session.send(asked, stream=True, allow_redirects=False, timeout=flight.left, proxies={})
            with response:
                told = _read(response, flight, most)
        except CallFailed:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _failure(error, flight) from None
    if flight.fired:
        raise Timeout("no answer in time")
    return Response(response.status_code, CaseInsensitiveDict(response.headers), told)


def _read(response: requests.Response, flight: Flight, most: int) -> bytes:
    """The decoded body, piece by piece, so that neither size nor compression gets past the cap (S7)."""
    pieces, size = [], 0
    while piece := response.raw.read1(_CHUNK, decode_content=True):
        size += len(piece)
        if size > most:
            raise TooLarge(f"the answer is larger than {most} bytes")
        if flight.fired:
            raise Timeout("no answer in time")
        pieces.append(piece)
    return b"".join(pieces)


def _failure(error: Any, flight: Flight) -> CallFailed:
    if flight.fired:
        return Timeout("no answer in time")
    if isinstance(error, requests.ConnectTimeout):
        return Timeout("no connection in time", sent=False)
    if isinstance(error, requests.Timeout):
        return Timeout("no answer in time")
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, requests.exceptions.SSLError):
        return Unreachable("TLS failed")
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return Unreachable("no connection")
    return Broken(f"the connection ended before the answer did ({type(error).__name__})")
