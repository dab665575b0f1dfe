"""Files of stations over plain HTTP on the stations' own port: `/files/key-…/<name>`, fetched by GET, brought by PUT or
POST (L01, N01).

Here and not among the WSGI views, for stations are slow and many: a transfer costs a task, not a thread, and a body in
chunks comes in like any other. The loop touches no database; each piece is one short job in a few threads of its own.
Whoever has no valid key gets the same 404, whatever he asks for. A file is bounded by its key, in bytes and in time.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from django.db import connection

from ocppbridge.models import FileKey, StoredFile
from ocppbridge.models.file import CHUNK
from ocppbridge.services import files, logs
from ocppbridge.transport.multipart import FirstFile, NotMultipart
from ocppbridge.versions.secrets import FILE_KEY

log = logging.getLogger(__name__)

PATH: Final = re.compile(rf"(?s).*/{files.PATH}/({re.escape(FILE_KEY)}[A-Za-z0-9_-]{{20,100}})(?:/(.*))?$")
RANGE: Final = re.compile(r"bytes=(\d{1,15})?-(\d{1,15})?$")
IDLE: Final = 60.0  # seconds without a byte
LONGEST: Final = 4 * 3600.0  # seconds for a whole transfer
MOST: Final = 200  # transfers of one process at a time

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Any], Awaitable[None]]
R = TypeVar("R")


class Refusal(Exception):
    """An answer that is not a file."""

    def __init__(self, status: int, text: str = "", **headers: str) -> None:
        self.status, self.text, self.headers = status, text, headers


_threads = ThreadPoolExecutor(4, thread_name_prefix="files")
_under_way = 0


async def serve(scope: Scope, receive: Receive, send: Send) -> None:
    """One request."""
    global _under_way
    try:
        if _under_way >= MOST:
            raise Refusal(503, "Busy", **{"retry-after": "60"})
        _under_way += 1
        try:
            async with asyncio.timeout(LONGEST):
                await _transfer(scope, receive, send)
        finally:
            _under_way -= 1
    except Refusal as refusal:
        await _answer(send, refusal.status, refusal.text, **refusal.headers)
    except (TimeoutError, ConnectionError):
        log.warning("a transfer of a file came to nothing: too slow, or cut off")


def matches(path: str) -> bool:
    """Whether the path is one of ours."""
    return PATH.match(path) is not None


async def _transfer(scope: Scope, receive: Receive, send: Send) -> None:
    found = PATH.match(scope["path"])
    key = await _run(files.found, found[1], datetime.now(UTC)) if found else None
    if key is None or found is None:
        raise Refusal(404)
    if key.file is not None:
        if scope["method"] not in ("GET", "HEAD"):
            raise Refusal(405, allow="GET, HEAD")
        await _give(key, key.file, scope, send)
    elif scope["method"] in ("PUT", "POST") and key.used_at is None:
        name = unquote(found[2] or "").strip("/")
        await _Upload(key, _headers(scope), name, receive).take(send)
    else:
        raise Refusal(405, allow="PUT, POST")


# Fetching


async def _give(key: FileKey, file: StoredFile, scope: Scope, send: Send) -> None:
    first, last, partial = _range(_headers(scope), file)
    headers = {
        "content-type": "application/octet-stream",
        "content-disposition": f'attachment; filename="{files.safe_name(file.name)}"',
        "accept-ranges": "bytes",
        "etag": f'"{file.sha256}"',
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-length": str(last - first),
    }
    if partial:
        headers["content-range"] = f"bytes {first}-{last - 1}/{file.size}"
    await _run(files.used, key.pk)
    await _start(send, 206 if partial else 200, headers)
    if scope["method"] == "GET":
        for number in range(first // CHUNK, -(-last // CHUNK)):
            data = await _run(files.piece, file.pk, number)
            start = number * CHUNK
            body = data[max(first - start, 0) : last - start]
            async with asyncio.timeout(IDLE):
                await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _range(headers: dict[str, str], file: StoredFile) -> tuple[int, int, bool]:
    """From, up to, and whether it is a part: one range, for stations that go on where they were cut off."""
    asked = RANGE.match(headers.get("range", ""))
    if asked is None or headers.get("if-range", f'"{file.sha256}"') != f'"{file.sha256}"' or not any(asked.groups()):
        return 0, file.size, False
    if asked[1] is None:
        first, last = max(file.size - int(asked[2]), 0), file.size
    else:
        first, last = int(asked[1]), min(int(asked[2] or file.size) + 1, file.size)
    if first >= last:
        raise Refusal(416, **{"content-range": f"bytes */{file.size}"})
    return first, last, True


# Bringing


class _Upload:
    """A file on its way in; nothing of it counts before it is whole."""

    def __init__(self, key: FileKey, headers: dict[str, str], name: str, receive: Receive) -> None:
        self.key, self.name, self._receive = key, name, receive
        self.content_type = headers.get("content-type", "")
        self._length = headers.get("content-length", "")
        self._part: FirstFile | None = None
        if self.content_type.lower().startswith("multipart/"):
            try:
                self._part = FirstFile(self.content_type)
            except NotMultipart as problem:
                raise Refusal(400, str(problem)) from None
        self._held = bytearray()
        self._size = self._number = 0
        self._sums = hashlib.sha256(), hashlib.md5(usedforsecurity=False)

    async def take(self, send: Send) -> None:
        """Answer when it is kept."""
        if self._length.isdigit() and int(self._length) > self.key.limit + (8192 if self._part else 0):
            raise Refusal(413, f"At most {self.key.limit} bytes")
        row = await _run(_new_file, self.name)
        try:
            while await self._more(row):
                pass
            await self._flush(row, 1)
            if not self._size or (self._part is not None and not self._part.over):
                raise Refusal(400, "Nothing came" if not self._size else "The body ended early")
            if not await _run(self._keep, row):
                raise Refusal(409, "Another file has come")
        except BaseException:
            await asyncio.shield(_run(files.forget, row.pk))
            raise
        await _answer(send, 201)

    async def _more(self, row: StoredFile) -> bool:
        async with asyncio.timeout(IDLE):
            event = await self._receive()
        if event["type"] == "http.disconnect":
            raise ConnectionError
        data = event.get("body", b"")
        if self._part is not None:
            try:
                data = self._part.feed(data)
            except NotMultipart as problem:
                raise Refusal(400, str(problem)) from None
        self._held += data
        self._size += len(data)
        if self._size > self.key.limit:
            raise Refusal(413, f"At most {self.key.limit} bytes", connection="close")
        await self._flush(row, CHUNK)
        return bool(event.get("more_body", False))

    async def _flush(self, row: StoredFile, least: int) -> None:
        while len(self._held) >= least:
            piece = bytes(self._held[:CHUNK])
            del self._held[:CHUNK]
            await _run(self._store, row.pk, self._number, piece)
            self._number += 1

    def _store(self, file_id: int, number: int, piece: bytes) -> None:
        for one in self._sums:
            one.update(piece)
        files.append(file_id, number, piece)

    def _keep(self, row: StoredFile) -> bool:
        row.name = files.safe_name(self.name or (self._part.name if self._part else "") or f"log-{self.key.log_id}")
        row.content_type = self.content_type[:100]
        row.save(update_fields=["name", "content_type"])
        files.seal(row, self._size, *(one.hexdigest() for one in self._sums))
        return logs.brought(self.key.pk, row, datetime.now(UTC))


def _new_file(name: str) -> StoredFile:
    return StoredFile.objects.create(name=files.safe_name(name))


# The wire


async def _run(work: Callable[..., R], *words: Any) -> R:
    return await asyncio.get_running_loop().run_in_executor(_threads, _with_connection, work, *words)


def _with_connection(work: Callable[..., R], *words: Any) -> R:
    try:
        return work(*words)
    finally:
        connection.close()  # back to the pool


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def _start(send: Send, status: int, headers: dict[str, str]) -> None:
    said = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": said})


async def _answer(send: Send, status: int, text: str = "", **headers: str) -> None:
    body = f"{text}\n".encode() if text else b""
    await _start(send, status, {"content-type": "text/plain", "content-length": str(len(body)), **headers})
    await send({"type": "http.response.body", "body": body})
