"""How commands are told which partner is meant."""

from __future__ import annotations

from roaming.console.operating import Error
from roaming.models import Platform
from roaming.ocpi.party import PartyId


def platform_called(named: str) -> Platform:
    """By a party such as NL/CPO, by name or by number; exactly one that is not gone."""
    rows = Platform.objects.exclude(status=Platform.Status.UNREGISTERED)
    if named.isdigit():
        found = list(rows.filter(pk=int(named)))
    elif "/" in named:
        try:
            party = PartyId.parse(named)
        except ValueError as problem:
            raise Error(f"{problem}.") from None
        found = list(rows.filter(parties__country_code=party.country, parties__party_id=party.party).distinct())
    else:
        found = list(rows.filter(name__iexact=named))
    if len(found) != 1:
        raise Error(f"{len(found) or 'No'} platforms are called “{named}”.")
    return found[0]
