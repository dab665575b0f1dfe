"""Advisory locks of PostgreSQL: held by a session, gone with it, so a killed worker leaves none behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from roaming import postgres


class Lock(IntEnum):
    """The first half of each key; the second is an id."""

    DRAIN = 7301
    RESULT = 7302
    SWEEP = 7303
    REGISTRATION = 7304
    STILL_ALIVE = 7305
    PULL = 7306
    HANDSHAKE = 7307
    CHANGES = 7321
    WEBHOOK = 7322
    EXPORT = 7323
    STATEMENT = 7324
    BILLING = 7325
    BALANCES = 7331


@contextmanager
def held(lock: Lock, one: int = 0) -> Iterator[bool]:
    """Whether the lock was free. It spans transactions and calls to partners; nobody waits for it."""
    free = bool(postgres.fetch("SELECT pg_try_advisory_lock(%s, %s)", [lock.value, one])[0][0])
    try:
        yield free
    finally:
        if free:
            postgres.run("SELECT pg_advisory_unlock(%s, %s)", [lock.value, one])
