"""The hub's own sockets with another writer behind them: a psycopg pool of 16 that commits each message by itself.

Consumer, validation, answers and the rows written are the hub's; only the group commit is not. Run by uvicorn like
``config.asgi``.
"""

from __future__ import annotations

import asyncio
from typing import Any

from psycopg_pool import AsyncConnectionPool

from config.asgi import application
from ocppbridge.transport import database, node
from ocppbridge.transport.journal import WRITE, Journal, Unit, _columns, _done

__all__ = ["application"]


class PooledJournal(Journal):
    """One statement and one COMMIT for each unit, on whichever connection is free; a station still waits its turn."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._pool: AsyncConnectionPool[Any] | None = None
        self._opening = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, unit: Unit) -> None:
        """Commit it in a task of its own."""
        task = asyncio.ensure_future(self._commit(unit))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _commit(self, unit: Unit) -> None:
        async with self._opening:
            if self._pool is None:
                probe = await database.connect()
                dsn = probe.info.dsn
                await probe.close()
                self._pool = AsyncConnectionPool(
                    dsn, min_size=16, max_size=16, open=False, configure=_prepare, kwargs={"autocommit": True}
                )
                await self._pool.open(wait=True)
        async with self._pool.connection() as connection:
            await connection.execute(WRITE, _columns(unit.entries), prepare=True)
        self._tell([unit])
        _done(unit, True)


async def _prepare(connection: Any) -> None:
    from ocppbridge.transport import arrays  # noqa: PLC0415  # beside the use, as in database.connect

    arrays.register(connection)


node.Journal = PooledJournal  # type: ignore[attr-defined]
