"""Files for stations and of stations: the keys in their URLs, and their bytes piece by piece.

A URL of ours ends in `…/files/key-<43 characters>/<name>`; the key is kept as a keyed digest and masked in journals
(versions.secrets). A file is whole when its last piece is there and `seal` has said so; what was left half-brought is
swept away.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ocppbridge.models import FileChunk, FileKey, Station, StoredFile
from ocppbridge.models.file import CHUNK
from ocppbridge.versions.secrets import FILE_KEY

PATH: Final = "files"
ABANDONED_AFTER: Final = timedelta(hours=2)


def address(station: Station, expires_at: datetime, *, name: str = "", **what: Any) -> str:
    """A URL by which the station fetches `file`, or brings a `log`, until then."""
    token = FILE_KEY + secrets.token_urlsafe(32)
    FileKey.objects.create(digest=digest(token), station=station, expires_at=expires_at, **what)
    base = settings.HUB_OCPP_PUBLIC_URL.replace("ws", "http", 1).rstrip("/")
    return f"{base}/{PATH}/{token}/{quote(safe_name(name), safe='') if name else ''}"


def digest(token: str, key: bytes | None = None) -> str:
    """What is stored of a key."""
    return hmac.digest(key or settings.SERVER_KEY, b"file key\0" + token.encode(), "sha256").hex()


def found(token: str, now: datetime) -> FileKey | None:
    """The key, if it is one and its time is not up."""
    keys = (settings.SERVER_KEY, *settings.SERVER_KEY_FALLBACKS)
    rows = FileKey.objects.filter(digest__in=[digest(token, key) for key in keys], expires_at__gt=now)
    return rows.select_related("file", "log", "station").first()


def revoke(now: datetime, **whose: Any) -> None:
    """These keys open nothing any more."""
    FileKey.objects.filter(**whose, expires_at__gt=now).update(expires_at=now)


def safe_name(name: str) -> str:
    """The last part of a name without anything that a file system or a header could take amiss (S27)."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in last)
    return kept.lstrip(".")[:100] or "file"


def store(name: str, content_type: str, pieces: Iterable[bytes]) -> StoredFile:
    """Keep a whole file, of staff's."""
    with transaction.atomic():
        row = StoredFile.objects.create(name=safe_name(name), content_type=content_type[:100])
        sums = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        size = 0
        for number, piece in enumerate(_chunks(pieces)):
            append(row.pk, number, piece)
            size += len(piece)
            for one in sums:
                one.update(piece)
        seal(row, size, *(one.hexdigest() for one in sums))
    return row


def append(file_id: int, number: int, data: bytes) -> None:
    """One piece; all but the last have CHUNK bytes."""
    FileChunk.objects.create(file_id=file_id, number=number, data=data)


def seal(row: StoredFile, size: int, sha256: str, md5: str) -> None:
    """It is whole."""
    row.size, row.sha256, row.md5, row.complete = size, sha256, md5, True
    row.save(update_fields=["size", "sha256", "md5", "complete"])


def piece(file_id: int, number: int) -> bytes:
    """One piece of a whole file."""
    return bytes(FileChunk.objects.values_list("data", flat=True).get(file_id=file_id, number=number))


def pieces(file: StoredFile) -> Iterator[bytes]:
    """All of it, one after the other."""
    for number in range(-(-file.size // CHUNK)):
        yield piece(file.pk, number)


def used(key_id: int) -> None:
    """The station has fetched from it."""
    FileKey.objects.filter(pk=key_id).update(used_at=timezone.now())


def forget(file_id: int) -> None:
    """It is not kept."""
    StoredFile.objects.filter(pk=file_id).delete()


def sweep(now: datetime) -> None:
    """Files of which nothing more will come, and keys whose time is long up."""
    StoredFile.objects.filter(complete=False, created_at__lt=now - ABANDONED_AFTER).delete()
    FileKey.objects.filter(expires_at__lt=now - timedelta(days=30)).delete()


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for one in pieces:
        held += one
        while len(held) >= CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    if held:
        yield bytes(held)
