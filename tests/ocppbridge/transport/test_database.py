"""What the sockets' process writes beside the journal, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from django.db import transaction

from ocppbridge.models import Connection, Station
from ocppbridge.services import alerts
from ocppbridge.transport import database
from ocppbridge.transport.database import Closing, Opening, Seen
from ocppbridge.transport.lanes import Connection as LaneConnection
from tests.ocppbridge.world import new_station

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


T = TypeVar("T")


def done(work: Callable[[LaneConnection], Coroutine[Any, Any, T]]) -> T:
    """Without waiting for anybody's lock."""

    async def run() -> T:
        async with await database.connect() as connection:
            await connection.execute("SET statement_timeout = 5000")
            return await work(connection)

    return asyncio.run(run())


def seen(*stations: Station) -> list[int]:
    return done(lambda connection: database.seen(connection, [Seen(station.pk, 0, NOW) for station in stations]))


def opened(*stations: Station) -> list[int]:
    openings = [Opening(station.pk, "ocpp1.6", "", 1, "node", "channel") for station in stations]
    return [one.connection_id for one in done(lambda connection: database.open_all(connection, openings, False))]


def closed(*connections: int) -> list[bool]:
    closings = [Closing(one, NOW, 1000, "") for one in connections]
    return list(done(lambda connection: database.close_all(connection, closings, False)))


@pytest.mark.django_db(transaction=True)
def test_that_a_station_was_heard_waits_for_nobody_who_has_it_locked() -> None:
    busy, free = new_station("BUSY"), new_station("FREE")
    with transaction.atomic():
        Station.objects.select_for_update().get(pk=busy.pk)
        assert seen(busy, free) == [busy.pk]
    assert dict(Station.objects.values_list("identity", "last_seen_at")) == {"BUSY": None, "FREE": NOW}
    assert seen(busy, free) == []
    assert Station.objects.get(identity="BUSY").last_seen_at == NOW


@pytest.mark.django_db(transaction=True)
def test_stations_whose_rows_nobody_has_come_and_go_beside_one_that_the_drain_is_at() -> None:
    """Of a thousand that came back while their boots were drained, all were answered 503."""
    busy, free = new_station("BUSY"), new_station("FREE")
    with transaction.atomic():
        Station.objects.filter(pk=busy.pk).update(model="told at its boot")
        assert [bool(one) for one in opened(busy, free)] == [False, True]
    (held,), (own,) = opened(busy), Connection.objects.filter(station=free).values_list("pk", flat=True)
    with transaction.atomic():
        Station.objects.filter(pk=busy.pk).update(model="told again")
        assert closed(held, own) == [False, True]
    assert list(Connection.objects.filter(closed_at=None).values_list("pk", flat=True)) == [held]
    assert dict(Station.objects.values_list("identity", "connection_id")) == {"BUSY": held, "FREE": None}
    assert closed(held) == [True]
    assert not Connection.objects.filter(closed_at=None).exists()
    assert Station.objects.get(identity="BUSY").connection_id is None


@pytest.mark.django_db(transaction=True)
def test_what_is_written_about_a_station_does_not_keep_it_from_connecting() -> None:
    """A row that refers to the station holds its key, no more."""
    station = new_station("CP1")
    with transaction.atomic():
        alerts.raise_alert(station.pk, "TOLD", "something", NOW)
        assert opened(station) != [0]
