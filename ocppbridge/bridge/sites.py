"""Adding a station together with what roaming needs around it: its operator, its Location, its EVSEs there.

What is missing is made from plain defaults, and each such thing is said in a note. A Location made here is not
published until somebody has given it an address and coordinates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ocppbridge.bridge import decisions
from ocppbridge.bridge.countries import ALPHA3
from ocppbridge.models import Station
from ocppbridge.services import passwords, stations
from roaming.models import Location
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import format_datetime, parse_datetime
from roaming.services import hosting, locations, objects, tariffs

CAPABILITIES: Final = ["REMOTE_START_STOP_CAPABLE", "RFID_READER", "UNLOCK_CAPABLE"]
CONNECTOR: Final = {
    "id": "1",
    "standard": "IEC_62196_T2",
    "format": "SOCKET",
    "power_type": "AC_3_PHASE",
    "max_voltage": 230,
    "max_amperage": 32,
}


class CannotAdd(ValueError):
    """What was asked for cannot be had; the text says why."""


@dataclass
class Site:
    """A new station, its password (shown once), and what was made around it."""

    station: Station
    password: str
    location_id: str
    evse_uids: list[str]
    notes: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it connects."""
        return f"{settings.HUB_OCPP_PUBLIC_URL}/ocpp/{quote(self.station.identity, safe='')}"


@transaction.atomic
def add(
    identity: str,
    party: str,
    *,
    location: str = "",
    evses: int = 1,
    tariff: str = "",
    password: str | None = None,
    name: str = "",
) -> Site:
    """Add a station of the hosted party ("NL/VLT") with so many EVSEs. Raises CannotAdd, and then nothing was made."""
    now, notes = timezone.now(), list[str]()
    try:
        owner = _operator(party, notes)
        _check_tariff(owner, tariff)
        short = decisions.allows_short_password(identity)
        boot = decisions.choices().value("NEW-STATION-BOOT")  # decision: NEW-STATION-BOOT
        least = decisions.choices().number("NEW-STATION-PROFILE")  # decision: NEW-STATION-PROFILE
        location_id = location or _location_id(identity)
        added = stations.add(
            identity,
            str(owner),
            password=password,
            location_id=location_id,
            name=name,
            evses=0,
            allow_short_password=short,
            boot_policy=boot,
            security_minimum=int(least),
        )
        uids = _uids(identity, evses)
        place = _place(owner, location_id, identity, uids, tariff, now, notes)
        stations.place(added.station, place.object_id, dict(enumerate(uids, start=1)))
    except (stations.BadStation, passwords.WeakPassword) as problem:
        raise CannotAdd(f"{problem}.") from None
    except OcpiError as problem:
        raise CannotAdd(f"The location does not fit the specification: {problem.message}.") from None
    return Site(added.station, added.password, place.object_id, uids, notes)


def _operator(party: str, notes: list[str]) -> PartyId:
    try:
        owner = PartyId.parse(party)
        _, created = hosting.ensure(owner)
    except ValueError as problem:
        raise CannotAdd(f"{problem}.") from None
    if created:
        notes.append(f"Added {owner} as a hosted CPO.")
    return owner


def _check_tariff(owner: PartyId, tariff: str) -> None:
    if tariff and tariffs.find(owner, tariff) is None:
        raise CannotAdd(f"{owner} has no tariff {tariff}; add it first, or leave it out.")


def _place(
    owner: PartyId, location_id: str, identity: str, uids: list[str], tariff: str, now: datetime, notes: list[str]
) -> Location:
    stamp = format_datetime(now)
    entries = [_evse(owner, uid, tariff, stamp) for uid in uids]
    if locations.find(owner, location_id) is None:
        if owner.country not in ALPHA3:
            raise CannotAdd(
                f"No location can be made in {owner.country}, which is no country of ISO 3166: correct the party, or "
                f"import the location {location_id} first."
            )
        document = {**_blank(owner, location_id, identity), "evses": entries, "last_updated": stamp}
        notes.append(
            f"Made the location {location_id} with plain defaults: give it an address and coordinates, then publish it."
        )
        return locations.store(owner, document, source=None, now=now).obj

    def edit(present: dict[str, Any]) -> Mapping[str, Any]:
        taken = {evse["uid"].upper() for evse in present.get("evses") or []}
        if twice := [uid for uid in uids if uid.upper() in taken]:
            raise CannotAdd(f"The location {location_id} has an EVSE {twice[0]} already.")
        later = max(now, parse_datetime(present["last_updated"]))  # an owner's last_updated never goes back (COO-13)
        evses = [*(present.get("evses") or []), *entries]
        return {**present, "evses": evses, "last_updated": format_datetime(later)}

    notes.append(f"Added {len(uids)} EVSE(s) to the location {location_id}.")
    return objects.change(locations.LOCATIONS, owner, location_id, edit, source=None, now=now).obj


def _blank(owner: PartyId, location_id: str, identity: str) -> dict[str, Any]:
    return {
        "country_code": owner.country,
        "party_id": owner.party,
        "id": location_id,
        "publish": False,
        "name": identity[:255],
        "address": "not given yet",
        "city": "not given yet",
        "country": ALPHA3[owner.country],
        "coordinates": {"latitude": "0.00000", "longitude": "0.00000"},
        "time_zone": "UTC",
    }


def _evse(owner: PartyId, uid: str, tariff: str, stamp: str) -> dict[str, Any]:
    connector: dict[str, Any] = {**CONNECTOR, **({"tariff_ids": [tariff]} if tariff else {}), "last_updated": stamp}
    return {
        "uid": uid,
        "evse_id": f"{owner.country}*{owner.party}*E{re.sub('[^A-Z0-9*]', '*', uid.upper())}"[:48],
        "status": "UNKNOWN",
        "capabilities": CAPABILITIES,
        "connectors": [connector],
        "last_updated": stamp,
    }


def _uids(identity: str, count: int) -> list[str]:
    return [f"{_printable(identity, 32)}-{number}" for number in range(1, count + 1)]


def _location_id(identity: str) -> str:
    return f"{_printable(identity, 32)}-LOC"


def _printable(identity: str, length: int) -> str:
    """OCPI ids are printable ASCII of at most 36 characters; an identity may be anything."""
    return re.sub(r"[^\x21-\x7e]", "_", identity)[:length]
