"""The journal of HTTP: one row for each exchange, in and out. Heads always; bodies of writes and errors up to 64 kB, of
lists only digest and size; secrets never (S18): credentials tokens and the keys of callback URLs are masked.

What the hub asks others while it answers somebody is written with that (`together`): one statement, one COMMIT.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from roaming import postgres
from roaming.models import Exchange
from roaming.ocpi.headers import MessageIds, Routing

if TYPE_CHECKING:
    from roaming.client import Answer, Call

KEPT = 64 * 1024

_TOKEN = re.compile(r'("token"\s*:\s*)"(?:[^"\\]|\\.)*"')
_CALLBACK = re.compile(r"(/sender/(?:commands|chargingprofiles)/[^/\s\"?]+/)[^/\s\"?]+")
_CODE = re.compile(rb'"status_code"\s*:\s*"?(\d{4})')

_here = threading.local()  # `waiting`: the rows of this thread's request, and which of them wait for the disk


@dataclass
class Inbound:
    """What is known of a request from outside; filled in as the view learns it."""

    method: str
    url: str
    ids: MessageIds
    routing: Routing = Routing()  # noqa: RUF009  # frozen
    platform: int | None = None
    module: str = ""
    decision: str = ""
    answered: Routing = Routing()  # noqa: RUF009  # routing headers of the answer
    request_body: bytes = b""
    only_http_200: bool = False  # how this platform wants to be answered


@contextmanager
def together() -> Iterator[None]:
    """Within it this thread's rows wait for that of the request that it answers, which is noted last."""
    _here.waiting = []
    try:
        yield
    finally:
        rows = _here.waiting
        del _here.waiting
        if rows:
            _write(rows)


def received(
    exchange: Inbound, *, http_status: int, body: bytes, listed: int | None, seconds: float, error: str = ""
) -> None:
    """`listed`: the number of objects where the answer is a list."""
    _note(
        lasting=exchange.method != "GET",
        at=datetime.now(UTC),
        direction=Exchange.Direction.IN.value,
        platform_id=exchange.platform,
        method=exchange.method[:7],
        url=_CALLBACK.sub(r"\1…", exchange.url)[:2000],
        module=exchange.module,
        routing=exchange.decision[:40],
        http_status=http_status,
        ocpi_status=_ocpi_status(body),
        error=error,
        duration_ms=round(seconds * 1000),
        request_body=_kept(exchange.request_body, exchange.module),
        response_body=_summary(body, listed) if listed is not None else _kept(body, exchange.module),
        **_heads(exchange.ids, exchange.routing),
    )


def sent(platform: int | None, request: Call, *, answer: Answer | None = None, error: str = "", seconds: float) -> None:
    reading = request.method == "GET" and answer is not None and answer.status < 400
    _note(
        lasting=request.method != "GET",
        at=datetime.now(UTC),
        direction=Exchange.Direction.OUT.value,
        platform_id=platform,
        method=request.method,
        url=_CALLBACK.sub(r"\1…", request.url)[:2000],
        module=request.module,
        routing=request.reason[:40],
        http_status=answer.status if answer else None,
        ocpi_status=_ocpi_status(answer.body) if answer else None,
        error=error,
        duration_ms=round(seconds * 1000),
        request_body=_kept(request.body or b"", request.module),
        response_body=""
        if answer is None
        else _summary(answer.body, None)
        if reading
        else _kept(answer.body, request.module),
        **_heads(request.ids, request.routing),
    )


def _note(*, lasting: bool, **values: Any) -> None:
    rows = getattr(_here, "waiting", None)
    if rows is None:
        _write([(lasting, values)])
    else:
        rows.append((lasting, values))


def _write(rows: Sequence[tuple[bool, dict[str, Any]]]) -> None:
    """Much more is read than changes, and the row of a GET does not wait for the disk (it is there for everybody at
    once, and outlives our processes; only a crash of PostgreSQL's machine could take it)."""
    columns = tuple(rows[0][1])
    sql = _sql(columns, len(rows), any(lasting for lasting, _ in rows))
    values = [row[column] for _, row in rows for column in columns]
    postgres.run(sql, values, kept=len(rows) == 1)  # what a request asks of others are as many as they are


@cache
def _sql(columns: tuple[str, ...], count: int, lasting: bool) -> str:
    row = f"({', '.join(['%s'] * len(columns))})"
    insert = f"INSERT INTO {Exchange._meta.db_table} ({', '.join(columns)}) VALUES {', '.join([row] * count)}"  # noqa: S608  # our own names
    return insert if lasting else f"{insert} RETURNING set_config('synchronous_commit', 'off', true)"


def _heads(ids: MessageIds, routing: Routing) -> dict[str, Any]:
    return {
        "request_id": ids.request_id[:64],
        "correlation_id": ids.correlation_id[:64],
        "from_party": str(routing.sender or ""),
        "to_party": str(routing.to or ""),
    }


def _kept(body: bytes, module: str) -> str:
    text = body[:KEPT].decode("utf-8", "replace").replace("\0", "�")
    if len(body) > KEPT:
        text += f"… ({len(body)} bytes)"
    if module in ("credentials", ""):
        text = _TOKEN.sub(r'\1"…"', text)
    return _CALLBACK.sub(r"\1…", text)


def _summary(body: bytes, listed: int | None) -> str:
    count = "" if listed is None else f"{listed} objects, "
    return f"{count}{len(body)} bytes, SHA-256 {hashlib.sha256(body).hexdigest()}"


def _ocpi_status(body: bytes) -> int | None:
    """From one of the ends: an envelope may have a list of megabytes between."""
    found = _CODE.search(body[-400:]) or _CODE.search(body[:4000])
    return int(found[1]) if found else None
