"""Other hubs that we stand behind or beside: the parties that they announce (HCI-04, HCI-11, HUB-28).

What a hub tells is kept as told. A party that nobody else speaks for becomes one of that hub's platform: requests to
it go there, and our own clients are told of it. Who is connected directly, hosted here, or announced by another hub
before stays where it is, whatever a hub says of it: a hub cannot take a party over, and two hubs that know of each
other cannot hand one around in a circle (S35).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from roaming.models import Announcement, Party, Platform
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import InvalidObject, NotFound
from roaming.ocpi.hubclientinfo import OUT, ClientInfo
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role, format_datetime
from roaming.services import announcements, leaving, parties


def is_hub(platform: Platform) -> bool:
    return Party.objects.filter(platform=platform, role=Role.HUB.value, withdrawn_at=None).exists()


def take(platform: Platform, document: Mapping[str, Any], now: datetime, owner: PartyId | None = None) -> bool:
    """A ClientInfo, pushed or pulled; `owner` is the party that the URL names. Whether it told anything new."""
    info = decode(ClientInfo, dict(document))
    party = PartyId(info.country_code, info.party_id)
    if owner is not None and party != owner:
        raise InvalidObject("/party_id", f"{party} in the body, {owner} in the URL")
    with transaction.atomic():
        Platform.objects.select_for_update().get(pk=platform.pk)  # two about one party come one after the other
        known = find(platform, party, info.role)
        if known is not None and info.last_updated < known.last_updated:
            return False  # COO-13
        told, _ = Announcement.objects.update_or_create(
            platform=platform, country_code=party.country, party_id=party.party, role=info.role.value,
            defaults={"status": info.status.value, "last_updated": info.last_updated, "received_at": now},
        )  # fmt: skip
        _settle(told, f"{info.country_code}/{info.party_id}", now)
        return known is None or known.status != told.status


def find(platform: Platform, party: PartyId, role: Role | None = None) -> Announcement | None:
    """The URL names no role (HCI-09): of several the one told last."""
    rows = Announcement.objects.filter(platform=platform, country_code=party.country, party_id=party.party)
    if role is not None:
        rows = rows.filter(role=role.value)
    return rows.order_by("-received_at", "-pk").first()


def client_info(told: Announcement) -> dict[str, Any]:
    """As the hub told it."""
    return {
        "party_id": told.party_id,
        "country_code": told.country_code,
        "role": told.role,
        "status": told.status,
        "last_updated": format_datetime(told.last_updated),
    }


def _settle(told: Announcement, spelled: str, now: datetime) -> None:
    """The party that the announcement is about, where it is this hub's to announce."""
    if told.role == Role.HUB.value or PartyId(told.country_code, told.party_id) == parties.hub():
        return  # hubs are met by registering with them
    party, created = Party.objects.select_for_update().get_or_create(
        country_code=told.country_code,
        party_id=told.party_id,
        role=told.role,
        defaults={"platform_id": told.platform_id, "hub_says": told.status, "spelled": spelled},
    )
    came = created
    if not created:
        if not _is_theirs(party, told.platform_id) or _is_told(party, told):
            return
        came = party.platform_id != told.platform_id or (party.hub_says in OUT) != (told.status in OUT)
        party.platform_id, party.hub_says, party.withdrawn_at = told.platform_id, told.status, None
        party.save(update_fields=["platform", "hub_says", "withdrawn_at"])
    if came:
        leaving.moved([party])
    announcements.changed(party, now)


def _is_theirs(party: Party, platform: int) -> bool:
    if party.platform is None:
        return False
    if party.withdrawn_at is not None or party.platform.status == Platform.Status.UNREGISTERED:
        return True
    return party.platform_id == platform and bool(party.hub_says)


def _is_told(party: Party, told: Announcement) -> bool:
    same = party.platform_id == told.platform_id and party.hub_says == told.status
    return same and party.withdrawn_at is None


def owner_of(platform: Platform, document: Mapping[str, Any]) -> PartyId:
    """Whose an object of a hub's list is: a party's behind that hub, or it is not the hub's to give (COO-10)."""
    try:
        owner = PartyId(str(document.get("country_code")), str(document.get("party_id")))
    except ValueError:
        raise InvalidObject("/party_id", "names no owner") from None
    if not Party.objects.filter(
        platform=platform, country_code=owner.country, party_id=owner.party, withdrawn_at=None
    ).exists():
        raise NotFound(f"{owner} is not behind {platform}")
    return owner
