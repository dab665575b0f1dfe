"""Where a tariff is used: connectors that name it, sessions on them, eMSPs that see it or another in its place.

Offering it on connectors changes their Locations, each dated anew with its EVSE and connector (LOC-11 to LOC-13).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from roaming.models import Evse, Location, Session, Substitution, Tariff
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import format_datetime, parse_datetime
from roaming.ocpi.versions import ModuleID
from roaming.services import objects, visibility
from roaming.services.locations import LOCATIONS

RUNNING = ("ACTIVE", "PENDING")
PHASES = {"AC_3_PHASE": 3, "AC_2_PHASE": 2, "AC_2_PHASE_SPLIT": 2}  # volts are line to neutral (LOC-31)


class Place(NamedTuple):
    """A connector: the key of its Location's row, and the ids below."""

    location: int
    evse_uid: str
    connector_id: str


@dataclass(frozen=True)
class Connector:
    """What staff are shown of one."""

    place: Place
    site: str
    evse: Evse
    standard: str
    kilowatts: Decimal
    tariff_ids: list[str]


@dataclass(frozen=True)
class Use:
    """In figures."""

    evses: int
    sites: int
    running: int
    told: int
    instead: list[Substitution]  # an eMSP sees another one
    in_place_of: list[Substitution]  # an eMSP sees this one

    @property
    def is_used(self) -> bool:
        """Whether a change of its prices reaches a driver."""
        return bool(self.evses or self.in_place_of)


def use(tariff: Tariff, now: datetime) -> Use:
    """Who is touched by a change of this tariff."""
    named = naming(tariff)
    sessions = Session.objects.filter(
        country_code=tariff.country_code,
        party_id=tariff.party_id,
        status__in=RUNNING,
        evse_uid__in=named.values("uid"),
    )
    owner = (tariff.country_code, tariff.party_id)
    readers = visibility.readers(
        owner, ModuleID.TARIFFS, now, addressees=tariff.addressees, tariff_key=tariff.object_key
    )
    agreed = Substitution.objects.filter(
        agreement__cpo__country_code=tariff.country_code, agreement__cpo__party_id=tariff.party_id
    ).select_related("agreement__emsp", "agreement__cpo")
    return Use(
        evses=named.count(),
        sites=named.order_by().values("location").distinct().count(),
        running=sessions.count(),
        told=readers.count(),
        instead=list(agreed.filter(tariff_key=tariff.object_key)),
        in_place_of=list(agreed.filter(substitute_key=tariff.object_key)),
    )


def naming(tariff: Tariff) -> QuerySet[Evse]:
    """The owner's EVSEs with a connector that has this tariff."""
    return evses(tariff).filter(named(tariff))


def named(tariff: Tariff) -> Q:
    """As an EVSE's row says it: folded, or as it was written before rows were."""
    return Q(tariff_ids__overlap=[tariff.object_key, tariff.object_id])


def evses(tariff: Tariff) -> QuerySet[Evse]:
    """All that the owner has, but for those that are gone."""
    own = Evse.objects.filter(location__country_code=tariff.country_code, location__party_id=tariff.party_id)
    return own.exclude(status="REMOVED").select_related("location").order_by("location__name", "location_id", "uid")


def connectors(found: Iterable[Evse]) -> list[Connector]:
    """Of these EVSEs, out of their Locations' documents."""
    documents: dict[int, dict[str, Any]] = {}
    shown: list[Connector] = []
    for evse in found:
        place = evse.location
        document = documents.setdefault(place.pk, json.loads(place.document))
        entry: dict[str, Any] = next(
            (one for one in document.get("evses") or [] if one["uid"].upper() == evse.uid_key), {}
        )
        shown += [_connector(place, evse, one) for one in entry.get("connectors") or []]
    return shown


def _connector(place: Location, evse: Evse, entry: Mapping[str, Any]) -> Connector:
    phases = PHASES.get(str(entry.get("power_type")), 1)
    watts = entry.get("max_electric_power") or entry["max_voltage"] * entry["max_amperage"] * phases
    return Connector(
        Place(place.pk, evse.uid, str(entry["id"])),
        place.name or place.object_id,
        evse,
        str(entry.get("standard", "")),
        (Decimal(watts) / 1000).quantize(Decimal("0.1")),
        [str(one) for one in entry.get("tariff_ids") or []],
    )


def time_zones(tariff: Tariff) -> list[str]:
    """Of the locations where it counts, then of the owner's others; the most frequent first."""
    named = naming(tariff).order_by().values("location").distinct()
    here = _zones(Location.objects.filter(pk__in=named))
    return list(dict.fromkeys([*here, *zones_of(tariff.country_code, tariff.party_id)]))


def zones_of(country_code: str, party_id: str) -> list[str]:
    """The time zones of an owner's locations, the most frequent first."""
    return _zones(Location.objects.filter(country_code=country_code, party_id=party_id))


def _zones(rows: QuerySet[Location]) -> list[str]:
    counted = rows.exclude(time_zone="").values("time_zone").annotate(sites=Count("pk"))
    return list(counted.order_by("-sites", "time_zone").values_list("time_zone", flat=True))


def beside(tariff: Tariff, limit: int) -> list[tuple[list[str], int]]:
    """The different lists of tariffs that its EVSEs' connectors name, with how many EVSEs have each."""
    rows = naming(tariff).order_by().values("tariff_ids").annotate(evses=Count("pk"))
    found = rows.order_by("-evses", "tariff_ids").values_list("tariff_ids", "evses")[:limit]
    return [(list(ids), evses) for ids, evses in found]


def documents(country_code: str, party_id: str, tariff_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What is stored and not withdrawn of these, by folded id."""
    rows = Tariff.objects.filter(
        country_code=country_code,
        party_id=party_id,
        object_key__in=[objects.key(one) for one in tariff_ids],
        deleted_at=None,
    )
    return {key: json.loads(text) for key, text in rows.values_list("object_key", "document")}


def offer(tariff: Tariff, add: Iterable[Place], remove: Iterable[Place], now: datetime) -> int:
    """Put it last on some connectors and take it off others; how many are changed."""
    owner = PartyId(tariff.country_code, tariff.party_id)
    wishes = {_folded(place): True for place in add} | {_folded(place): False for place in remove}
    rows = Location.objects.filter(
        pk__in={place.location for place in wishes}, country_code=owner.country, party_id=owner.party
    ).order_by("pk")
    done = 0
    for row in rows:
        mine = {(uid, connector): wanted for (pk, uid, connector), wanted in wishes.items() if pk == row.pk}
        edit = _Offer(tariff.object_id, mine, now)
        objects.change(LOCATIONS, owner, row.object_id, edit, source=None, now=now)
        done += edit.done
    return done


class _Offer:
    """The change of one Location's document."""

    def __init__(self, tariff_id: str, wishes: Mapping[tuple[str, str], bool], now: datetime) -> None:
        self.tariff_id, self.wishes, self.now, self.done = tariff_id, wishes, now, 0

    def __call__(self, location: dict[str, Any]) -> dict[str, Any]:
        stamp = format_datetime(max(self.now, parse_datetime(location["last_updated"])))
        before = self.done
        evses = [self._evse(one, stamp) for one in location.get("evses") or []]
        return location if self.done == before else {**location, "evses": evses, "last_updated": stamp}

    def _evse(self, evse: dict[str, Any], stamp: str) -> dict[str, Any]:
        connectors = [self._connector(evse["uid"], one, stamp) for one in evse.get("connectors") or []]
        if connectors == evse.get("connectors"):
            return evse
        return {**evse, "connectors": connectors, "last_updated": stamp}

    def _connector(self, uid: str, connector: dict[str, Any], stamp: str) -> dict[str, Any]:
        wanted = self.wishes.get((uid.upper(), str(connector["id"]).upper()))
        present = [str(one) for one in connector.get("tariff_ids") or []]
        has = objects.key(self.tariff_id) in map(objects.key, present)
        if wanted is None or wanted == has:
            return connector
        self.done += 1
        ids = [one for one in present if objects.key(one) != objects.key(self.tariff_id)]
        rest = {name: value for name, value in connector.items() if name != "tariff_ids"}
        offered = [*ids, self.tariff_id] if wanted else ids
        return {**rest, **({"tariff_ids": offered} if offered else {}), "last_updated": stamp}


def _folded(place: Place) -> Place:
    return Place(place.location, place.evse_uid.upper(), place.connector_id.upper())
