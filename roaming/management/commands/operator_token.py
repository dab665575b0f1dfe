"""`manage.py operator_token NAME [--scope operate]`: a token of the Operator API, printed once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from rich.console import Console

from roaming.console.operating import Error, OperatorCommand, table
from roaming.models import OperatorToken
from roaming.services import operators


class Command(OperatorCommand):
    help = "Make, list or revoke tokens of the Operator API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", nargs="?", help="who or what will use it")
        parser.add_argument("--scope", choices=[one.value for one in OperatorToken.Scope], default="read")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--revoke", action="store_true", help="revoke every token of this name")
        what.add_argument("--list", action="store_true", help="list them")

    def run(self, **options: Any) -> Any:
        if options["list"]:
            return [_described(row) for row in OperatorToken.objects.order_by("name", "created_at")]
        if not options["name"]:
            raise Error("Give the token a name, or --list.")
        if options["revoke"]:
            return _revoke(options["name"])
        row, token = operators.issue(options["name"], options["scope"])
        return {**_described(row), "token": token}

    def show(self, result: Any, out: Console) -> None:
        if isinstance(result, list):
            out.print(table(("Name", "Scope", "Made", "Last used", "Revoked"), [tuple(one.values()) for one in result]))
        elif "revoked" in result:
            out.print(f"Revoked {result['revoked']} token(s) of {result['name']}.", markup=False)
        else:
            out.print(f"Token of {result['name']} ({result['scope']}), shown this once:", markup=False)
            out.print(result["token"], markup=False)


def _revoke(name: str) -> dict[str, Any]:
    rows = list(OperatorToken.objects.filter(name=name, revoked_at=None))
    if not rows:
        raise Error(f"No token in force is called {name}.")
    for row in rows:
        operators.revoke(row)
    return {"name": name, "revoked": len(rows)}


def _described(row: OperatorToken) -> dict[str, Any]:
    return {
        "name": row.name,
        "scope": row.scope,
        "created_at": row.created_at,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
    }
