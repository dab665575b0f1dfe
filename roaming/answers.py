"""From a Reply or an exception to the HTTP answer: the one place where an OCPI answer is written (ENV-*, MID-*).

Message ids are echoed on every answer, errors included (MID-03); functional modules carry the swapped routing headers,
also on errors (HUB-05). What is not an OcpiError is our own fault: 500 and 3000, and no word about the inside (S50).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from roaming.modules.interface import Reply
from roaming.ocpi import envelope
from roaming.ocpi.errors import OcpiError, ServerError
from roaming.ocpi.headers import MessageIds, Routing

_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


@dataclass(slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    left: Callable[[], None] | None = None  # to be called once the last byte has been handed to the server


def rendered(reply: Reply, ids: MessageIds, routing: Routing, now: datetime) -> Answer:
    body = reply.whole
    if body is None:
        body = envelope.encode(reply.data, reply.status, reply.message, now=now)
    return _answer(body, reply.http_status, ids, routing, reply.headers, reply.left)


def failed(error: Exception, ids: MessageIds, routing: Routing, now: datetime) -> Answer:
    if not isinstance(error, OcpiError):
        return _answer(envelope.encode_error(ServerError(), now=now), 500, ids, routing, {})
    return _answer(envelope.encode_error(error, now=now), error.http_status, ids, routing, error.headers)


def _answer(
    body: bytes, status: int, ids: MessageIds, routing: Routing, more: Mapping[str, str],
    left: Callable[[], None] | None = None,
) -> Answer:  # fmt: skip
    """Raises ValueError for a header that would not end where its line does: some are what a receiver answered."""
    for name, value in more.items():
        if not _VALUE.fullmatch(value):
            raise ValueError(f"the header {name} cannot be sent")
    headers = {
        "Content-Type": "application/json", **ids.headers(), **routing.headers(), **more, "Cache-Control": "no-store",
        "Content-Length": str(len(body)), "X-Content-Type-Options": "nosniff", "Server": "hub",
    }  # fmt: skip
    return Answer(status, headers, body, left)
