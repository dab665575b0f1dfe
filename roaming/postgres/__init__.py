"""The statements that every request makes, sent through libpq in one call each.

Django's cursor over psycopg costs several times what the exchange with PostgreSQL itself does: a cursor, a generator
and a poll for each statement, loaders made anew for each result. Here the values are written into the SQL as Django's
own cursor writes them (`places`), libpq waits with the GIL released, and the loaders live as long as the connection
(`wire`). A statement that is `kept` is one that PostgreSQL need not plan each time (`prepared`). What is run `later`
waits for the next statement of its transaction, COMMIT at the latest, and travels with it, as its BEGIN does
(`pipelines`). All else is Django's: the connection, its transactions, its exceptions; where somebody watches statements
(tests, wrappers), they go through its cursor.
"""

from __future__ import annotations

from typing import cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg.pq import TransactionStatus

from roaming.postgres.places import Values
from roaming.postgres.wire import Answer, Row, wire

__all__ = ["Answer", "Row", "Values", "fetch", "later", "rows_of", "run"]


def fetch(sql: str, values: Values = (), *, kept: bool = False) -> list[Row]:
    """The rows of a statement; its places are %s or %(name)s, a per cent sign is written twice."""
    database = _ready()
    if _watched(database):
        return _through_cursor(database, sql, values)
    begins = _begins(database)
    with database.wrap_database_errors:
        return wire(database.connection).fetch(sql, values, kept=kept, begins=begins)


def run(sql: str, values: Values = (), *, kept: bool = False) -> None:
    """A statement whose rows nobody wants, sent now."""
    fetch(sql, values, kept=kept)


def later(sql: str, values: Values = (), *, kept: bool = True) -> Answer:
    """A statement that may wait for the next one of its transaction. What it fails with, that one fails with.

    Outside of a transaction there is nothing to wait for.
    """
    database = _ready()
    if database.autocommit or _watched(database):
        return Answer(fetch(sql, values, kept=kept))
    begins = _begins(database)
    with database.wrap_database_errors:
        return wire(database.connection).later(sql, values, kept=kept, begins=begins)


def rows_of(answer: Answer) -> list[Row]:
    """What came of it; it is sent now if it still waits."""
    if not answer.here:
        database = _ready()
        with database.wrap_database_errors:
            wire(database.connection).send()
    return answer.rows


def _ready() -> DatabaseWrapper:
    """Django's connection, as its cursor would find it."""
    database = cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS])
    if database.connection is None or not database.health_check_done:  # type: ignore[attr-defined]  # not in the stubs
        database.close_if_health_check_failed()
        database.ensure_connection()
    return database


def _watched(database: DatabaseWrapper) -> bool:
    """By somebody; or it is not ours to send: psycopg would say more than BEGIN before it."""
    if database.execute_wrappers or database.force_debug_cursor:
        return True
    raw = database.connection
    plain = database.autocommit or raw.isolation_level is None
    return not plain or raw.pgconn.transaction_status == TransactionStatus.UNKNOWN


def _begins(database: DatabaseWrapper) -> bool:
    database.validate_no_broken_transaction()
    return not database.autocommit and database.connection.pgconn.transaction_status == TransactionStatus.IDLE


def _through_cursor(database: DatabaseWrapper, sql: str, values: Values) -> list[Row]:
    with database.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []
