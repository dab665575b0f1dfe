"""The journal's partitions: one a day, made seven days ahead. Rows without one go to the DEFAULT partition.

A day whose rows already stand in DEFAULT cannot get a partition of its own any more; then DEFAULT keeps that day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db import DatabaseError, connection, transaction

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


def _exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (name,))
        return bool(cursor.fetchone()[0])


def _make(name: str, day: date) -> bool:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    words = (f"'{moment.isoformat()}'" for moment in (start, start + timedelta(days=1)))
    statement = "CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})".format(name, TABLE, *words)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:  # DEFAULT has rows of that day, or another process was faster
        return False
    return True
