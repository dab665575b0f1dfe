"""Hosted parties: CPOs whose stations hang on this hub (`Party.platform is None`)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from roaming.models import Party
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.services import announcements, leaving


@transaction.atomic
def ensure(party: PartyId, name: str = "") -> tuple[Party, bool]:
    """The hosted CPO with this id, created if need be; then everyone who may talk to it is told (HCI-03, HCI-04).

    Raises ValueError where a platform has it; what another hub says it has is ours all the same.
    """
    row, created = Party.objects.get_or_create(
        country_code=party.country,
        party_id=party.party,
        role=Role.CPO.value,
        defaults={"name": name or str(party), "spelled": str(party), "business_details": {"name": name or str(party)}},
    )
    taken_back = bool(row.hub_says)
    if taken_back:
        row.platform, row.hub_says = None, ""
        row.save(update_fields=["platform", "hub_says"])
        leaving.moved([row])
    if row.platform_id is not None:
        raise ValueError(f"{party} is the CPO of the platform {row.platform}")
    if created or taken_back:
        announcements.changed(row, timezone.now())
    return row, created
