"""Errands by HTTP, in a thread: a file is fetched whole, or brought, perhaps in chunks."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from ocppbridge.simulator.upkeep import Errand

SECONDS = 30
PIECE = 64 * 1024


def carry_out(errand: Errand, tls: ssl.SSLContext | None) -> tuple[bool, bytes]:
    """Whether it went well, and what was fetched."""
    parts = urlsplit(errand.url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.netloc, timeout=SECONDS, context=tls)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        if errand.body is None:
            connection.request("GET", path)
        else:
            body = _pieces(errand.body) if errand.chunked else errand.body
            connection.request("PUT", path, body, encode_chunked=errand.chunked, headers=_heads(errand))
        answer = connection.getresponse()
        return answer.status in (200, 201, 204), answer.read()
    except (OSError, http.client.HTTPException):
        return False, b""
    finally:
        connection.close()


def _heads(errand: Errand) -> dict[str, str]:
    return {"Content-Type": "text/plain", **({"Transfer-Encoding": "chunked"} if errand.chunked else {})}


def _pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), PIECE):
        yield body[start : start + PIECE]
