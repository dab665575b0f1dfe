"""The journal's writer: frames and their inbox rows in one statement, one COMMIT for whatever is queued (group commit).

Nothing is acknowledged before its row has committed: `Unit.done` runs after the COMMIT. A station's entries keep their
order, for each station always uses the same lane. A frame that carries a call of ours marks that call as sent in the
same COMMIT; a call that somebody has settled meanwhile is told to `done` as False and must not be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from ocppbridge.transport.arrays import BigInts, Ints, SmallInts, Texts, Times, Uuids
from ocppbridge.transport.lanes import Connect, Connection, Health, Lane

IN, OUT = 0, 1
INVALID, CALL, RESULT, ERROR, RESULT_ERROR, SEND = 0, 2, 3, 4, 5, 6
NOT_DRAINED: Final = -1
INVALID_KEPT: Final = 4096
# Enough for every station of a process to have a few frames on the way; beyond it the sockets are not read any more.
LARGEST_QUEUE: Final = 20_000

Done = Callable[[bool | Exception], None]

WRITE = """
WITH d AS (
    SELECT * FROM unnest(%b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b)
        AS d(at, station_id, connection_id, n, direction, kind, message_id, action, body, error, shard, priority)
), f AS (
    INSERT INTO ocppbridge_frame (at, station_id, connection_id, n, direction, kind, message_id, action, body, error)
    SELECT at, station_id, connection_id, n, direction, kind, message_id, action, body, error FROM d
    RETURNING id, at, connection_id, n
)
INSERT INTO ocppbridge_inboxitem (shard, station_id, connection_id, n, frame_id, frame_at, priority, attempts, error)
SELECT d.shard, d.station_id, d.connection_id, d.n, f.id, f.at, d.priority, 0, ''
FROM d JOIN f USING (connection_id, n) WHERE d.shard >= 0
"""
SENT = """
UPDATE ocppbridge_call SET state = 'sent', sent_at = c.at, sent_on = c.connection_id
FROM unnest(%b, %b, %b) AS c(id, at, connection_id)
WHERE ocppbridge_call.id = c.id AND (state = 'queued' OR state = 'sent' AND sent_on = c.connection_id)
RETURNING ocppbridge_call.id
"""
THERE = """
SELECT f.connection_id, f.n FROM ocppbridge_frame f
WHERE f.station_id = ANY(%b) AND f.connection_id = ANY(%b) AND f.at >= %s
"""


class Entry(NamedTuple):
    """One frame on its way into the journal. `shard` NOT_DRAINED: nothing to understand in it."""

    at: datetime
    station_id: int
    connection_id: int
    n: int
    direction: int
    kind: int
    message_id: str
    action: str
    body: str
    error: str = ""
    shard: int = NOT_DRAINED
    priority: int = 0


class Unit:
    """Entries that commit together or not at all: a call and our answer to it. `call_id` is a call of ours in them."""

    __slots__ = ("call_id", "done", "entries")

    def __init__(self, entries: tuple[Entry, ...], done: Done | None = None, call_id: UUID | None = None) -> None:
        self.entries, self.done, self.call_id = entries, done, call_id


class Journal:
    """The lanes. `committed` is told which (shard, priority) have got inbox rows."""

    def __init__(self, connect: Connect, health: Health, committed: Callable[[int, int], None], lanes: int = 2) -> None:
        self._committed = committed
        self.lanes = [Lane(connect, self._write, _done, health, settled=self._relieved) for _ in range(lanes)]
        self.full = False
        """Whether sockets should not be read for a while."""

    def put(self, unit: Unit) -> None:
        """Journal what belongs to one station, in the order of the calls."""
        lane = self.lanes[unit.entries[0].station_id % len(self.lanes)]
        lane.put(unit)
        if lane.waiting > LARGEST_QUEUE // len(self.lanes):
            self.full = True

    def _relieved(self) -> None:
        self.full = self.full and any(lane.waiting > LARGEST_QUEUE // len(self.lanes) for lane in self.lanes)

    async def _write(self, connection: Connection, batch: Sequence[Unit], again: bool) -> Sequence[bool]:
        calls = [unit for unit in batch if unit.call_id is not None]
        if not calls:
            await self._insert(connection, batch, again)
            results: Sequence[bool] = [True] * len(batch)
        else:
            async with connection.transaction():
                released = await _mark_sent(connection, calls)
                results = [unit.call_id is None or unit.call_id in released for unit in batch]
                await self._insert(connection, [unit for unit, go in zip(batch, results, strict=True) if go], again)
        self._tell(batch)
        return results

    async def _insert(self, connection: Connection, batch: Sequence[Unit], again: bool) -> None:
        entries = [entry for unit in batch for entry in unit.entries]
        if again and entries:
            entries = await _missing(connection, entries)
        if entries:
            await connection.execute(WRITE, _columns(entries), prepare=True)

    def _tell(self, batch: Sequence[Unit]) -> None:
        shards: dict[int, int] = {}
        for unit in batch:
            for entry in unit.entries:
                if entry.shard >= 0:
                    shards[entry.shard] = min(entry.priority, shards.get(entry.shard, 1))
        for shard, priority in shards.items():
            self._committed(shard, priority)


def _done(unit: Unit, result: bool | Exception) -> None:
    if unit.done is not None:
        unit.done(result)


def _columns(batch: Sequence[Entry]) -> tuple[object, ...]:
    at, station, connection, n, direction, kind, message_id, action, body, error, shard, priority = zip(
        *batch, strict=True
    )
    return (
        Times(at),
        BigInts(station),
        BigInts(connection),
        Ints(n),
        SmallInts(direction),
        SmallInts(kind),
        Texts(message_id),
        Texts(action),
        Texts(body),
        Texts(error),
        SmallInts(shard),
        SmallInts(priority),
    )


async def _mark_sent(connection: Connection, calls: Sequence[Unit]) -> set[UUID]:
    ids = Uuids([unit.call_id for unit in calls if unit.call_id is not None])
    frames = [unit.entries[0] for unit in calls]
    times, connections = Times([entry.at for entry in frames]), BigInts([entry.connection_id for entry in frames])
    found = await connection.execute(SENT, (ids, times, connections))
    return {row[0] for row in await found.fetchall()}


async def _missing(connection: Connection, batch: Sequence[Entry]) -> list[Entry]:
    """What an earlier try has not written: its COMMIT may have succeeded although the connection was lost."""
    stations, connections = (
        BigInts([entry.station_id for entry in batch]),
        BigInts([entry.connection_id for entry in batch]),
    )
    found = await connection.execute(THERE, (stations, connections, min(entry.at for entry in batch)))
    there = {(row[0], row[1]) for row in await found.fetchall()}
    return [entry for entry in batch if (entry.connection_id, entry.n) not in there]
