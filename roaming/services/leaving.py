"""Who leaves takes its locations, tariffs and tokens along, who comes back brings them: `visibility` says so at once.

What looks at changes only has to hear of it too: delta lists, and the cards that stations keep. It is noted of the
party, not of its objects: nothing in them is another, and there may be a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from roaming.hub.addressing import CHARGING_SIDE, DRIVING_SIDE, Roles
from roaming.models import Delivery, Party
from roaming.ocpi.versions import ModuleID
from roaming.services import deliveries

_TAKEN = {  # by the module's owners
    CHARGING_SIDE: (ModuleID.LOCATIONS.value, ModuleID.TARIFFS.value),
    DRIVING_SIDE: (ModuleID.TOKENS.value,),
}


def moved(parties: Iterable[Party]) -> None:
    """They left or came back. Call it inside the transaction in which they do, once it is written."""
    now = timezone.now()  # not when the request began: peers were asked meanwhile, and others read lists
    for party in parties:
        Party.objects.filter(pk=party.pk).update(moved_at=now)
        _tell_again(party, now)


def last_move(roles: Roles) -> datetime | None:
    """When such a party left or came back last."""
    found: datetime | None = Party.objects.filter(role__in=roles).aggregate(last=Max("moved_at"))["last"]
    return found


def _tell_again(party: Party, now: datetime) -> None:
    """What was not told for its absence. While it is away the drain finds nothing to show, and withdraws it again."""
    modules = next((modules for roles, modules in _TAKEN.items() if party.role in roles), ())
    withdrawn = Delivery.objects.filter(
        state=Delivery.State.WITHDRAWN, module__in=modules, country_code=party.country_code, party_id=party.party_id
    )
    waiting = set(withdrawn.values_list("platform_id", flat=True))
    if waiting:
        withdrawn.update(state=Delivery.State.PENDING, due_at=now, attempts=0, first_failed_at=None)
        deliveries.wake(waiting)
