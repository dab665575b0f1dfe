"""What the sockets' process writes beside the journal, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from django.db import transaction

from ocppbridge.models import Station
from ocppbridge.transport import database
from ocppbridge.transport.database import Seen
from tests.ocppbridge.world import new_station

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


def seen(*stations: Station) -> list[int]:
    async def run() -> list[int]:
        async with await database.connect() as connection:
            await connection.execute("SET statement_timeout = 5000")
            return await database.seen(connection, [Seen(station.pk, 0, NOW) for station in stations])

    return asyncio.run(run())


@pytest.mark.django_db(transaction=True)
def test_that_a_station_was_heard_waits_for_nobody_who_has_it_locked() -> None:
    busy, free = new_station("BUSY"), new_station("FREE")
    with transaction.atomic():
        Station.objects.select_for_update().get(pk=busy.pk)
        assert seen(busy, free) == [busy.pk]
    assert dict(Station.objects.values_list("identity", "last_seen_at")) == {"BUSY": None, "FREE": NOW}
    assert seen(busy, free) == []
    assert Station.objects.get(identity="BUSY").last_seen_at == NOW
