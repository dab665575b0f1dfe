"""The statements that every request makes, sent through libpq in one call each.

Django's cursor over psycopg costs several times what the exchange with PostgreSQL itself does: a cursor, a generator
and a poll for each statement, loaders made anew for each result. Here the values are written into the SQL as Django's
own cursor writes them (`_literal`), `PQexec` waits with the GIL released, and the loaders live as long as
the connection. The BEGIN of a transaction travels with its first statement. All else is Django's: the connection, its
transactions, its exceptions; where somebody watches statements (tests, wrappers), they go through its cursor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg import Connection, abc, errors
from psycopg.adapt import AdaptersMap, Loader, Transformer
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

Values = Sequence[Any] | dict[str, Any]
Row = tuple[Any, ...]

_PLACES = re.compile(r"%(?:%|s|\((\w+)\)s)")
_IDLE, _FAILED, _GONE = TransactionStatus.IDLE, TransactionStatus.INERROR, TransactionStatus.UNKNOWN
_HELD = "the hub's transformer"  # an attribute of the connection: they live and go together


def fetch(sql: str, values: Values = ()) -> list[Row]:
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
        return _exchange(raw, sql, values, begins=status == _IDLE and not database.autocommit)
    except errors.Error:
        with database.wrap_database_errors:
            raise


def run(sql: str, values: Values = ()) -> None:
    """A statement whose rows nobody wants."""
    fetch(sql, values)


def _exchange(raw: Connection[Any], sql: str, values: Values, *, begins: bool) -> list[Row]:
    transformer: abc.Transformer | None = vars(raw).get(_HELD)
    if transformer is None:
        transformer = vars(raw)[_HELD] = Transformer(_Context(raw))
    statement = _written(transformer, sql, values)
    if begins:
        statement = b"BEGIN;" + statement
    result = raw.pgconn.exec_(statement)
    if result.status == ExecStatus.TUPLES_OK:
        transformer.set_pgresult(result, set_loaders=True)
        return cast(list[Row], transformer.load_rows(0, result.ntuples, tuple))
    if result.status != ExecStatus.COMMAND_OK:
        raise failure(result)
    return []


def failure(result: PGresult) -> errors.Error:
    """What psycopg's own cursor raises for it. Without an SQLSTATE it is libpq that speaks, for PostgreSQL is gone: who
    tells a lost connection from a bad statement (the drain, which begins its batch anew) goes by the class."""
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        return errors.OperationalError(result.get_error_message("utf-8"), info=result, encoding="utf-8")
    return errors.error_from_result(result, encoding="utf-8")


def _written(transformer: abc.Transformer, sql: str, values: Values) -> bytes:
    pieces, names = _cut(sql)
    chosen = [values[name] for name in names] if isinstance(values, dict) else values
    if len(chosen) != len(names):
        raise ValueError(f"{len(names)} places and {len(chosen)} values")
    parts = [pieces[0]]
    for value, piece in zip(chosen, pieces[1:], strict=True):
        parts.append(_literal(transformer, value))
        parts.append(piece)
    return b"".join(parts)


def _literal(transformer: abc.Transformer, value: Any) -> bytes:
    """As psycopg writes it; what nearly all values are in one step."""
    kind = type(value)
    if kind is str and "\\" not in value and "\0" not in value:
        return b"'%b'" % value.replace("'", "''").encode()
    if kind is int and value >= 0:
        return b"%d" % value
    if kind is datetime and value.tzinfo is not None:
        return b"'%b'::timestamptz" % str(value).encode()
    return b"NULL" if value is None else transformer.as_literal(value)


@lru_cache(maxsize=512)
def _cut(sql: str) -> tuple[list[bytes], list[str]]:
    """The SQL between its places, and their names ("" where they have none)."""
    pieces, names, begin = [""], list[str](), 0
    for place in _PLACES.finditer(sql):
        pieces[-1] += sql[begin : place.start()]
        begin = place.end()
        if place[0] == "%%":
            pieces[-1] += "%"
        else:
            names.append(place[1] or "")
            pieces.append("")
    pieces[-1] += sql[begin:]
    return [piece.encode() for piece in pieces], names


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
