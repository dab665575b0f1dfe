"""Statements that wait for the next one of their transaction, COMMIT at the latest: one exchange for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import DataError, InterfaceError, OperationalError, connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext
from psycopg.pq import TransactionStatus

from roaming import postgres
from roaming.postgres import prepared

pytestmark = pytest.mark.django_db(transaction=True)

INSERT = "INSERT INTO django_session VALUES (%s, %s, now())"
FAILS = "UPDATE django_session SET session_data = (1 / %s::int)::text"


def keys() -> list[str]:
    return [row[0] for row in postgres.fetch("SELECT session_key FROM django_session ORDER BY 1")]


@pytest.fixture
def exchanges(tmp_path: Path) -> Iterator[Callable[[], int]]:
    """How often PostgreSQL has been ready for the next since this was asked last, as libpq traces it."""
    connection.ensure_connection()
    traced = connection.connection.pgconn
    with (tmp_path / "trace").open("w+b") as file:

        def since() -> int:
            file.seek(0)
            found = file.read().count(b"\tReadyForQuery\t")
            file.seek(0)
            file.truncate()
            return found

        traced.trace(file.fileno())
        yield since
        traced.untrace()


@contextmanager
def undone() -> Iterator[None]:
    with suppress(ZeroDivisionError), transaction.atomic():
        yield
        raise ZeroDivisionError


@pytest.mark.parametrize("kept", [False, True])
def test_they_travel_with_the_next_statement_and_with_commit(kept: bool, exchanges: Callable[[], int]) -> None:
    counted = "SELECT count(*) FROM django_session"
    for turn in range(2):  # in the second nothing has to be prepared
        exchanges()
        with transaction.atomic():
            postgres.later(INSERT, [f"{turn} one", "'"], kept=kept)
            postgres.later(INSERT, [f"{turn} two", "%s"], kept=kept)
            assert postgres.fetch(counted, kept=kept) == [(3 * turn + 2,)]
            postgres.later(INSERT, [f"{turn} x", "\\"], kept=kept)
    assert exchanges() == 2
    assert keys() == ["0 one", "0 two", "0 x", "1 one", "1 two", "1 x"]
    assert {row.session_data for row in Session.objects.all()} == {"'", "%s", "\\"}


def test_django_s_own_statements_come_after_it() -> None:
    with transaction.atomic():
        postgres.later(INSERT, ["one", ""])
        assert Session.objects.get().session_key == "one"


def test_a_transaction_of_nothing_else_is_one_exchange(exchanges: Callable[[], int]) -> None:
    for key in ("one", "two"):
        exchanges()
        with transaction.atomic():
            postgres.later(INSERT, [key, ""])
    assert exchanges() == 1
    assert connection.connection.pgconn.transaction_status == TransactionStatus.IDLE
    assert keys() == ["one", "two"]


def test_what_came_of_it_is_known_when_somebody_asks() -> None:
    with transaction.atomic():
        first = postgres.later(f"{INSERT} RETURNING session_key", ["one", ""])
        second = postgres.later("UPDATE django_session SET session_data = 'x' WHERE session_key = %s", ["none"])
        assert not first.here
        assert postgres.rows_of(first) == [("one",)] and postgres.rows_of(second) == []
        assert postgres.rows_of(first) == [("one",)]


def test_what_is_undone_takes_away_what_waits() -> None:
    with transaction.atomic():
        postgres.later(INSERT, ["outer", ""])
        with undone():
            never = postgres.later(INSERT, ["inner", ""])
        postgres.later(INSERT, ["after", ""])
    with undone():
        postgres.later(INSERT, ["never", ""])
    with transaction.atomic():
        assert keys() == ["after", "outer"]
        with pytest.raises(LookupError):
            postgres.rows_of(never)


def test_outside_of_a_transaction_and_while_somebody_watches_it_is_sent_at_once() -> None:
    assert postgres.later(f"{INSERT} RETURNING session_key", ["one", ""]).rows == [("one",)]
    with transaction.atomic(), CaptureQueriesContext(connection) as said:
        assert postgres.later(INSERT, ["two", ""]).here
        assert "two" in said.captured_queries[-1]["sql"]
    assert keys() == ["one", "two"]


def failing(*following: str) -> None:
    with transaction.atomic():
        postgres.run("UPDATE django_session SET session_data = 'changed'")
        postgres.later(FAILS, [0])
        for statement in following:
            postgres.run(statement)


@pytest.mark.parametrize("following", [(), ("SELECT 1",)])
def test_what_it_fails_with_is_the_failure_of_what_it_travels_with(following: tuple[str, ...]) -> None:
    postgres.run(INSERT, ["one", ""])
    with pytest.raises(DataError):
        failing(*following)
    assert Session.objects.get().session_data == ""


def test_what_fails_within_a_savepoint_is_undone_to_it() -> None:
    postgres.run(INSERT, ["one", ""])
    with transaction.atomic():
        postgres.later(INSERT, ["two", ""])
        with suppress(DataError), transaction.atomic():
            postgres.later(FAILS, [0])
        postgres.later(INSERT, ["three", ""])
    assert keys() == ["one", "three", "two"]


def test_a_connection_that_somebody_else_gets_has_nothing_waiting() -> None:
    with suppress(DatabaseError, InterfaceError), transaction.atomic():
        postgres.later(INSERT, ["never", ""])
        connection.close()
    with transaction.atomic():
        postgres.run("SELECT 1")
    assert keys() == []


def test_a_connection_that_is_lost_fails_as_such_and_the_next_one_works() -> None:
    connection.set_autocommit(False)
    postgres.later(INSERT, ["never", ""])
    postgres.later("SELECT pg_terminate_backend(pg_backend_pid())")
    postgres.later(INSERT, ["never", ""])
    with pytest.raises(OperationalError):
        connection.commit()
    connection.close()
    with transaction.atomic():
        postgres.later(INSERT, ["one", ""])
    assert keys() == ["one"]


def test_more_than_fits_into_the_socket_arrives() -> None:
    big = "x" * 3_000_000
    with transaction.atomic():
        for number in range(4):
            postgres.later(INSERT, [f"{number}", big])
        ((back,),) = postgres.fetch("SELECT string_agg(session_data, '') FROM django_session", kept=True)
    assert len(back) == 4 * len(big)


def test_names_that_wait_are_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST", 3)
    with transaction.atomic():
        answers = [postgres.later(f"SELECT {number}, %s", ["x"]) for number in range(8)]
        assert postgres.rows_of(answers[0]) == [(0, "x")]
    assert [answer.rows for answer in answers] == [[(number, "x")] for number in range(8)]
    with transaction.atomic():
        assert postgres.fetch("SELECT 1", kept=True) == [(1,)]
