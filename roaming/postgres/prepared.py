"""Statements that PostgreSQL keeps planned, one connection's: planning a rule of visibility takes it ten times as long
as following the plan.

It plans each a few times with the values that it is given, then goes by one plan if that is as good, and makes it anew
when the tables or what is known of them change. So they are those whose best plan does not depend on their values.
"""

from __future__ import annotations

from itertools import count
from typing import Final

from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

from roaming.postgres import places
from roaming.postgres.failures import failure

MOST: Final = 250  # each takes PostgreSQL some 50 kB


class Prepared:
    """Of one connection, as long as that lives."""

    def __init__(self, connection: PGconn) -> None:
        self._connection, self._numbers = connection, count(1)
        self._names: dict[str, bytes] = {}

    def name(self, sql: str, *, others_wait: bool = False) -> bytes:
        """Prepared when it is met first, also where that is in a transaction that is undone. `others_wait`: to be sent,
        so that none of the names may be given up."""
        name = self._names.get(sql)
        if name is None:
            name = self._prepare(sql, others_wait)
        return name

    def forget(self) -> None:
        """All are prepared again."""
        self._names.clear()

    def _prepare(self, sql: str, others_wait: bool) -> bytes:
        if len(self._names) >= MOST and not others_wait:
            self._connection.exec_(b"DEALLOCATE ALL")  # Django's own cursors prepare nothing
            self._names.clear()
        name = b"hub_%d" % next(self._numbers)
        result = self._connection.prepare(name, places.numbered(sql))
        if result.status != ExecStatus.COMMAND_OK:
            raise failure(result)
        self._names[sql] = name
        return name
