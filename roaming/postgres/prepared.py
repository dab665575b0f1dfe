"""Statements that PostgreSQL keeps planned, one connection's: planning a rule of visibility takes it ten times as long
as following the plan.

It plans each a few times with the values that it is given, then goes by one plan if that is as good, and makes it anew
when the tables or what is known of them change. So they are those whose best plan does not depend on their values.
"""

from __future__ import annotations

from itertools import count
from typing import Final, cast

from psycopg import abc, errors
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from roaming.postgres import places

MOST: Final = 250  # each takes PostgreSQL some 50 kB
# A column of its rows is another since; somebody has discarded it.
_STALE: Final = (b"0A000", b"26000")


class Prepared:
    """Of one connection, as long as that lives."""

    def __init__(self, connection: PGconn) -> None:
        self._connection, self._numbers = connection, count(1)
        self._names: dict[str, bytes] = {}

    def execute(self, transformer: abc.Transformer, sql: str, values: places.Values, ahead: bytes = b"") -> PGresult:
        """Prepared when it is met first, also where that is in a transaction that is undone. `ahead`: what travels with
        it, before it; PostgreSQL takes several statements at once only as SQL.

        Raises OperationalError where the plan does not hold any more, as of a lost connection: whoever tries again,
        tries with a new one.
        """
        name = self._names.get(sql)
        if name is None:
            name, result = self._prepare(sql)
            if result.status != ExecStatus.COMMAND_OK:
                return result
        if ahead:
            result = self._connection.exec_(ahead + places.executed(transformer, name, sql, values))
        else:
            given = cast(list[abc.Buffer], places.beside(transformer, sql, values))  # None is taken, too
            result = self._connection.exec_prepared(name, given)
        if result.error_field(DiagnosticField.SQLSTATE) in _STALE:
            self._names.clear()  # the next time all are prepared again
            raise errors.OperationalError(result.get_error_message("utf-8"), info=result, encoding="utf-8")
        return result

    def _prepare(self, sql: str) -> tuple[bytes, PGresult]:
        if len(self._names) >= MOST:
            self._connection.exec_(b"DEALLOCATE ALL")  # Django's own cursors prepare nothing
            self._names.clear()
        name = b"hub_%d" % next(self._numbers)
        result = self._connection.prepare(name, places.numbered(sql))
        if result.status == ExecStatus.COMMAND_OK:
            self._names[sql] = name
        return name, result
