"""Reading a request's body under WSGI: capped, and to its end when it is sent in chunks (S7, ground: chunked bodies).

Django sees nothing of a chunked body, for it has no Content-Length; a server that ends `wsgi.input` itself lets us read
it. One that does not gets 411.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from roaming.ocpi import json
from roaming.ocpi.errors import BadJson, ClientError, TooLarge


class LengthRequired(ClientError):
    http_status = 411
    title = "Send the body with a Content-Length"


def read_body(request: HttpRequest) -> bytes:
    limit: int = settings.OCPI_BODY_LIMIT
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        return _chunked(request, limit)
    if request.META.get("CONTENT_LENGTH", "").isdigit() and int(request.META["CONTENT_LENGTH"]) > limit:
        raise TooLarge(f"The body is larger than {limit} bytes")
    try:
        return request.body
    except RequestDataTooBig:
        raise TooLarge(f"The body is larger than {limit} bytes") from None
    except UnreadablePostError:
        raise BadJson("The body ended early") from None


def _chunked(request: HttpRequest, limit: int) -> bytes:
    stream = request.META.get("wsgi.input")
    if stream is None or not request.META.get("wsgi.input_terminated"):
        raise LengthRequired()
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(min(65_536, limit + 1 - size)):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise TooLarge(f"The body is larger than {limit} bytes")
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
