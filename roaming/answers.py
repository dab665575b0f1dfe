"""From a Reply or an exception to the HTTP response: the one place where an OCPI answer is written (ENV-*, MID-*).

Message ids are echoed on every answer, errors included (MID-03); functional modules carry the swapped routing headers,
also on errors (HUB-05). What is not an OcpiError is our own fault: 500 and 3000, and no word about the inside (S50).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse

from roaming.modules.interface import Reply
from roaming.ocpi import envelope
from roaming.ocpi.errors import OcpiError, ServerError
from roaming.ocpi.headers import MessageIds, Routing


class OcpiResponse(HttpResponse):
    """Tells when the last byte has been handed to the server."""

    left: Callable[[], None] | None = None

    def close(self) -> None:
        super().close()
        told, self.left = self.left, None
        if told is not None:
            told()


def rendered(reply: Reply, ids: MessageIds, routing: Routing, now: datetime) -> tuple[OcpiResponse, bytes]:
    body = reply.whole
    if body is None:
        body = envelope.encode(reply.data, reply.status, reply.message, now=now)
    response = _response(body, reply.http_status, ids, routing)
    for name, value in reply.headers.items():
        response.headers[name] = value
    response.left = reply.left
    return response, body


def failed(error: Exception, ids: MessageIds, routing: Routing, now: datetime) -> tuple[OcpiResponse, bytes]:
    if isinstance(error, OcpiError):
        body, status = envelope.encode_error(error, now=now), error.http_status
        headers = error.headers
    else:
        body, headers = envelope.encode_error(ServerError(), now=now), {}
        status = 500
    response = _response(body, status, ids, routing)
    for name, value in headers.items():
        response.headers[name] = value
    return response, body


def _response(body: bytes, status: int, ids: MessageIds, routing: Routing) -> OcpiResponse:
    response = OcpiResponse(body, status=status, content_type="application/json")
    for name, value in {**ids.headers(), **routing.headers()}.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Length"] = str(len(body))
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
