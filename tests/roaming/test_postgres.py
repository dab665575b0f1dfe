"""The statements of every request: what goes into the SQL, whose transaction it is, how it fails."""

from __future__ import annotations

import os
import socket
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from psycopg.adapt import Transformer
from psycopg.pq import TransactionStatus

from roaming.models import Platform
from roaming.ocpi.types import Role
from roaming.postgres import fetch, run
from roaming.postgres.places import _literal


def status() -> TransactionStatus:
    return TransactionStatus(connection.connection.pgconn.transaction_status)


@pytest.mark.django_db
def test_values_come_back_as_they_went_in() -> None:
    moment = datetime(2026, 11, 21, 9, 30, 0, 125, tzinfo=UTC)
    text = "it's 100 % \\ of “it” %s"
    row = fetch(
        "SELECT %s::text, %s::int, %s::timestamptz, %s::text, %s::text[], %s::numeric, %s::boolean, '%%'",
        [text, -7, moment, None, ["a,b", 'c"d'], Decimal("0.10"), True],
    )
    assert row == [(text, -7, moment, None, ["a,b", 'c"d'], Decimal("0.10"), True, "%")]
    assert row[0][2].tzinfo is UTC


@pytest.mark.django_db
@pytest.mark.parametrize("value", [
    "", "it's", "''", "a\\'b", "\\", "ü “€” 🔌", "%s %(a)s 100 %", "line\nline", "E'\\x'", "--", Role.CPO, None,
    True, 0, 2**40, -1, 10**30, 1.5, Decimal("-0.10"), ["it's", "\\"], date(2026, 3, 29), datetime(1, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
    datetime(2026, 3, 29, 2, 30, tzinfo=UTC).replace(tzinfo=None),
])  # fmt: skip
def test_a_value_is_written_as_psycopg_writes_it(value: Any) -> None:
    fetch("SELECT 1")
    transformer = Transformer(connection.connection)
    assert _literal(transformer, value) == (b"NULL" if value is None else transformer.as_literal(value))


@pytest.mark.django_db
def test_a_text_that_postgresql_cannot_hold_is_refused() -> None:
    with pytest.raises(DataError, match="NUL"):
        fetch("SELECT %s", ["a\0b"])


@pytest.mark.django_db
def test_places_may_have_names_and_stand_twice() -> None:
    assert fetch("SELECT %(b)s::int, %(a)s::int, %(b)s::int", {"a": 1, "b": 2, "c": 3}) == [(2, 1, 2)]


@pytest.mark.django_db
def test_what_is_no_place_for_a_value_is_refused() -> None:
    with pytest.raises(ValueError, match="2 places and 1 values"):
        fetch("SELECT %s, %s", [1])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("SELECT nothing_of_the_kind", ProgrammingError),
        ("SELECT 1/0", DataError),
        ("INSERT INTO roaming_party (country_code) VALUES ('NL')", IntegrityError),
    ],
)
def test_a_failure_is_django_s(sql: str, error: type[Exception]) -> None:
    with pytest.raises(error), transaction.atomic():
        run(sql)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_begins_with_its_first_statement_and_ends_as_django_says() -> None:
    with transaction.atomic():
        run("INSERT INTO django_session VALUES ('undone', '', now())")
        assert status() == TransactionStatus.INTRANS
        transaction.set_rollback(True)
    with transaction.atomic():
        run("INSERT INTO django_session VALUES ('done', '', now())")
    assert status() == TransactionStatus.IDLE
    assert fetch("SELECT session_key FROM django_session") == [("done",)]


@pytest.mark.django_db(transaction=True)
def test_what_commit_itself_refuses_is_an_error_and_nothing_is_kept() -> None:
    """Foreign keys are looked at when a transaction ends."""
    with pytest.raises(IntegrityError), transaction.atomic():
        run("INSERT INTO roaming_endpoint (platform_id, module, role, url, overridden) VALUES (0, 'm', 'r', '', false)")
    assert fetch("SELECT count(*) FROM roaming_endpoint") == [(0,)]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_asked_within_a_transaction_that_has_failed() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            fetch("SELECT 1")


def interrupted(*statements: str) -> None:
    """A transaction whose connection is lost after its first statement, unnoticed; then come these, and COMMIT."""
    with transaction.atomic():
        run("SELECT 1")
        with socket.socket(fileno=os.dup(connection.connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)
        for statement in statements:
            run(statement)


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_told_from_a_bad_statement() -> None:
    """The drain begins its batch anew then, and counts it as no frame's fault."""
    with pytest.raises(OperationalError, match="closed the connection"):
        interrupted("SELECT 1")
    assert fetch("SELECT 1") == [(1,)], "the next one gets another"


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_lost_at_commit_likewise() -> None:
    with pytest.raises(OperationalError, match="closed the connection"):
        interrupted()
    assert fetch("SELECT 1") == [(1,)]


@pytest.mark.django_db
def test_who_watches_statements_sees_these_too() -> None:
    Platform.objects.create(name="one")
    with CaptureQueriesContext(connection) as seen:
        assert fetch("SELECT name FROM roaming_platform WHERE name <> %s", ["other"]) == [("one",)]
    assert "roaming_platform" in seen.captured_queries[0]["sql"]
