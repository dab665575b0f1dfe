"""Advisory locks of PostgreSQL that span transactions: held by a session and gone with it, killed workers too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from django.db import connection


class Lock(IntEnum):
    """Keys; 0x7D to 0x7F with a second key are those of shards and stations."""

    SWEEP = 0x7C00


@contextmanager
def held(lock: Lock) -> Iterator[bool]:
    """Whether the lock was free; nobody waits for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (lock.value,))
        free = bool(cursor.fetchone()[0])
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", (lock.value,))
