"""Where a transaction takes place, in OCPI's words, as of its start (CDR-13): CdrLocation, time zone and tariff.

Read once from the hosted party's Location and Tariffs and kept with the transaction, so that what staff change later
does not reach back (TAR-26).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from ocppbridge.models import Setting, Station
from roaming.models import Party
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import NO_DATA, parse_datetime
from roaming.services import agreements, locations, tariffs


@dataclass(frozen=True)
class Place:
    """``location`` is a CdrLocation, ``tariff`` an OCPI Tariff or None where no price is known (LOC-30)."""

    location: dict[str, Any]
    time_zone: str
    tariff: dict[str, Any] | None


def owner(station: Station) -> PartyId:
    """The hosted party whose station it is."""
    return PartyId(station.country_code, station.party_id)


class Shelf:
    """Locations, tariffs and what stations show, read once for as long as one batch of the drain takes."""

    def __init__(self, stations: Iterable[int] = ()) -> None:
        self._stations = set(stations)
        self._cost_shown: set[int] | None = None
        self._meters: dict[int, list[tuple[str, str, int, str]]] = {}
        self._locations: dict[tuple[PartyId, str], dict[str, Any] | None] = {}
        self._tariffs: dict[tuple[PartyId, str], dict[str, Any] | None] = {}
        self._payers: dict[PartyId, list[Party]] = {}

    def location(self, party: PartyId, location_id: str) -> dict[str, Any] | None:
        """Its document."""
        key = party, location_id.upper()
        if key not in self._locations:
            row = locations.find(party, location_id)
            self._locations[key] = json.loads(row.document) if row else None
        return self._locations[key]

    def tariff(self, party: PartyId, tariff_id: str) -> dict[str, Any] | None:
        """Its document, unless it has been deleted."""
        key = party, tariff_id.upper()
        if key not in self._tariffs:
            row = tariffs.find(party, tariff_id)
            self._tariffs[key] = json.loads(row.document) if row and row.deleted_at is None else None
        return self._tariffs[key]

    def seen_by(self, payer: PartyId, party: PartyId, tariff_ids: list[str], at: datetime) -> list[str]:
        """Which tariffs they are for this payer (TAR-30)."""
        if payer not in self._payers:
            self._payers[payer] = agreements.seats(payer)
        return agreements.tariffs_seen_by(self._payers[payer], party, tariff_ids, at)

    def shows_cost(self, station: Station) -> bool:
        """Whether it announces that it displays costs (I02: TariffCostCtrlr, Enabled for Cost)."""
        if self._cost_shown is None or station.pk not in self._stations:
            self._stations.add(station.pk)
            said = Setting.objects.filter(component="TariffCostCtrlr", name="Enabled", instance="Cost", attribute="")
            shown = said.filter(value__iexact="true", station__in=self._stations)
            self._cost_shown = set(shown.values_list("station_id", flat=True))
        return station.pk in self._cost_shown

    def meters(self, station: Station) -> list[tuple[str, str, int, str]]:
        """What its settings tell of its meters: component, name, EVSE, value."""
        if station.pk not in self._meters:
            self._meters = {pk: [] for pk in (*self._stations, station.pk)}
            of_16 = Q(name__startswith="MeterSerialNumber") | Q(name__startswith="MeterPublicKey")
            told = Setting.objects.filter(attribute="", station__in=self._meters).exclude(value=None)
            told = told.filter(Q(component="FiscalMetering") | of_16 & Q(component=""))
            for one in told:
                self._meters[one.station_id].append((one.component, one.name, one.evse_number, one.value or ""))
        return self._meters[station.pk]


def find(
    station: Station,
    evse_number: int | None,
    connector_number: int | None,
    at: datetime,
    cdr_token: Any = None,
    shelf: Shelf | None = None,
) -> Place | None:
    """None where the EVSE is not offered to roaming: what happens there is no OCPI session. The token's owner may have
    a tariff of its own at that connector (TAR-30)."""
    shelf = shelf or Shelf()
    evse = next((one for one in station.evses.all() if one.number == evse_number and one.uid), None)
    location = shelf.location(owner(station), station.location_id) if evse and station.location_id else None
    if evse is None or location is None:
        return None
    published = _named(location.get("evses"), "uid", evse.uid)
    if published is None:
        return None
    connectors = published["connectors"]
    connector = _named(connectors, "id", str(connector_number or "")) or connectors[0]
    return Place(
        location=_cdr_location(location, published, connector),
        time_zone=location["time_zone"],
        tariff=_tariff(owner(station), _ids(owner(station), connector, cdr_token, at, shelf), at, shelf),
    )


def _named(items: Any, field: str, value: str) -> dict[str, Any] | None:
    return next((item for item in items or [] if str(item[field]).upper() == value.upper()), None)


def _cdr_location(location: dict[str, Any], evse: dict[str, Any], connector: dict[str, Any]) -> dict[str, Any]:
    named = ("id", "name", "address", "city", "postal_code", "state", "country", "coordinates")
    place = {field: location[field] for field in named if location.get(field) is not None}
    place["coordinates"] = {axis: location["coordinates"][axis] for axis in ("latitude", "longitude")}
    return place | {
        "evse_uid": evse["uid"],
        # CDR-25: a CDR must name an evse_id although an EVSE need not have one.
        "evse_id": evse.get("evse_id") or evse["uid"] or NO_DATA,
        "connector_id": connector["id"],
        "connector_standard": connector["standard"],
        "connector_format": connector["format"],
        "connector_power_type": connector["power_type"],
    }


def _ids(party: PartyId, connector: dict[str, Any], cdr_token: Any, at: datetime, shelf: Shelf) -> list[str]:
    named: list[str] = connector.get("tariff_ids") or []
    if not cdr_token:
        return named
    payer = PartyId(cdr_token["country_code"], cdr_token["party_id"])
    return shelf.seen_by(payer, party, named, at)


def _tariff(party: PartyId, tariff_ids: list[str], at: datetime, shelf: Shelf) -> dict[str, Any] | None:
    """The first that is valid at the start; one without a type or for regular use before others (TAR-28)."""
    documents = filter(None, (shelf.tariff(party, tariff_id) for tariff_id in tariff_ids))
    valid = [document for document in documents if holds(document, at)]
    return min(valid, key=lambda document: document.get("type") not in (None, "REGULAR"), default=None)


def holds(tariff: dict[str, Any], at: datetime) -> bool:
    """By its own dates."""
    start, end = tariff.get("start_date_time"), tariff.get("end_date_time")
    return (not start or parse_datetime(start) <= at) and (not end or at < parse_datetime(end))
