"""The lock of a shard: whoever holds it, until the end of the database transaction, is alone at its stations' inbox.

The drain takes it if it is free; staff who change what the drain folds wait for it.
"""

from __future__ import annotations

from typing import Final

from roaming import postgres

_LOCK: Final = 0x7D  # first key of the advisory locks of shards


def taken(shard: int) -> bool:
    """Take it, unless somebody has it."""
    return bool(postgres.fetch("SELECT pg_try_advisory_xact_lock(%s, %s)", (_LOCK, shard))[0][0])


def wait_for(shard: int) -> None:
    """Take it when it is free."""
    postgres.run("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCK, shard))
