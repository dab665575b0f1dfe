"""A connection of psycopg's as libpq has it, as long as it lives: what is prepared on it, and what waits to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from psycopg import Connection, abc, errors
from psycopg.adapt import AdaptersMap, Loader, Transformer
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from roaming.postgres import pipelines, places
from roaming.postgres.failures import failure
from roaming.postgres.pipelines import Statement
from roaming.postgres.places import Values
from roaming.postgres.prepared import Prepared

Row = tuple[Any, ...]

_BEGIN: Final[Statement] = (b"BEGIN", None)
_COMMIT: Final[Statement] = (b"COMMIT", None)
_STALE: Final = (b"0A000", b"26000")  # a column of its rows is another since; somebody has discarded it
_HELD: Final = "what the hub holds"  # an attribute of the connection: they live and go together


class Wire:
    def __init__(self, raw: Connection[Any]) -> None:
        self._connection = raw.pgconn
        self._transformer = Transformer(_Context(raw))
        self._prepared = Prepared(raw.pgconn)
        self._waiting = list[tuple[Statement, Answer | None]]()

    def fetch(self, sql: str, values: Values, *, kept: bool, begins: bool) -> list[Row]:
        """`begins`: a transaction with this statement, unless something of it waits already."""
        if begins or self._waiting:
            answer = self.later(sql, values, kept=kept, begins=begins)
            self.send()
            return answer.rows
        if kept:
            given = cast(list[abc.Buffer], places.beside(self._transformer, sql, values))  # None is taken, too
            result = self._connection.exec_prepared(self._prepared.name(sql), given)
        else:
            result = self._connection.exec_(places.written(self._transformer, sql, values))
        return self._rows(result)

    def later(self, sql: str, values: Values, *, kept: bool, begins: bool) -> Answer:
        statement: Statement
        if kept:
            name = self._prepared.name(sql, others_wait=bool(self._waiting))
            statement = name, places.beside(self._transformer, sql, values)
        else:
            statement = places.written(self._transformer, sql, values), None
        if begins and not self._waiting:
            self._waiting.append((_BEGIN, None))
        answer = Answer()
        self._waiting.append((statement, answer))
        return answer

    def send(self, *, commit: bool = False) -> None:
        """What waits; then COMMIT."""
        waiting, self._waiting = self._waiting, []
        if commit and not waiting:
            self._rows(self._connection.exec_(b"COMMIT"))
        elif waiting:
            sent = [*waiting, (_COMMIT, None)] if commit else waiting
            results = pipelines.exchange(self._connection, [statement for statement, _ in sent])
            for (_, answer), result in zip(sent, results, strict=False):
                rows = self._rows(result)
                if answer is not None:
                    answer.come(rows)
            if len(results) < len(sent):
                raise errors.OperationalError("PostgreSQL went away")

    def forget(self) -> None:
        """What waits is never sent: its transaction, or what was done since its last savepoint, is undone."""
        self._waiting.clear()

    @property
    def in_transaction(self) -> bool:
        return bool(self._waiting) or self._connection.transaction_status == TransactionStatus.INTRANS

    def _rows(self, result: PGresult) -> list[Row]:
        if result.status == ExecStatus.TUPLES_OK:
            self._transformer.set_pgresult(result, set_loaders=True)
            return cast(list[Row], self._transformer.load_rows(0, result.ntuples, tuple))
        if result.status == ExecStatus.COMMAND_OK:
            return []
        if result.error_field(DiagnosticField.SQLSTATE) in _STALE:  # as where the connection is lost: who tries again
            self._prepared.forget()  # tries with plans that are made anew
            raise errors.OperationalError(result.get_error_message("utf-8"), info=result, encoding="utf-8")
        raise failure(result)


class Answer:
    """To a statement that may be sent later."""

    def __init__(self, rows: list[Row] | None = None) -> None:
        self._rows = rows

    def come(self, rows: list[Row]) -> None:
        self._rows = rows

    @property
    def here(self) -> bool:
        return self._rows is not None

    @property
    def rows(self) -> list[Row]:
        """Raises LookupError before it was sent."""
        if self._rows is None:
            raise LookupError("the statement has not been sent")
        return self._rows


def wire(raw: Connection[Any]) -> Wire:
    """The connection's own."""
    held: Wire | None = vars(raw).get(_HELD)
    if held is None:
        held = vars(raw)[_HELD] = Wire(raw)
    return held


class _Moment(Loader):
    """A timestamptz of a connection whose time zone is UTC, as Django's are."""

    def load(self, data: abc.Buffer) -> datetime:
        return datetime.fromisoformat(str(data, "ascii"))


class _Context:
    """The connection with its adapters, but for moments: Django's loader is made of regular expressions."""

    def __init__(self, raw: Connection[Any]) -> None:
        self.connection = raw
        self.adapters = AdaptersMap(raw.adapters)
        self.adapters.register_loader("timestamptz", _Moment)
