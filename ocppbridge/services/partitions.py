"""The journal's partitions: one a day, made seven days ahead. Rows without one go to the DEFAULT partition.

A day whose rows already stand in DEFAULT cannot get a partition of its own any more; then DEFAULT keeps that day.
Old days go as a whole (S49), but for a day of which something is still to be understood.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db import DatabaseError, connection, transaction

from ocppbridge.models import InboxItem, Quarantined

AHEAD: Final = 7
TABLE: Final = "ocppbridge_frame"


def ensure(today: date, ahead: int = AHEAD) -> list[str]:
    """Make what is missing from today on; the names of those made."""
    made = []
    for offset in range(ahead + 1):
        day = today + timedelta(days=offset)
        name = f"{TABLE}_{day:%Y%m%d}"
        if not _exists(name) and _make(name, day):
            made.append(name)
    return made


def forget(today: date, days: int) -> list[str]:
    """Drop what is older than so many days; the names of the partitions that went."""
    oldest = today - timedelta(days=days)
    gone = [name for name, day in _partitions() if day < oldest and not _wanted(day) and _drop(name)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {TABLE}_default f WHERE at < %s"  # noqa: S608  # a constant
            " AND NOT EXISTS (SELECT 1 FROM ocppbridge_inboxitem i WHERE i.frame_id = f.id) AND NOT EXISTS"
            " (SELECT 1 FROM ocppbridge_quarantined q WHERE q.frame_id = f.id AND q.resolved_at IS NULL)",
            (_start(oldest),),
        )
    return gone


def _partitions() -> list[tuple[str, date]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", (TABLE,))
        names = [row[0].rpartition(".")[2] for row in cursor.fetchall()]
    days = [name.removeprefix(f"{TABLE}_") for name in names]
    return [(name, date.fromisoformat(day)) for name, day in zip(names, days, strict=True) if day.isdecimal()]


def _wanted(day: date) -> bool:
    """Whether a frame of that day waits for the drain, or in quarantine for staff."""
    span = (_start(day), _start(day + timedelta(days=1)))
    return (
        InboxItem.objects.filter(frame_at__range=span).exists()
        or Quarantined.objects.filter(frame_at__range=span, resolved_at=None).exists()
    )


def _drop(name: str) -> bool:
    """Not at any price: the journal does not wait long for it, and the next day tries again."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            cursor.execute(f"DROP TABLE {name}")
    except DatabaseError:
        return False
    return True


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (name,))
        return bool(cursor.fetchone()[0])


def _make(name: str, day: date) -> bool:
    words = (f"'{moment.isoformat()}'" for moment in (_start(day), _start(day + timedelta(days=1))))
    statement = "CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})".format(name, TABLE, *words)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:  # DEFAULT has rows of that day, or another process was faster
        return False
    return True
