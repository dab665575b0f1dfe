"""Locations with their EVSEs and connectors: one document, three levels (LOC-04 to LOC-16).

A change below is a change of what is above: its last_updated is lifted with it (LOC-11 to LOC-13). EVSEs are never
deleted; the rows of `Evse` are an index derived from the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from roaming.models import Evse, Location, Platform
from roaming.ocpi import locations as words
from roaming.ocpi.party import PartyId
from roaming.ocpi.patch import keep_evses
from roaming.ocpi.types import format_datetime, parse_datetime
from roaming.ocpi.versions import ModuleID
from roaming.postgres.questions import Question
from roaming.services import evse_index, objects
from roaming.services.contents import Document
from roaming.services.objects import Kind, Stored, key

LOCATIONS: Kind[Location]
_COUNTRY, _PARTY, _KEY = "<country>", "<party>", "<key>"  # what stands in the question for the real ones


def store(
    owner: PartyId,
    document: Document,
    *,
    source: Platform | None,
    now: datetime,
    identifier: str | None = None,
    addressee: PartyId | None = None,
) -> Stored[Location]:
    """PUT of a whole location. EVSEs that it no longer names are kept as REMOVED (LOC-06)."""
    return objects.store(LOCATIONS, owner, document, source=source, now=now, identifier=identifier, addressee=addressee)


def find(owner: PartyId, location_id: str) -> Location | None:
    return objects.find(LOCATIONS, owner, location_id)


def set_evse_status(
    owner: PartyId, location_id: str, evse_uid: str, status: str, at: datetime, *, now: datetime
) -> bool:
    """A hosted EVSE's status as its station says; False if nothing changed or there is no such EVSE (LOC-14)."""
    return set_evse_statuses(owner, location_id, {evse_uid: (status, at)}, now=now)


def set_evse_statuses(
    owner: PartyId, location_id: str, statuses: Mapping[str, tuple[str, datetime]], *, now: datetime
) -> bool:
    """The statuses of several EVSEs of one location, by uid, and since when."""
    told = {key(uid): status for uid, status in statuses.items()}
    held = _held().ask({_COUNTRY: owner.country, _PARTY: owner.party, _KEY: key(location_id)})
    new = {uid: told[uid] for uid, status in held if uid in told and status != told[uid][0]}
    if not new:
        return False

    def edit(location: dict[str, Any]) -> Mapping[str, Any]:
        latest = _not_before(max(at for _, at in new.values()), location["last_updated"])
        evses = [_with_status(evse, new.get(key(evse["uid"])), location) for evse in location.get("evses") or []]
        return {**location, "evses": evses, "last_updated": latest}

    return objects.change(LOCATIONS, owner, location_id, edit, source=None, now=now).changed


@cache
def _held() -> Question:
    there = {"location__country_code": _COUNTRY, "location__party_id": _PARTY, "location__object_key": _KEY}
    return Question.of(Evse.objects.filter(**there).exclude(status="REMOVED").values_list("uid_key", "status"))


def _with_status(evse: dict[str, Any], new: tuple[str, datetime] | None, location: Mapping[str, Any]) -> dict[str, Any]:
    if new is None:
        return evse
    status, at = new
    return {**evse, "status": status, "last_updated": _not_before(at, location["last_updated"])}


def _not_before(at: datetime, stored: str) -> str:
    """A station's clock may be behind; an owner's last_updated never goes back (COO-13)."""
    return format_datetime(max(at, parse_datetime(stored)))


def columns(location: words.Location) -> dict[str, Any]:
    return {
        "name": location.name or "",
        "address": location.address,
        "city": location.city,
        "country": location.country,
        "time_zone": location.time_zone,
        "publish": location.publish,
    }


LOCATIONS = Kind(ModuleID.LOCATIONS, Location, words.Location, columns, after=evse_index.bring_in_line, keep=keep_evses)
