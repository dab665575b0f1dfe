"""The statements that every request makes, sent through libpq in one call each.

Django's cursor over psycopg costs several times what the exchange with PostgreSQL itself does: a cursor, a generator
and a poll for each statement, loaders made anew for each result. Here the values are written into the SQL as Django's
own cursor writes them (`places`), `PQexec` waits with the GIL released, and the loaders live as long as
the connection. The BEGIN of a transaction travels with its first statement. All else is Django's: the connection, its
transactions, its exceptions; where somebody watches statements (tests, wrappers), they go through its cursor.
A statement that is `kept` is one that PostgreSQL need not plan each time (`prepared`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg import Connection, abc, errors
from psycopg.adapt import AdaptersMap, Loader, Transformer
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from roaming.postgres import places
from roaming.postgres.places import Values
from roaming.postgres.prepared import Prepared

Row = tuple[Any, ...]

_IDLE, _FAILED, _GONE = TransactionStatus.IDLE, TransactionStatus.INERROR, TransactionStatus.UNKNOWN
_HELD = "what the hub holds"  # an attribute of the connection: they live and go together


def fetch(sql: str, values: Values = (), *, kept: bool = False) -> list[Row]:
    """The rows of a statement; its places are %s or %(name)s, a per cent sign is written twice."""
    database = cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS])
    if database.connection is None or not database.health_check_done:  # type: ignore[attr-defined]  # not in the stubs
        database.close_if_health_check_failed()
        database.ensure_connection()
    raw = database.connection
    status = raw.pgconn.transaction_status
    plain = status != _GONE and (database.autocommit or raw.isolation_level is None)  # psycopg would send BEGIN at most
    if not plain or database.execute_wrappers or database.force_debug_cursor:
        with database.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []
    database.validate_no_broken_transaction()
    try:
        return _exchange(raw, sql, values, kept=kept, begins=status == _IDLE and not database.autocommit)
    except errors.Error:
        with database.wrap_database_errors:
            raise


def run(sql: str, values: Values = (), *, kept: bool = False) -> None:
    """A statement whose rows nobody wants."""
    fetch(sql, values, kept=kept)


def _exchange(raw: Connection[Any], sql: str, values: Values, *, kept: bool, begins: bool) -> list[Row]:
    held: _Held | None = vars(raw).get(_HELD)
    if held is None:
        held = vars(raw)[_HELD] = _Held(Transformer(_Context(raw)), Prepared(raw.pgconn))
    if kept:
        result = held.prepared.execute(held.transformer, sql, values, b"BEGIN;" if begins else b"")
    else:
        statement = places.written(held.transformer, sql, values)
        result = raw.pgconn.exec_(b"BEGIN;" + statement if begins else statement)
    if result.status == ExecStatus.TUPLES_OK:
        held.transformer.set_pgresult(result, set_loaders=True)
        return cast(list[Row], held.transformer.load_rows(0, result.ntuples, tuple))
    if result.status != ExecStatus.COMMAND_OK:
        raise failure(result)
    return []


def failure(result: PGresult) -> errors.Error:
    """What psycopg's own cursor raises for it. Without an SQLSTATE it is libpq that speaks, for PostgreSQL is gone: who
    tells a lost connection from a bad statement (the drain, which begins its batch anew) goes by the class."""
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        return errors.OperationalError(result.get_error_message("utf-8"), info=result, encoding="utf-8")
    return errors.error_from_result(result, encoding="utf-8")


class _Moment(Loader):
    """A timestamptz of a connection whose time zone is UTC, as Django's are."""

    def load(self, data: abc.Buffer) -> datetime:
        return datetime.fromisoformat(str(data, "ascii"))


class _Held(NamedTuple):
    """What is made once for a connection."""

    transformer: abc.Transformer
    prepared: Prepared


class _Context:
    """The connection with its adapters, but for moments: Django's loader is made of regular expressions."""

    def __init__(self, raw: Connection[Any]) -> None:
        self.connection = raw
        self.adapters = AdaptersMap(raw.adapters)
        self.adapters.register_loader("timestamptz", _Moment)
