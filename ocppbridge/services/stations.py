"""Stations as staff add and change them, and as they connect EVSEs to the OCPI locations of their operator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from zlib import crc32

from django.conf import settings
from django.db import transaction
from django.db.models import Model

from ocppbridge.models import Connector, Evse, Station, Stranger
from ocppbridge.services import passwords
from roaming.postgres import several
from roaming.postgres.questions import Question, whole

LONGEST_IDENTITY = 255
LONGEST_LOCATION = 36


class BadStation(ValueError):
    """The station cannot be added as asked; the text says why."""


@dataclass(frozen=True)
class Added:
    """A new station, and the password that is shown once."""

    station: Station
    password: str


def shard_of(identity: str, party: str = "", location_id: str = "") -> int:
    """Which drain a station belongs to: one with all that come to its location, so that what they change there is
    written together and no drain waits for another's. Stored with it: a change of its place, or of DRAIN_SHARDS, moves
    only new ones, for what it has said until then waits where it was."""
    together = f"{party}/{location_id}".upper() if location_id else identity
    return crc32(together.encode()) % int(settings.DRAIN_SHARDS)


def whole_ones(pks: Iterable[int]) -> dict[int, Station]:
    """Stations with their EVSEs and connectors, as `prefetch_related` would have them, in three statements made once.

    In one order everywhere, so that two who change the rows of many stations never wait for each other.
    """
    found = {row.pk: row for row in several.rows(Station, _stations(), pks)}
    evses = several.rows(Evse, _evses(), found) if found else []
    connectors = several.rows(Connector, _connectors(), [row.pk for row in evses]) if evses else []
    at_evse, at_station = defaultdict(list), defaultdict(list)
    for connector in connectors:
        at_evse[connector.evse_id].append(connector)
    for evse in evses:
        evse.station = found[evse.station_id]
        at_station[evse.station_id].append(evse)
        for connector in at_evse[evse.pk]:
            connector.evse = evse
        _hold(evse, "connectors", at_evse[evse.pk])
    for station in found.values():
        _hold(station, "evses", at_station[station.pk])
    return found


def _hold(row: Model, name: str, related: list[Any]) -> None:
    held = getattr(row, name).all()
    held._result_cache = related
    row._prefetched_objects_cache = {name: held}  # type: ignore[attr-defined]  # Django's own word for it


@cache
def _stations() -> Question:
    return Question.of(Station.objects.filter(pk__in=several.ANY).order_by("pk").values_list(*whole(Station)))


@cache
def _evses() -> Question:
    return Question.of(Evse.objects.filter(station_id__in=several.ANY).values_list(*whole(Evse)))


@cache
def _connectors() -> Question:
    return Question.of(Connector.objects.filter(evse_id__in=several.ANY).values_list(*whole(Connector)))


@transaction.atomic
def add(
    identity: str,
    party: str,
    *,
    password: str | None = None,
    location_id: str = "",
    evses: int | Iterable[str] = 1,
    name: str = "",
    allow_short_password: bool = False,
    boot_policy: str = Station.Boot.ACCEPTED,
    security_minimum: int = Station.Profile.BASIC,
) -> Added:
    """Add a station of the hosted party ("NL/VLT"). ``evses`` counts them, or names their OCPI uids by number."""
    country, separator, code = party.upper().partition("/")
    if not separator or len(country) != 2 or len(code) != 3:
        raise BadStation(f"{party!r} is no party; write it as NL/VLT")
    if not identity or len(identity) > LONGEST_IDENTITY or "\0" in identity:
        raise BadStation(f"an identity has 1 to {LONGEST_IDENTITY} characters")
    if len(location_id) > LONGEST_LOCATION or "\0" in location_id:
        raise BadStation(f"the id of a location has at most {LONGEST_LOCATION} characters")
    if Station.objects.filter(identity=identity).exists():
        raise BadStation(f"there is a station {identity} already")
    station = Station.objects.create(
        identity=identity,
        name=name,
        country_code=country,
        party_id=code,
        location_id=location_id,
        shard=shard_of(identity, party, location_id),
        boot_policy=boot_policy,
        security_minimum=security_minimum,
    )
    Stranger.objects.filter(identity=identity).delete()
    chosen = password or passwords.new_password()
    passwords.set_password(station, chosen, allow_short=allow_short_password)
    uids = [""] * evses if isinstance(evses, int) else list(evses)
    for number, uid in enumerate(uids, start=1):
        evse = Evse.objects.create(station=station, number=number, uid=uid)
        Connector.objects.create(evse=evse, number=1)
    return Added(station, chosen)


@transaction.atomic
def place(station: Station, location_id: str, uids: dict[int, str]) -> None:
    """Say which OCPI Location and EVSEs a station's EVSEs are; an empty uid takes one out of roaming."""
    station.location_id = location_id
    station.save(update_fields=["location_id"])
    for number, uid in uids.items():
        evse, created = Evse.objects.update_or_create(station=station, number=number, defaults={"uid": uid})
        if created:
            Connector.objects.create(evse=evse, number=1)
