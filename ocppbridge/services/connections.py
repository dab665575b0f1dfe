"""Connections that have ended without anybody saying so, and what is left to do about those that have ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection as database
from django.db import transaction
from django.db.models import Exists, OuterRef

from ocppbridge.models import Call, Connection, InboxItem, Node, Station

DEAD_AFTER: Final = timedelta(seconds=15)
FORGOTTEN_AFTER: Final = timedelta(days=1)
AT_ONCE: Final = 500


def up_since() -> datetime:
    """Since when PostgreSQL has been there to be told anything."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_postmaster_start_time()")
        started: datetime = cursor.fetchone()[0]
        return started


def bury_dead_nodes(now: datetime, up_since: datetime) -> list[str]:
    """Close what was held by nodes that have not renewed themselves although they could have."""
    silent = now - DEAD_AFTER
    if up_since > silent:
        return []
    dead = list(Node.objects.filter(stopped_at=None, alive_at__lt=silent).values_list("name", flat=True))
    for name in dead:
        with transaction.atomic():
            held = Connection.objects.filter(node=name, closed_at=None)
            stations = (
                Station.objects.filter(connection__in=held).order_by("pk").select_for_update(of=("self",), no_key=True)
            )
            locked = list(stations.values_list("pk", flat=True))
            Node.objects.filter(name=name).update(stopped_at=now, sockets=0)
            Station.objects.filter(pk__in=locked, connection__in=held).update(connection=None)
            held.update(closed_at=now, close_reason="the process that held it has died")
    if dead:
        Node.objects.filter(stopped_at__lt=now - FORGOTTEN_AFTER).delete()
    return dead


def ended(before: datetime) -> list[Connection]:
    """Connections whose end has not been dealt with, once everything heard on them has been applied. Locks them."""
    unheard = InboxItem.objects.filter(station_id=OuterRef("station_id"), connection_id=OuterRef("pk"))
    rows = Connection.objects.filter(~Exists(unheard), closed_at__lte=before, aftermath_at=None)
    return list(rows.select_related("station").select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])


def calls_left(ended_connections: list[Connection]) -> list[Call]:
    """Calls that were sent on them and never answered."""
    ids = [connection.pk for connection in ended_connections]
    return list(Call.objects.filter(state=Call.State.SENT, sent_on__in=ids))


def shards_waiting() -> list[int]:
    """Shards whose inbox is not empty."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT s FROM generate_series(0, (SELECT max(shard) FROM ocppbridge_inboxitem)::integer) s"
            " WHERE EXISTS (SELECT 1 FROM ocppbridge_inboxitem i WHERE i.shard = s)"
        )
        return [row[0] for row in cursor.fetchall()]
