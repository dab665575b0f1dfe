"""HubClientInfo: which parties are reachable through the hub, as others are told (HCI-01 to HCI-13, CRE-21).

One ClientInfo for each role of each party; a platform that changes changes all of its own. The outbox carries it like
any object, with the role as the object's key, for the URL has none (HCI-09).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from roaming.models import Party, Platform
from roaming.ocpi.types import Role, format_datetime
from roaming.services import deliveries, parties
from roaming.services.visibility import acquainted


def about(platform: Platform) -> None:
    """All of its parties changed: everyone else is to be told. Call inside the changing transaction."""
    now = timezone.now()
    for party in Party.objects.select_for_update().filter(platform=platform):
        changed(party, now)


def changed(party: Party, now: datetime) -> None:
    """One party did. Call inside the changing transaction."""
    party.last_updated = now
    party.save(update_fields=["last_updated"])
    if party.role != Role.HUB.value:  # hubs are no clients of one another's clients
        deliveries.announce(party, now)


def client_info(party: Party) -> dict[str, Any]:
    """The ClientInfo object of one role (HCI-02)."""
    return {
        "party_id": party.party_id,
        "country_code": party.country_code,
        "role": Role(party.role).value,
        "status": parties.standing(party).value,
        "last_updated": format_datetime(party.last_updated),
    }


def known_to(platform: Platform, now: datetime) -> QuerySet[Party]:
    """The parties that any party of this platform may talk to, not its own."""
    known = Party.objects.none()
    for reader in parties.of_platform(platform):
        if not reader.hub_says:  # a hub asks in its own name for all that are behind it
            known = known | acquainted(reader, now)
    return known.exclude(platform=platform).exclude(role=Role.HUB.value)
