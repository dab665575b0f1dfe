"""What a complete full crawl has not seen is gone (PAG-16): EVSEs become REMOVED, tariffs are deleted.

Sessions, CDRs and tokens never go that way, and a delta invalidates nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from roaming.models import Evse, Location, Pull, PulledKey, Tariff
from roaming.ocpi.evses import Status
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.ocpi.versions import ModuleID
from roaming.services import locations, objects, tariffs


def forget(pull: Pull, now: datetime) -> None:
    """Only what came from this partner, and only after every page was read (PAG-16)."""
    if pull.module == ModuleID.TARIFFS:
        for gone in _unseen(pull, Tariff.objects.filter(deleted_at=None)):
            owner = PartyId(gone.country_code, gone.party_id)
            tariffs.delete(owner, gone.object_id, source=pull.platform, now=now)
    if pull.module == ModuleID.LOCATIONS:
        offered = Evse.objects.filter(location=OuterRef("pk")).exclude(status=Status.REMOVED.value)
        for gone in _unseen(pull, Location.objects.filter(Exists(offered))):
            _remove_evses(pull, gone, now)


def _unseen(pull: Pull, rows: QuerySet[Any]) -> QuerySet[Any]:
    seen = PulledKey.objects.filter(pull=pull, object_key=OuterRef("object_key"))
    # What was pushed while the crawl ran is there, whether its page came before or after.
    from_there = rows.filter(~Exists(seen), source=pull.platform, created_at__lt=pull.started_at)
    if pull.party.role == Role.HUB.value:
        return from_there
    return from_there.filter(country_code=pull.party.country_code, party_id=pull.party.party_id)


def _remove_evses(pull: Pull, gone: Location, now: datetime) -> None:
    """The dates stay the owner's (HUB-20): what it says with them again must not be older than what is stored."""
    owner = PartyId(gone.country_code, gone.party_id)

    def edit(location: dict[str, Any]) -> dict[str, Any]:
        removed = [{**evse, "status": "REMOVED"} for evse in location.get("evses") or []]
        return {**location, "evses": removed}

    objects.change(locations.LOCATIONS, owner, gone.object_id, edit, source=pull.platform, now=now)
