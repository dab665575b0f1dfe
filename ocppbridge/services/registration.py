"""Staff's word on a station: accepted, held, or rejected; told to it at a boot that it is asked for (B01 to B03)."""

from __future__ import annotations

from django.db import transaction

from ocppbridge.charging.intents import NotOffered, Trigger
from ocppbridge.models import Call, Station
from ocppbridge.services import calls


@transaction.atomic
def decide(station: Station, policy: str, *, by: str) -> Call | None:
    """Set what its next boot is answered, and have it boot now if it is there; the call, if there is one."""
    station.boot_policy = Station.Boot(policy)
    station.save(update_fields=["boot_policy"])
    if not station.online:
        return None
    try:
        return calls.queue(station, Trigger("BootNotification"), purpose="registration", requested_by=by)
    except NotOffered:
        return None
