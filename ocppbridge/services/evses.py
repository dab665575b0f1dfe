"""EVSEs and connectors as their station reports them, and the OCPI status that follows (LOC-33, OCP-01, OCP-03).

The order of arrival counts, not the station's clock. Without a socket every EVSE is UNKNOWN; when the station is
heard again its last reported states hold, for a station reports what changed meanwhile (1.6 §4.9, 2.x G01).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Final

from ocppbridge.charging.messages import StateChanged
from ocppbridge.charging.states import UNKNOWN, evse_status
from ocppbridge.charging.transactions import AHEAD, EARLIEST
from ocppbridge.models import Connection, Connector, Evse, Station
from roaming.postgres.questions import Question, whole, whole_row_of

# What stands in the question for the real ones.
_COUNTRY, _PARTY, _LOCATION, _UID = "<country>", "<party>", "<location>", "<uid>"
_OWN: Final = len(whole(Evse))
_BOTH: Final = _OWN + len(whole(Station))


def state_changed(station: Station, message: StateChanged, received: datetime) -> Connector | None:
    """One StatusNotification: the connector that the caller saves. One that nobody configured appears (quirk 4)."""
    place = message.place
    if place.is_station:
        station.state = message.state[:20]
        station.save(update_fields=["state"])
        return None
    connector = _connector(station, place.evse, place.connector or 1)
    if connector.evse.state:  # what was said of the EVSE as a whole is older than this
        evse_changed(station, place.evse, "")
    at = message.at if message.at and EARLIEST <= message.at <= received + AHEAD else received
    connector.state = message.state[:20]
    connector.error_code = "" if message.error_code in (None, "NoError") else str(message.error_code)[:50]
    connector.info = (message.info or "")[:255]
    connector.vendor_error_code = (message.vendor_error_code or "")[:50]
    connector.state_at = at
    return connector


def evse_changed(station: Station, number: int, state: str) -> None:
    """What 2.x says of an EVSE as a whole."""
    evse = next((one for one in station.evses.all() if one.number == number), None)
    if evse is None:
        evse, _ = Evse.objects.get_or_create(station=station, number=number)
        forget(station)
    evse.state = state[:20]
    evse.save(update_fields=["state"])


def refresh(station: Station, *, now: datetime) -> list[Evse]:
    """The station is heard: derive the statuses anew; the EVSEs that changed, for the caller to save."""
    changed = []
    accepted = station.boot_status in ("", Station.Boot.ACCEPTED)
    whole = (station.state or "Available") if accepted else "Unavailable"  # nobody charges there (B02.FR.05)
    for evse in station.evses.all():
        heard = [connector.state for connector in evse.connectors.all() if connector.state]
        status = evse_status(heard, online=True, station=whole, evse=evse.state)
        if status != evse.status:
            evse.status, evse.status_at, evse.station = status, now, station
            changed.append(evse)
    return changed


def lost(stations: Iterable[Station], now: datetime) -> list[Evse]:
    """The sockets are gone: UNKNOWN."""
    evses = Evse.objects.filter(station__in=stations).exclude(status=UNKNOWN).select_related("station")
    changed = list(evses.select_for_update(of=("self",)).order_by("id"))
    for evse in changed:
        evse.status, evse.status_at = UNKNOWN, now
    Evse.objects.bulk_update(changed, ["status", "status_at"])
    return changed


def offered(country: str, party: str, location_id: str, uid: str = "") -> list[Evse]:
    """Those of a party's location that are offered to roaming, all or one, with their stations and their sockets."""
    values = {_COUNTRY: country, _PARTY: party, _LOCATION: location_id} | ({_UID: uid} if uid else {})
    found = []
    for row in _offered(bool(uid)).ask(values):
        evse, station = whole_row_of(Evse, row[:_OWN]), whole_row_of(Station, row[_OWN:_BOTH])
        if station.connection_id is not None:
            station.connection = whole_row_of(Connection, row[_BOTH:])
        evse.station = station
        found.append(evse)
    return found


@cache
def _offered(named: bool) -> Question:
    there = {"country_code": _COUNTRY, "party_id": _PARTY, "location_id__iexact": _LOCATION}
    rows = Evse.objects.filter(**{f"station__{name}": value for name, value in there.items()}).exclude(uid="")
    if named:
        rows = rows.filter(uid__iexact=_UID)
    columns = (*whole(Evse), *whole(Station, "station__"), *whole(Connection, "station__connection__"))
    return Question.of(rows.values_list(*columns))


def _connector(station: Station, evse_number: int, number: int) -> Connector:
    """From what is prefetched on the station, or made."""
    for evse in station.evses.all():
        if evse.number == evse_number:
            for connector in evse.connectors.all():
                if connector.number == number:
                    return connector
    evse, _ = Evse.objects.get_or_create(station=station, number=evse_number)
    connector, _ = Connector.objects.get_or_create(evse=evse, number=number)
    forget(station)
    return connector


def forget(station: Station) -> None:
    """Rows were added: what was prefetched is stale."""
    getattr(station, "_prefetched_objects_cache", {}).pop("evses", None)
