"""Kept connections to the database outlive a restart of PostgreSQL, in a pool and with a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy

import pytest
from django.db import connection
from django.db.utils import OperationalError

from config.postgresql.base import DatabaseWrapper


@pytest.fixture
def pooled(transactional_db: None) -> Iterator[DatabaseWrapper]:
    """A pool of its own, as every process has one."""
    settings = deepcopy(connection.settings_dict)
    settings["OPTIONS"] = {**settings["OPTIONS"], "application_name": "pool-under-test"}
    own = DatabaseWrapper(settings, alias="pool-under-test")
    try:
        yield own
    finally:
        with suppress(OperationalError):
            own.close()
        own.close_pool()


def ask(own: DatabaseWrapper) -> int:
    with own.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = int(cursor.fetchone()[0])
    own.close()  # back to the pool
    return pid


def test_no_request_fails_after_the_database_has_gone_and_come_back(pooled: DatabaseWrapper) -> None:
    """A restart ends every backend; the pool notices before it hands one out."""
    kept = {ask(pooled) for _ in range(12)}
    assert len(kept) < 12, "the pool keeps connections"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'pool-under-test'"
        )
    assert ask(pooled) not in kept


def kept_by_thread() -> DatabaseWrapper:
    settings = {**deepcopy(connection.settings_dict), "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    settings["OPTIONS"] = {name: value for name, value in settings["OPTIONS"].items() if name != "pool"}
    return DatabaseWrapper(settings, alias="kept")


def test_a_connection_that_a_thread_has_kept_ends_with_the_thread(transactional_db: None) -> None:
    """Also while the wrapper is still there, as it is until the garbage collector comes."""
    left: list[DatabaseWrapper] = []

    def work() -> None:
        left.append(kept_by_thread())
        left[0].ensure_connection()
        assert left[0].connection is not None

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert left[0].connection.closed


def test_a_thread_that_keeps_its_connection_gets_another_one_after_a_restart(transactional_db: None) -> None:
    own = kept_by_thread()

    def request() -> int:
        own.close_if_unusable_or_obsolete()
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    first = request()
    assert request() == first
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert request() != first
    own.close()
