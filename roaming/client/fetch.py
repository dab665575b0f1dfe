"""A request to somebody who is no partner and gets no token: an OCSP responder, a register of VAT numbers (S41).

Where it goes may be a station's or a certificate's word, so it is guarded like any other call; nothing is followed.
"""

from __future__ import annotations

from django.conf import settings

from roaming.client import guard
from roaming.client.deadlines import watch
from roaming.client.exchange import Response, once

MOST = 1024 * 1024
SECONDS = 4.0  # a station waits for what comes of it


def fetch(
    url: str,
    *,
    body: bytes | None = None,
    content_type: str = "",
    accept: str = "*/*",
    seconds: float = SECONDS,
    most: int = MOST,
    resolve: guard.Resolver = guard.resolve,
) -> Response:
    """GET, or POST where there is a body. Raises CallFailed; `resolve` is there for tests."""
    headers = {"Accept": accept, "User-Agent": "ocpi-roaming-hub"}
    if body is not None:
        headers["Content-Type"] = content_type
    method = "GET" if body is None else "POST"
    with watch.flight(seconds) as flight:
        return once(flight, method, url, headers, body, settings.OUTBOUND_ALLOW, resolve, most)
