"""The journal forgets: whole days go, but for what is still to be understood."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from ocppbridge.models import Frame, InboxItem, Quarantined, Station
from ocppbridge.services import partitions
from tests.ocppbridge.world import new_station

pytestmark = pytest.mark.django_db

TODAY = date(2019, 6, 30)


def noon(days_ago: int) -> datetime:
    day = TODAY - timedelta(days=days_ago)
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def frame(station: Station, days_ago: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ocppbridge_frame (at, station_id, connection_id, n, direction, kind, body)"
            " VALUES (%s, %s, 1, 1, 0, 2, '[]') RETURNING id",
            (noon(days_ago), station.pk),
        )
        return int(cursor.fetchone()[0])


@pytest.fixture
def station() -> Station:
    partitions.ensure(TODAY - timedelta(days=40), ahead=40)
    return new_station()


def kept() -> list[int]:
    return sorted((TODAY - at.date()).days for at in Frame.objects.values_list("at", flat=True))


def test_days_over_the_limit_go_and_the_others_stay(station: Station) -> None:
    """The frames' part of their retention."""
    for days_ago in (1, 30, 31, 39, 400):  # the last one is in no day's partition
        frame(station, days_ago)
    gone = partitions.forget(TODAY, 30)
    assert len(gone) == 10
    assert kept() == [1, 30]
    assert partitions.forget(TODAY, 30) == []


def pointer(station: Station, frame_id: int, days_ago: int) -> dict[str, Any]:
    return {"station": station, "connection_id": 1, "n": 1, "frame_id": frame_id, "frame_at": noon(days_ago)}


@pytest.mark.parametrize("days_ago", [35, 400])
def test_what_waits_for_the_drain_or_for_staff_is_kept(station: Station, days_ago: int) -> None:
    for kind in (InboxItem, Quarantined):
        more: dict[str, Any] = {"shard": 1} if kind is InboxItem else {"action": "StopTransaction", "error": "boom"}
        row = kind.objects.create(**pointer(station, frame(station, days_ago), days_ago), **more)
        partitions.forget(TODAY, 30)
        assert kept() == [days_ago]
        row.delete()
        partitions.forget(TODAY, 30)
        assert kept() == []
        partitions.ensure(TODAY - timedelta(days=40), ahead=40)
