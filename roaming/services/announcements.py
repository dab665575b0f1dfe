"""HubClientInfo: which parties are reachable through the hub, as others are told (HCI-01 to HCI-13, CRE-21).

One ClientInfo for each role of each party; a platform that changes changes all of its own. The outbox carries it like
any object, with the role as the object's key, for the URL has none (HCI-09). Who has been told of a party and may not
talk to it any more is told PLANNED: there, but without a contract (HCI-10).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from roaming.models import Agreement, Delivery, Party, Platform
from roaming.ocpi import json
from roaming.ocpi.hubclientinfo import ConnectionStatus
from roaming.ocpi.types import Role, format_datetime
from roaming.ocpi.versions import ModuleID
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


def introduce(party: Party, to: Party, now: datetime) -> None:
    """An agreement of the two began, ended or changed: tell the one what the other is to it now, if that is new."""
    if to.platform is None:
        return
    told = Delivery.objects.filter(
        platform=to.platform, module=ModuleID.HUBCLIENTINFO.value, country_code=party.country_code,
        party_id=party.party_id, object_key=party.role,
    ).exclude(accepted_document="").first()  # fmt: skip
    status = standing(party, to.platform, now)
    if status is ConnectionStatus.PLANNED if told is None else json.loads(told.accepted_document)["status"] == status:
        return
    deliveries.announce(party, now, to)


def standing(party: Party, reader: Platform, now: datetime) -> ConnectionStatus:
    """What one platform is told of a party."""
    known = known_to(reader, now).filter(pk=party.pk).exists()
    return parties.standing(party) if known else ConnectionStatus.PLANNED


def client_info(party: Party, status: ConnectionStatus | None = None, since: datetime | None = None) -> dict[str, Any]:
    """The ClientInfo object of one role (HCI-02). `since`: when it became another to the one who is told."""
    return {
        "party_id": party.party_id,
        "country_code": party.country_code,
        "role": Role(party.role).value,
        "status": (status or parties.standing(party)).value,
        "last_updated": format_datetime(max(party.last_updated, since or party.last_updated)),
    }


def known_to(platform: Platform, now: datetime) -> QuerySet[Party]:
    """The parties that any party of this platform may talk to, not its own."""
    known = Party.objects.none()
    for reader in parties.of_platform(platform):
        if not reader.hub_says:  # a hub asks in its own name for all that are behind it
            known = known | acquainted(reader, now)
    return known.exclude(platform=platform).exclude(role=Role.HUB.value)


def changed_since(platform: Platform, moment: datetime) -> Q:
    """Those that changed, or are another to this platform since then by an agreement."""
    met = Agreement.objects.filter(changed_at__gte=moment)
    ours = Q(pk__in=met.filter(emsp__platform=platform).values("cpo"))
    return ours | Q(pk__in=met.filter(cpo__platform=platform).values("emsp")) | Q(last_updated__gte=moment)
