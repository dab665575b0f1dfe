"""The statuses of stations' EVSEs, told to the OCPI Locations that they belong to (LOC-13, LOC-33)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ocppbridge.bridge import places
from ocppbridge.models import Evse
from roaming.ocpi.party import PartyId
from roaming.services import locations


def tell(evses: Iterable[Evse], now: datetime) -> int:
    """Set their statuses, each location once; how many locations that changed. Not all are offered to roaming."""
    told: dict[tuple[PartyId, str], dict[str, tuple[str, datetime]]] = {}
    for evse in evses:
        if evse.uid and evse.station.location_id:
            place = places.owner(evse.station), evse.station.location_id
            told.setdefault(place, {})[evse.uid] = evse.status, evse.status_at or now
    # In one order everywhere, so that two drains never wait for each other.
    return sum(
        locations.set_evse_statuses(owner, location_id, statuses, now=now)
        for (owner, location_id), statuses in sorted(told.items(), key=lambda item: (str(item[0][0]), item[0][1]))
    )
