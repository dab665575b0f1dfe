"""The status of a station's EVSEs, told to the OCPI Location that they belong to (LOC-13, LOC-33)."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.bridge import places
from ocppbridge.models import Evse
from roaming.services import locations


def tell(evse: Evse, status: str, at: datetime, now: datetime) -> bool:
    """Set one EVSE's status; False if the partners know it already or it is not offered to roaming."""
    if not evse.uid or not evse.station.location_id:
        return False
    owner = places.owner(evse.station)
    return locations.set_evse_status(owner, evse.station.location_id, evse.uid, status, at, now=now)
