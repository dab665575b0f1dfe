"""`manage.py billing_token NAME [--party DE/EMX …]`: a token of the billing API, printed once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from rich.console import Console

from roaming.console.operating import Error, OperatorCommand, table
from roaming.models import BillingToken, Party
from roaming.ocpi.party import PartyId
from roaming.services import billing_tokens


class Command(OperatorCommand):
    help = "Make, list or revoke tokens of the billing API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", nargs="?", help="who or what will use it")
        parser.add_argument("--party", action="append", default=[], help="sees what this party sells or pays, only")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--revoke", action="store_true", help="revoke every token of this name")
        what.add_argument("--list", action="store_true", help="list them")

    def run(self, **options: Any) -> Any:
        if options["list"]:
            return [_described(row) for row in BillingToken.objects.order_by("name", "created_at")]
        if not options["name"]:
            raise Error("Give the token a name, or --list.")
        if options["revoke"]:
            return _revoke(options["name"])
        parties = [party for text in options["party"] for party in _parties(text)]
        row, token = billing_tokens.issue(options["name"], parties)
        return {**_described(row), "token": token}

    def show(self, result: Any, out: Console) -> None:
        if isinstance(result, list):
            head = ("Name", "Sees", "Made", "Last used", "Revoked")
            out.print(table(head, [tuple(one.values()) for one in result]))
        elif "token" in result:
            out.print(f"Billing token of {result['name']} (sees {result['sees']}), shown this once:", markup=False)
            out.print(result["token"], markup=False)
        else:
            out.print(f"Revoked {result['revoked']} token(s) of {result['name']}.", markup=False)


def _parties(text: str) -> list[Party]:
    try:
        named = PartyId.parse(text)
    except ValueError as problem:
        raise Error(f"{problem}.") from None
    found = list(Party.objects.filter(country_code=named.country, party_id=named.party).exclude(role=Party.Role.HUB))
    if not found:
        raise Error(f"There is no party {named}.")
    return found


def _revoke(name: str) -> dict[str, Any]:
    rows = list(BillingToken.objects.filter(name=name, revoked_at=None))
    if not rows:
        raise Error(f"No billing token in force is called {name}.")
    for row in rows:
        billing_tokens.revoke(row)
    return {"name": name, "revoked": len(rows)}


def _described(row: BillingToken) -> dict[str, Any]:
    parties = ", ".join(sorted(str(party) for party in row.parties.all()))
    return {
        "name": row.name,
        "sees": parties if row.bound else "everything",
        "created_at": row.created_at,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
    }
