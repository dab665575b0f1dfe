"""Who leaves takes its locations, tariffs and tokens along, who comes back brings them: `visibility` says so at once.

What looks at changes only has to hear of it too: delta lists, and the cards that stations keep. So they count as
changed, though nothing in them is another.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, Value
from django.db.models.functions import Greatest

from roaming.models import Location, Party, Tariff, Token


def relist(parties: Iterable[Party], now: datetime) -> None:
    """Call it inside the transaction in which they leave or come back."""
    owned = Q(pk__in=[])
    for party in parties:
        owned |= Q(country_code=party.country_code, party_id=party.party_id)
    for model in (Location, Tariff, Token):
        model._default_manager.filter(owned).update(listed_at=Greatest(Value(now), "last_updated"))
