"""Several statements in one exchange with PostgreSQL: libpq's pipeline mode.

What an exchange costs is hardly the statement: it is two processes that wake each other. Carried out are the statements
in their order, and after one that fails none of the others.
"""

from __future__ import annotations

import select
from collections.abc import Sequence

from psycopg import abc, errors
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

Statement = tuple[bytes, Sequence[abc.Buffer | None] | None]  # a prepared one's name and its values; else SQL and None


def exchange(connection: PGconn, statements: Sequence[Statement]) -> list[PGresult]:
    """The result of each; where PostgreSQL went away, of those that it answered.

    Whoever is interrupted leaves a connection that is closed: nobody could tell whose the next answer is.
    """
    connection.enter_pipeline_mode()
    try:
        for text, values in statements:
            if values is None:
                connection.send_query_params(text, None)
            else:
                connection.send_query_prepared(text, values)
        connection.pipeline_sync()
        found = _results(connection)
    except BaseException:
        connection.finish()
        raise
    if connection.status == ConnStatus.OK:
        connection.exit_pipeline_mode()
    return found


def _results(connection: PGconn) -> list[PGresult]:
    found = list[PGresult]()
    heard = select.poll()
    _send(connection, heard)
    while True:
        try:
            while connection.is_busy():
                heard.poll()  # others may run meanwhile
                connection.consume_input()
        except errors.OperationalError:
            if not found:  # else the last of them says more
                raise
            return found
        result = connection.get_result()
        if result is None and connection.status != ConnStatus.OK:
            return found
        if result is not None and result.status == ExecStatus.PIPELINE_SYNC:
            return found
        if result is not None:  # between two statements there is none
            found.append(result)


def _send(connection: PGconn, heard: select.poll) -> None:
    """All of it, and from then on it is listened only."""
    heard.register(connection.socket, select.POLLIN | select.POLLOUT)
    while connection.flush():
        for _, event in heard.poll():
            if event & ~select.POLLOUT:
                connection.consume_input()
    heard.modify(connection.socket, select.POLLIN)
