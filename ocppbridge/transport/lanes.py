"""Natural group commit: whatever has been put since the last write goes out in one write. No timer, but for upgrades.

A `Lane` owns one connection to PostgreSQL and writes in the order of `put`. What the database refuses is halved until
the one poisoned item stands alone, and only that one fails. While PostgreSQL is away a lane keeps its batch and tries
again; `Health` says since when, and whoever puts must look at it (nothing is acknowledged meanwhile).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar, cast

import psycopg

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Connect = Callable[[], Awaitable[Connection]]
# items, and whether an earlier try of them may have been committed without our hearing of it
Write = Callable[[Connection, Sequence[T], bool], Awaitable[Sequence[R]]]

GONE = (psycopg.OperationalError, psycopg.InterfaceError, OSError)
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
# A lane with patience that has written within BUSY seconds waits a little for company: a storm costs one statement for
# many then, also where PostgreSQL is faster than they come.
BUSY, PATIENCE = 0.1, 0.005


class Health:
    """Since when PostgreSQL has been away (loop time), None while it is there."""

    def __init__(self) -> None:
        self.down_since: float | None = None

    def failed(self, error: BaseException) -> None:
        """A lane could not write."""
        if self.down_since is None:
            self.down_since = asyncio.get_running_loop().time()
            log.error("PostgreSQL does not answer: %s", type(error).__name__)

    def worked(self) -> None:
        """A lane wrote."""
        if self.down_since is not None:
            self.down_since = None
            log.warning("PostgreSQL answers again")

    def down_for(self) -> float:
        """Seconds without PostgreSQL; 0 while it is there."""
        return 0.0 if self.down_since is None else asyncio.get_running_loop().time() - self.down_since


class Lane(Generic[T, R]):
    """One writer; see the module's docstring. `done` is called for each item with its result or what it failed of."""

    def __init__(
        self,
        connect: Connect,
        write: Write[T, R],
        done: Callable[[T, R | Exception], None],
        health: Health,
        limit: int = 512,
        patience: float = 0.0,
        settled: Callable[[], None] | None = None,
    ) -> None:
        """`settled` is called when nothing of a batch waits any more."""
        self._connect, self._write, self._done, self._health, self._limit = connect, write, done, health, limit
        self._settled = settled
        self._queue: deque[T] = deque()
        self._wake = asyncio.Event()
        self._connection: Connection | None = None
        self._busy = 0
        self._patience = patience
        self._wrote_at = -BUSY

    @property
    def waiting(self) -> int:
        """Items that are not written yet."""
        return len(self._queue) + self._busy

    def put(self, *items: T) -> None:
        """Queue items; those of one call are never parted by another's."""
        self._queue.extend(items)
        self._wake.set()

    async def run(self) -> None:
        """Write for ever; cancel to stop."""
        try:
            while True:
                await self._wake.wait()
                if self._patience and asyncio.get_running_loop().time() - self._wrote_at < BUSY:
                    await asyncio.sleep(self._patience)
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), self._limit))]
                if not self._queue:
                    self._wake.clear()
                self._busy = len(batch)
                await self._settle(batch)
                self._busy = 0
                if self._settled is not None:
                    self._settled()
                self._wrote_at = asyncio.get_running_loop().time()
        finally:
            if self._connection is not None:
                await self._connection.close()

    async def _settle(self, batch: list[T]) -> None:
        try:
            results = await self._written(batch)
        except psycopg.Error as error:
            if len(batch) == 1:
                log.error("the database refused %s: %s", type(batch[0]).__name__, error)
                self._tell(batch[0], error)
                return
            middle = len(batch) // 2
            await self._settle(batch[:middle])
            await self._settle(batch[middle:])
            return
        for item, result in zip(batch, results, strict=True):
            self._tell(item, result)

    def _tell(self, item: T, result: R | Exception) -> None:
        """Whoever fails when told does not take the lane with it: nothing would be acknowledged any more."""
        try:
            self._done(item, result)
        except Exception:
            log.exception("cannot go on with what has been written")

    async def _written(self, batch: list[T]) -> Sequence[R]:
        """Write, waiting for a database that is away."""
        pause, again = FIRST_PAUSE, False
        while True:
            try:
                if self._connection is None:
                    self._connection = await self._connect()
                results = await self._write(self._connection, batch, again)
            except GONE as error:
                if isinstance(error, psycopg.OperationalError) and self._alive():
                    raise  # the server is there and refuses this very statement (out of memory, too long …)
                self._health.failed(error)
                await self._drop()
                again = True
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                self._health.worked()
                return results

    def _alive(self) -> bool:
        return self._connection is not None and not self._connection.closed and not self._connection.broken

    async def _drop(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()


class Asking(Generic[T, R]):
    """A lane whose callers wait for their result. What nobody waits for any more is not written: under more load than
    there is room for, work for those who have been refused would be paid by those who come after them."""

    def __init__(self, connect: Connect, write: Write[T, R], health: Health, patience: float = 0.0) -> None:
        self.lane: Lane[tuple[T, asyncio.Future[R]], R] = Lane(
            connect, self._unwrapped(write), self._answer, health, patience=patience
        )

    async def ask(self, item: T) -> R:
        """The result for one item; raises psycopg.Error if the database refuses it."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self.lane.put((item, future))
        return await future

    @staticmethod
    def _unwrapped(write: Write[T, R]) -> Write[tuple[T, asyncio.Future[R]], R]:
        async def wrapped(
            connection: Connection, pairs: Sequence[tuple[T, asyncio.Future[R]]], again: bool
        ) -> Sequence[R]:
            waits = [not future.done() for _, future in pairs]
            asked = [item for (item, _), waiting in zip(pairs, waits, strict=True) if waiting]
            results = iter(await write(connection, asked, again) if asked else ())
            return [next(results) if waiting else cast("R", None) for waiting in waits]

        return wrapped

    @staticmethod
    def _answer(pair: tuple[T, asyncio.Future[R]], result: R | Exception) -> None:
        future = pair[1]
        if future.done():  # whoever asked has gone
            return
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
