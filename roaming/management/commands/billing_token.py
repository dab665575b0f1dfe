"""`manage.py billing_token NAME [--party DE/EMX …]`: a token of the billing API, printed once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from roaming.console.operating import Error
from roaming.management.tokens import TokenCommand
from roaming.models import BillingToken, Party
from roaming.ocpi.party import PartyId
from roaming.services import billing_tokens


class Command(TokenCommand):
    help = "Make, list or revoke tokens of the billing API."
    tokens, called, right = billing_tokens.TOKENS, "Billing token", "sees"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--party", action="append", default=[], help="sees what this party sells or pays, only")

    def issue(self, options: dict[str, Any]) -> tuple[BillingToken, str]:
        parties = [party for text in options["party"] for party in _parties(text)]
        return billing_tokens.issue(options["name"], parties)

    def may(self, row: BillingToken) -> str:
        return ", ".join(sorted(str(party) for party in row.parties.all())) if row.bound else "everything"


def _parties(text: str) -> list[Party]:
    try:
        named = PartyId.parse(text)
    except ValueError as problem:
        raise Error(f"{problem}.") from None
    found = list(Party.objects.filter(country_code=named.country, party_id=named.party).exclude(role=Party.Role.HUB))
    if not found:
        raise Error(f"There is no party {named}.")
    return found
