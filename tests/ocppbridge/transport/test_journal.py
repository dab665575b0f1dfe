"""The group-commit writer on a real PostgreSQL: order, bisection, nothing told before its COMMIT, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection

from ocppbridge.models import Call, Frame, InboxItem
from ocppbridge.transport import database, journal
from ocppbridge.transport.journal import Entry, Journal, Unit
from ocppbridge.transport.lanes import Asking, Connection, Health
from tests.ocppbridge.world import new_station

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty(transactional_db: None) -> Any:
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE ocppbridge_frame")


class Heard:
    """What the writer told, in order."""

    def __init__(self) -> None:
        self.done: list[tuple[str, bool | Exception]] = []
        self.committed: list[tuple[int, int]] = []

    def unit(self, body: str, n: int = 1, station: int = 1, shard: int = 3, call_id: UUID | None = None) -> Unit:
        entry = Entry(NOW, station, 7, n, 0, 2, f"m{n}", "MeterValues", body, shard=shard, priority=1)
        return Unit((entry,), lambda result: self.done.append((body, result)), call_id)


def writing(work: Callable[[Journal, Health], Awaitable[None]], heard: Heard, connect: Any = database.connect) -> None:
    """Run a journal while some work goes on, and until everything in it is done."""

    async def run() -> None:
        health = Health()
        writer = Journal(connect, health, lambda shard, priority: heard.committed.append((shard, priority)))
        lanes = [asyncio.create_task(lane.run()) for lane in writer.lanes]
        await work(writer, health)
        async with asyncio.timeout(60):
            while any(lane.waiting for lane in writer.lanes):
                await asyncio.sleep(0.01)
        for lane in lanes:
            lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)

    asyncio.run(run())


def test_a_call_and_its_answer_commit_together_with_their_inbox_row() -> None:
    heard = Heard()

    async def work(writer: Journal, _: Health) -> None:
        first = Entry(NOW, 1, 7, 1, 0, 2, "m1", "Heartbeat", "[2]", shard=3, priority=0)
        second = Entry(NOW, 1, 7, 2, 1, 3, "m1", "Heartbeat", "[3]")
        writer.put(Unit((first, second)))

    writing(work, heard)
    assert list(Frame.objects.order_by("n").values_list("body", "direction")) == [("[2]", 0), ("[3]", 1)]
    item = InboxItem.objects.get()
    assert (item.shard, item.station_id, item.connection_id, item.n) == (3, 1, 7, 1)
    assert item.frame_id == Frame.objects.get(direction=0).pk
    assert heard.committed == [(3, 0)]


def test_what_is_queued_together_is_written_together_and_each_station_keeps_its_order() -> None:
    heard = Heard()

    async def work(writer: Journal, _: Health) -> None:
        for n in range(1, 301):
            writer.put(heard.unit(f"{n % 3}:{n}", n, station=n % 3))

    writing(work, heard)
    assert Frame.objects.count() == 300
    for station in range(3):
        told = [int(body.split(":")[1]) for body, _ in heard.done if body.startswith(f"{station}:")]
        assert told == sorted(told)
        rows = Frame.objects.filter(station_id=station).order_by("id").values_list("n", flat=True)
        assert list(rows) == told
    assert len(heard.committed) < 20  # a nudge for each COMMIT, not for each frame


def test_a_poisoned_unit_fails_alone_whatever_it_was_queued_with() -> None:
    heard = Heard()
    bodies = [f"fine {n}" for n in range(20)]
    bodies[13] = "poison \0"

    async def work(writer: Journal, _: Health) -> None:
        for n, body in enumerate(bodies):
            writer.put(heard.unit(body, n))

    writing(work, heard)
    failed = [body for body, result in heard.done if result is not True]
    assert failed == ["poison \0"]
    assert [body for body, _ in heard.done] == bodies
    assert Frame.objects.count() == InboxItem.objects.count() == 19


def test_a_unit_with_a_poisoned_half_is_not_written_at_all() -> None:
    heard = Heard()

    async def work(writer: Journal, _: Health) -> None:
        good = Entry(NOW, 1, 7, 1, 0, 2, "m1", "Heartbeat", "[2]", shard=3)
        writer.put(Unit((good, good._replace(n=2, body="\0")), lambda result: heard.done.append(("both", result))))

    writing(work, heard)
    assert isinstance(heard.done[0][1], psycopg.Error)
    assert Frame.objects.count() == 0


def test_a_commit_whose_answer_was_lost_is_not_written_twice() -> None:
    """The connection breaks after COMMIT, before the writer hears of it."""
    heard = Heard()
    broken: list[int] = []

    async def connect() -> Connection:
        made = await database.connect()
        if not broken:
            execute = made.execute

            async def execute_and_break(query: Any, *words: Any, **more: Any) -> Any:
                result = await execute(query, *words, **more)
                if not broken and "ocppbridge_frame" in str(query):
                    broken.append(1)
                    await made.close()
                    raise psycopg.OperationalError("the network is gone")
                return result

            made.execute = execute_and_break  # type: ignore[method-assign]
        return made

    async def work(writer: Journal, _: Health) -> None:
        for n in range(5):
            writer.put(heard.unit(f"b{n}", n))

    writing(work, heard, connect)
    assert broken
    assert sorted(Frame.objects.values_list("n", flat=True)) == list(range(5))
    assert InboxItem.objects.count() == 5
    assert [result for _, result in heard.done] == [True] * 5


def test_while_postgresql_is_away_nothing_is_done_and_everything_comes_afterwards() -> None:
    heard = Heard()
    away = True

    async def connect() -> Connection:
        if away:
            raise psycopg.OperationalError("nobody there")
        return await database.connect()

    async def work(writer: Journal, health: Health) -> None:
        nonlocal away
        writer.put(heard.unit("one"))
        await asyncio.sleep(0.3)
        assert health.down_for() > 0
        assert heard.done == []
        away = False

    writing(work, heard, connect)
    assert heard.done == [("one", True)]


def test_a_call_is_marked_as_sent_with_its_frame_and_not_sent_if_somebody_has_settled_it() -> None:
    station = new_station()
    heard = Heard()
    fresh, ended = (
        Call.objects.create(station=station, action="Reset", payload={}, state=state, expires_at=NOW)
        for state in ("queued", "unanswered")
    )

    async def work(writer: Journal, _: Health) -> None:
        for n, call in enumerate((fresh, ended)):
            writer.put(heard.unit(str(call.pk), n, station=station.pk, shard=journal.NOT_DRAINED, call_id=call.pk))

    writing(work, heard)
    assert heard.done == [(str(fresh.pk), True), (str(ended.pk), False)]
    fresh.refresh_from_db()
    assert (fresh.state, fresh.sent_on, fresh.sent_at) == ("sent", 7, NOW)
    assert list(Frame.objects.values_list("body", flat=True)) == [str(fresh.pk)]


def test_arrays_of_every_kind_come_back_as_they_went() -> None:
    from_us = [uuid4() for _ in range(3)]

    async def there_and_back() -> tuple[Any, ...]:
        made = await database.connect()
        words = (
            journal.Times([NOW]), journal.BigInts([-(2**62), 5]), journal.Ints([2**31 - 1]),
            journal.SmallInts([-1, 0]), journal.Texts(["", "é\n\"{", "x" * 9000]), journal.Uuids(from_us),
            journal.Texts([]),
        )  # fmt: skip
        row = await (await made.execute("SELECT %b, %b, %b, %b, %b, %b, %b", words)).fetchone()
        await made.close()
        assert row is not None
        return row

    assert asyncio.run(there_and_back()) == (
        [NOW], [-(2**62), 5], [2**31 - 1], [-1, 0], ["", "é\n\"{", "x" * 9000], from_us, [],
    )  # fmt: skip


def test_a_journal_with_too_much_to_write_says_so_until_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "LARGEST_QUEUE", 8)
    heard, full = Heard(), []

    async def work(writer: Journal, health: Health) -> None:
        for n in range(1, 6):
            full.append(writer.full)
            writer.put(heard.unit("{}", n))
        full.append(writer.full)
        async with asyncio.timeout(60):
            while writer.full:
                await asyncio.sleep(0)

    writing(work, heard)
    assert full == [False] * 5 + [True]


def test_who_fails_when_told_of_a_commit_stops_nobody_else() -> None:
    """A lane that had ended would have left every station of the process without an answer."""
    heard = Heard()

    def fails(result: bool | Exception) -> None:
        raise RuntimeError("a socket of no use")

    async def work(writer: Journal, health: Health) -> None:
        writer.put(Unit(heard.unit("{}", 1).entries, fails))
        for n in (2, 3):
            writer.put(heard.unit(f"{n}", n))
            async with asyncio.timeout(60):
                while any(lane.waiting for lane in writer.lanes):
                    await asyncio.sleep(0.01)

    writing(work, heard)
    assert heard.done == [("2", True), ("3", True)]


def test_who_comes_while_much_is_asked_waits_a_little_and_is_asked_for_together_with_the_next() -> None:
    batches: list[list[int]] = []

    async def write(connection: Connection, items: Any, again: bool) -> list[int]:
        batches.append(list(items))
        return list(items)

    async def run() -> None:
        asking: Asking[int, int] = Asking(database.connect, write, Health(), patience=0.005)
        lane = asyncio.create_task(asking.lane.run())
        await asking.ask(1)
        second = asyncio.create_task(asking.ask(2))
        for _ in range(5):
            await asyncio.sleep(0)
        assert await asyncio.gather(second, asking.ask(3)) == [2, 3]
        lane.cancel()
        await asyncio.gather(lane, return_exceptions=True)

    asyncio.run(run())
    assert batches == [[1], [2, 3]]


def test_what_nobody_waits_for_any_more_is_not_written() -> None:
    """An upgrade that was answered 503 leaves no connection behind, and under load no work."""
    batches: list[list[int]] = []

    async def write(connection: Connection, items: Any, again: bool) -> list[int]:
        batches.append(list(items))
        return list(items)

    async def run() -> None:
        asking: Asking[int, int] = Asking(database.connect, write, Health())
        gone, there, alone = (asyncio.create_task(asking.ask(item)) for item in (1, 2, 3))
        await asyncio.sleep(0)
        gone.cancel()
        alone.cancel()
        await asyncio.sleep(0)
        lane = asyncio.create_task(asking.lane.run())
        assert await there == 2
        last = asyncio.create_task(asking.ask(4))
        await asyncio.sleep(0)
        last.cancel()
        assert await asking.ask(5) == 5
        lane.cancel()
        await asyncio.gather(lane, return_exceptions=True)

    asyncio.run(run())
    assert batches == [[2], [5]]
