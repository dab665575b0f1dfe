"""How commands are told which partner is meant."""

from __future__ import annotations

from roaming.console.operating import Error
from roaming.models import IssuedToken, Platform
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
        if not found and _invited(party):
            raise Error(f"{party} is invited, and has not registered yet.")
    else:
        found = list(rows.filter(name__iexact=named))
    if len(found) > 1:
        numbers = ", ".join(str(platform.pk) for platform in found)
        raise Error(f"{len(found)} platforms are called “{named}”: take one of the numbers {numbers}.")
    if not found:
        raise Error(f"No platform is called “{named}”.")
    return found[0]


def _invited(party: PartyId) -> bool:
    role = {"country_code": party.country, "party_id": party.party}
    open_ones = IssuedToken.objects.filter(kind=IssuedToken.Kind.A, used_at=None, revoked_at=None)
    return open_ones.filter(allowed_roles__contains=[role]).exists()
