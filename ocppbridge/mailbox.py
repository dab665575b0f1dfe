"""Waking the process that holds a station's socket: a plain publish of the channel layer's own message.

`async_to_sync(layer.send)` would make an event loop and a connection for every message. What is published is a hint
and may be lost: the rows are the truth, and the sweep publishes again for calls that nobody has fetched.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any

import redis
from channels_redis.serializers import registry
from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from ocppbridge.models import Station

log = logging.getLogger(__name__)

CALLS, CLOSE, ACCOUNT = "station.calls", "station.close", "station.account"
KEPT = frozenset({"lenient", "boot_policy", "blocked", "security_minimum"})

_valkey = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
_serializer: Any = registry.get_serializer("msgpack")


def calls_wait(stations: Iterable[Station]) -> None:
    """There are calls to send: each node is told once of all of its stations, when the transaction has committed."""
    waiting: defaultdict[str, list[int]] = defaultdict(list)
    for station in stations:
        if station.connection is not None:
            waiting[station.connection.channel].append(station.pk)
    for channel, keys in waiting.items():
        _publish_later(channel, {"type": CALLS, "station_ids": keys})


@receiver(post_save, sender=Station)
def account_changed(instance: Station, created: bool, update_fields: frozenset[str] | None, **more: Any) -> None:
    """What the socket's holder keeps of a station was saved, by whomever."""
    if created or (update_fields is not None and not KEPT.intersection(update_fields)):
        return
    station = instance
    tell_holder(station, {"type": ACCOUNT, "station_id": station.pk, "identity": station.identity})


def close_socket(station: Station, reason: str) -> None:
    """Staff want the socket gone."""
    message = {"type": CLOSE, "station_id": station.pk, "connection_id": station.connection_id, "reason": reason}
    tell_holder(station, message)


def tell_holder(station: Station, message: dict[str, Any]) -> None:
    """Publish to the node that holds the station's socket, if any, on commit."""
    if station.connection is not None:
        _publish_later(station.connection.channel, message)


def _publish_later(channel: str, message: dict[str, Any]) -> None:
    if channel:
        transaction.on_commit(partial(publish, channel, message))


def publish(channel: str, message: dict[str, Any]) -> None:
    """Fire and forget."""
    try:
        _valkey.publish(channel, _serializer.serialize(message))
    except redis.RedisError:
        log.warning("valkey is away; %s waits for the sweep", message.get("type"))
