"""Django's PostgreSQL backend with two things that every request pays for done in fewer steps, and one done at all.

A kept connection is asked whether it lives only if its socket has something to say: PostgreSQL that went away has
closed it, and one that is there says nothing unasked. COMMIT is one call of libpq, and takes along what waits for it
(`postgres.later`); Django's own statements come after that, and what is undone takes it away. A connection that a
thread has kept is closed when that thread ends: a server's idle threads do, and Django leaves the rest to the garbage
collector.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction
from psycopg import Connection
from psycopg_pool import ConnectionPool

from roaming.postgres.wire import wire

_mine = threading.local()


class DatabaseWrapper(base.DatabaseWrapper):
    _connection_pools: ClassVar[dict[str, ConnectionPool[Any]]]  # Django's own, of all aliases
    _configure_connection: Callable[[Connection[Any]], None]

    @property
    def pool(self) -> ConnectionPool[Any] | None:
        """As Django's, with our look at a connection in place of a round trip for each."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            made = ConnectionPool(
                kwargs={**self.get_connection_params(), "autocommit": True}, open=False,
                configure=self._configure_connection, check=alive, **options,
            )  # fmt: skip
            self._connection_pools.setdefault(self.alias, made)  # another thread may have been first; none is open yet
        return self._connection_pools[self.alias]

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        made: Connection[Any] = super().get_new_connection(conn_params)
        if self.pool is None:
            held = [one for one in getattr(_mine, "held", []) if not one.connection.closed]
            _mine.held = [*held, _WithThread(made)]
        return made

    def is_usable(self) -> bool:
        """Of a connection that a thread has kept; after an error it is asked."""
        kept = self.connection is not None and not self.connection.closed and not self.errors_occurred
        return (kept and silent(self.connection)) or super().is_usable()

    def create_cursor(self, name: str | None = None) -> Any:
        with self.wrap_database_errors:
            wire(self.connection).send()
        return super().create_cursor(name)

    def _commit(self) -> None:
        if self.connection is None:
            return
        if wire(self.connection).in_transaction:
            with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
                wire(self.connection).send(commit=True)
        else:
            super()._commit()  # type: ignore[misc]  # the stubs do not know it

    def _rollback(self) -> None:
        self._forget()
        super()._rollback()  # type: ignore[misc]  # as above

    def _savepoint_rollback(self, sid: str) -> None:
        self._forget()  # it came after the savepoint, which Django's cursor has made
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # as above

    def _close(self) -> None:
        self._forget()  # the connection may go to somebody else
        super()._close()  # type: ignore[misc]  # as above

    def _forget(self) -> None:
        if self.connection is not None:
            wire(self.connection).forget()


class _WithThread:
    """Referred to by its thread alone, so it goes when that does."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


def alive(connection: Connection[Any]) -> None:
    """Raises what psycopg raises where PostgreSQL is gone."""
    if not silent(connection):
        ConnectionPool.check_connection(connection)


def silent(connection: Connection[Any]) -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
