"""What the sweep finds: dead nodes, ended connections, calls that nobody settled, inboxes that nobody drained."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from ocppbridge import drain, nudges, sweeps
from ocppbridge.models import Call, Connection, Evse, InboxItem, Node, Station
from ocppbridge.services import connections, partitions
from roaming.models import Location
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import locations
from tests.ocppbridge.bridge.test_sessions import LOCATION
from tests.ocppbridge.door import Door, eventually
from tests.ocppbridge.world import new_station

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    locations.store(PartyId("NL", "VLT"), LOCATION, source=None, now=NOW)
    return new_station("CP1", location_id="L1", evses=["E1"])


def connected(station: Station, node: str = "n1", **more: Any) -> Connection:
    made = Connection.objects.create(
        station=station, subprotocol="ocpp1.6", node=node, channel="c", opened_at=NOW, alive_at=NOW, **more
    )
    if made.closed_at is None:
        Station.objects.filter(pk=station.pk).update(connection=made, subprotocol="ocpp1.6")
    Evse.objects.filter(station=station).update(status="AVAILABLE")
    return made


def published(uid: str = "E1") -> str:
    """The status that partners see."""
    document = json.loads(Location.objects.get().document)
    return str(next(evse["status"] for evse in document["evses"] if evse["uid"] == uid))


def sent(station: Station, on: Connection) -> Call:
    return Call.objects.create(
        station=station, action="Reset", payload={}, state="sent", sent_on=on.pk, sent_at=NOW, expires_at=LATER
    )


def test_a_node_that_does_not_renew_itself_is_dead_and_its_connections_with_it(station: Station) -> None:
    held = connected(station, "dead")
    Node.objects.create(name="dead", started_at=NOW, alive_at=NOW)
    Node.objects.create(name="alive", started_at=NOW, alive_at=LATER)
    assert connections.bury_dead_nodes(LATER, LATER) == [], "PostgreSQL was not there to be told"
    assert connections.bury_dead_nodes(LATER, NOW) == ["dead"]
    held.refresh_from_db()
    station.refresh_from_db()
    assert (held.closed_at, station.connection) == (LATER, None)
    assert Node.objects.get(name="alive").stopped_at is None


def test_after_a_connection_its_calls_are_unanswered_and_its_evses_unknown_at_the_partners(station: Station) -> None:
    """LOC-33."""
    held = connected(station, closed_at=NOW)
    call = sent(station, held)
    assert published() == "AVAILABLE"
    assert sweeps.after_connections(LATER) == 1
    call.refresh_from_db()
    assert (call.state, call.settled_at) == ("unanswered", LATER)
    assert (Evse.objects.get().status, published()) == ("UNKNOWN", "UNKNOWN")
    assert sweeps.after_connections(LATER) == 0


def test_a_station_that_is_back_by_then_keeps_its_statuses(station: Station) -> None:
    connected(station, closed_at=NOW)
    connected(station)
    sweeps.after_connections(LATER)
    assert (Evse.objects.get().status, published()) == ("AVAILABLE", "AVAILABLE")


def test_a_short_break_is_not_told(station: Station) -> None:
    """Decision OFFLINE-GRACE."""
    connected(station, closed_at=NOW)
    sweeps.after_connections(NOW + timedelta(seconds=1))
    assert published() == "AVAILABLE"


def test_what_was_heard_on_a_connection_is_applied_before_its_end_is(station: Station) -> None:
    """An answer that waits in the inbox must not be overtaken by "no answer"."""
    held = connected(station, closed_at=NOW)
    call = sent(station, held)
    waiting = InboxItem.objects.create(
        shard=1, station=station, connection_id=held.pk, n=1, frame_id=1, frame_at=NOW, priority=0
    )
    assert sweeps.after_connections(LATER) == 0
    waiting.delete()
    assert sweeps.after_connections(LATER) == 1
    call.refresh_from_db()
    assert call.state == "unanswered"


@pytest.mark.parametrize(
    ("state", "claimed", "after", "settled"),
    [
        ("queued", None, timedelta(seconds=61), True),
        ("queued", None, timedelta(seconds=59), False),
        ("queued", "live", timedelta(seconds=61), False),
        ("queued", "live", timedelta(seconds=121), True),
        ("queued", "closed", timedelta(seconds=61), True),
        ("sent", "live", timedelta(seconds=89), False),
        ("sent", "live", timedelta(seconds=91), True),
    ],
)
def test_calls_that_nobody_settled_are_settled_in_the_end(
    station: Station, state: str, claimed: str | None, after: timedelta, settled: bool
) -> None:
    holder = None if claimed is None else connected(station, closed_at=NOW if claimed == "closed" else None)
    call = Call.objects.create(
        station=station, action="Reset", payload={}, state=state, sent_on=holder.pk if holder else None,
        sent_at=NOW if state == "sent" else None, expires_at=LATER,
    )  # fmt: skip
    assert sweeps.end_calls(NOW + after) == int(settled)
    call.refresh_from_db()
    assert (call.state == "unanswered") is settled


def test_shards_with_something_in_them_are_found_whatever_their_number(station: Station) -> None:
    for shard in (2, 11):
        InboxItem.objects.create(shard=shard, station=station, connection_id=1, n=shard, frame_id=1, frame_at=NOW)
    assert connections.shards_waiting() == [2, 11]


def test_a_shard_has_one_nudge_outstanding_until_its_drain_begins() -> None:
    told: list[int] = []
    kept, nudges.current_app = nudges.current_app, Recorder(told.append)  # type: ignore[assignment]
    try:
        nudges.drain_begun(900)
        nudges.drain([900])
        nudges.drain([900])
        nudges.drain_begun(900)
        nudges.drain([900])
    finally:
        nudges.current_app = kept
        nudges.drain_begun(900)
    assert told == [900, 900]


class Recorder:
    """Stands where the broker's client does."""

    def __init__(self, note: Callable[[int], None]) -> None:
        self.note = note

    def send_task(self, name: str, args: list[int], **more: Any) -> None:
        assert name == "ocppbridge.drain"
        self.note(args[0])


def test_partitions_are_made_ahead_and_only_once() -> None:
    day = datetime(2031, 1, 1, tzinfo=UTC).date()
    assert len(partitions.ensure(day)) == 8
    assert partitions.ensure(day) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ocppbridge_frame (at, station_id, connection_id, n, direction, kind, body)"
            " VALUES ('2031-01-02T12:00:00Z', 1, 1, 1, 0, 2, '') RETURNING tableoid::regclass::text"
        )
        assert cursor.fetchone()[0] == "ocppbridge_frame_20310102"


def test_a_day_that_has_rows_in_default_already_stays_there() -> None:
    day = datetime(2032, 1, 1, tzinfo=UTC).date()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ocppbridge_frame (at, station_id, connection_id, n, direction, kind, body)"
            " VALUES ('2032-01-01T12:00:00Z', 1, 1, 1, 0, 2, '')"
        )
    assert len(partitions.ensure(day)) == 7


@pytest.mark.django_db(transaction=True)
def test_a_socket_that_goes_and_comes_is_seen_by_the_partners(door: Door) -> None:
    """LOC-33, from the socket to the Location."""
    locations.store(PartyId("NL", "VLT"), LOCATION, source=None, now=NOW)
    station = new_station("CP1", location_id="L1", evses=["E1"])
    available = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}

    def seen(status: str) -> Callable[[], bool]:
        def holds() -> bool:
            sweeps.sweep(datetime.now(UTC) + timedelta(seconds=5))
            drain.drain(station.shard)
            return published() == status

        return holds

    with door.station("CP1") as talk:
        talk.call("StatusNotification", {**available, "status": "Faulted"})
        eventually(seen("OUTOFORDER"))
        talk.call("StatusNotification", available)
        eventually(seen("AVAILABLE"))
    eventually(seen("UNKNOWN"))
    with door.station("CP1") as talk:
        talk.call("Heartbeat", {})  # nothing has changed meanwhile, so it says no more (1.6 §4.9)
        eventually(seen("AVAILABLE"))
