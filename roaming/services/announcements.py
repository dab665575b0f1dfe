"""HubClientInfo: which parties are reachable through the hub, as others are told (HCI-01 to HCI-13, CRE-21).

One ClientInfo for each role of each party; a platform that changes changes all of its own. The outbox carries it like
any object, with the role as the object's key, for the URL has none (HCI-09).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from roaming.hub.addressing import ConnectionStatus
from roaming.models import Party, Platform
from roaming.ocpi.types import Role, format_datetime
from roaming.services import deliveries, parties
from roaming.services.visibility import acquainted


def about(platform: Platform) -> None:
    """All of its parties changed: everyone else is to be told. Call inside the changing transaction."""
    now = timezone.now()
    rows = list(Party.objects.select_for_update().filter(platform=platform))
    for party in rows:
        party.last_updated = now
        party.save(update_fields=["last_updated"])
        deliveries.announce(party, now)


def client_info(party: Party) -> dict[str, Any]:
    """The ClientInfo object of one role (HCI-02)."""
    return {
        "party_id": party.party_id,
        "country_code": party.country_code,
        "role": Role(party.role).value,
        "status": status(party).value,
        "last_updated": format_datetime(party.last_updated),
    }


def status(party: Party) -> ConnectionStatus:
    return ConnectionStatus.SUSPENDED if party.withdrawn_at else parties.connection(party.platform)


def known_to(platform: Platform, now: datetime) -> QuerySet[Party]:
    """The parties that any party of this platform may talk to, not its own."""
    known = Party.objects.none()
    for reader in parties.of_platform(platform):
        known = known | acquainted(reader, now)
    return known.exclude(platform=platform).exclude(role=Role.HUB.value, platform=None)
