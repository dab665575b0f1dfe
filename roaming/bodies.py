"""Reading a request's body under WSGI: capped, and to its end when it is sent in chunks (S7, ground: chunked bodies).

A chunked body has no Content-Length; a server that ends `wsgi.input` itself lets us read it. Under any other it is 411.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from roaming.incoming import Incoming
from roaming.ocpi import json
from roaming.ocpi.errors import BadJson, ClientError, TooLarge


class LengthRequired(ClientError):
    http_status = 411
    title = "Send the body with a Content-Length"


def read_body(asked: Incoming) -> bytes:
    limit: int = settings.OCPI_BODY_LIMIT
    if "chunked" in asked.headers.get("transfer-encoding", "").lower():
        if not asked.environ.get("wsgi.input_terminated"):
            raise LengthRequired()
        body = _read(asked, limit + 1)
        if len(body) > limit:
            raise TooLarge(f"The body is larger than {limit} bytes")
        return body
    told = asked.environ.get("CONTENT_LENGTH") or ""
    length = int(told) if told.isdecimal() else 0
    if length > limit:
        raise TooLarge(f"The body is larger than {limit} bytes")
    body = _read(asked, length)
    if len(body) < length:
        raise BadJson("The body ended early")
    return body


def _read(asked: Incoming, most: int) -> bytes:
    """Up to so many bytes, or to the end."""
    stream = asked.environ["wsgi.input"]
    pieces: list[bytes] = []
    try:
        while most and (piece := stream.read(min(65_536, most))):
            pieces.append(piece)
            most -= len(piece)
    except OSError:
        raise BadJson("The body ended early") from None
    return b"".join(pieces)


class PlainJson(JSONParser):
    """Of the APIs under /api/v1/: what is nested beyond all reason, and texts that PostgreSQL cannot hold or no
    answer can repeat (NUL, half a surrogate pair), are told like what is no JSON at all (S7).
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises ParseError."""
        raw = stream.read()
        try:
            said = super().parse(BytesIO(raw), media_type, parser_context)
            json.loads(raw)
        except ClientError as error:
            raise ParseError(f"JSON parse error - {error}") from None
        except RecursionError:
            raise ParseError("JSON parse error - nested too deep") from None
        return said
