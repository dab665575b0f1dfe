"""Without PostgreSQL nothing is acknowledged: new sockets get 503, open ones are closed, and afterwards all goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.db import connection, transaction
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ocppbridge.models import Frame, Node
from ocppbridge.transport import node
from roaming.services import decisions
from tests.ocppbridge.door import PASSWORD, Door, basic, eventually
from tests.ocppbridge.world import new_station


@contextmanager
def nobody_gets_in() -> Iterator[None]:
    """The database throws everybody out but the test, and lets nobody in."""
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_database SET datallowconn = false WHERE datname = %s", (name,))
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            (name,),
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE pg_database SET datallowconn = true WHERE datname = %s", (name,))
        connection.close_pool()  # what it holds was thrown out as well


def refused_with(door: Door, status: int) -> bool:
    try:
        with door.open("CP1", ["ocpp1.6"], basic("CP1", PASSWORD)):
            return status == 101
    except InvalidStatus as answer:
        return answer.response.status_code == status


def test_nothing_is_acknowledged_new_sockets_get_503_and_all_comes_back(door: Door) -> None:
    new_station("CP1")
    new_station("CP2")
    with door.station("CP2") as talk:
        talk.call("Heartbeat", {})
        with nobody_gets_in():
            asked = talk.say("Heartbeat", {})
            with pytest.raises(TimeoutError):
                talk.receive(1.0)
            eventually(lambda: refused_with(door, 503), "new sockets get 503")
        assert talk.exchange(asked)[0] == 3  # once it is in the journal, it is acknowledged
        eventually(lambda: refused_with(door, 101), "new sockets get in again")
    assert Frame.objects.filter(direction=0, action="Heartbeat").count() == 2


def test_after_a_while_open_sockets_are_closed_to_come_back_later(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "DOWN_SECONDS", 0.5)
    new_station("CP1")
    with door.station("CP1") as talk:
        talk.call("Heartbeat", {})
        with nobody_gets_in(), pytest.raises(ConnectionClosed) as closed:
            talk.receive(15.0)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013


def renewed_after(at: datetime) -> datetime:
    later = Node.objects.filter(alive_at__gt=at).values_list("alive_at", flat=True)
    renewed: datetime = eventually(later.first, "the node says that it lives")
    return renewed


def test_a_node_that_cannot_read_what_staff_decided_still_says_that_it_lives(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django's pool may be away for longer than PostgreSQL was; sockets are not closed for that."""
    monkeypatch.setattr(node, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(decisions, "MAX_AGE", 0.0)
    new_station("CP1")
    with door.station("CP1") as talk:
        talk.call("Heartbeat", {})
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE roaming_decisionvalue")
            at = Node.objects.get().alive_at
            for _ in range(4):
                at = renewed_after(at)
        talk.call("Heartbeat", {})
