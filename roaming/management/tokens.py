"""What the commands that make, list and revoke tokens of our own APIs have in common."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, ClassVar

from rich.console import Console

from roaming.console.operating import Error, OperatorCommand, table
from roaming.models.bearer import Bearer
from roaming.services.bearers import Bearers


class TokenCommand(OperatorCommand):
    """A kind of token says whose it is, how it is issued, and what it may do (`right`, in one word for the table)."""

    tokens: ClassVar[Bearers[Any]]
    called: ClassVar[str]
    right: ClassVar[str]

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", nargs="?", help="who or what will use it")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--revoke", action="store_true", help="revoke every token of this name")
        what.add_argument("--list", action="store_true", help="list them")

    def issue(self, options: dict[str, Any]) -> tuple[Bearer, str]:
        """Overridden by each."""
        raise Error("this command makes no tokens")

    def may(self, row: Any) -> str:
        """Overridden by each."""
        return ""

    def run(self, **options: Any) -> Any:
        rows = self.tokens.model._default_manager.order_by("name", "created_at")
        if options["list"]:
            return [self._described(row) for row in rows]
        if not options["name"]:
            raise Error("Give the token a name, or --list.")
        if options["revoke"]:
            return self._revoke(options["name"])
        row, token = self.issue(options)
        return {**self._described(row), "token": token}

    def show(self, result: Any, out: Console) -> None:
        if isinstance(result, list):
            head = ("Name", self.right.capitalize(), "Made", "Last used", "Revoked")
            out.print(table(head, [tuple(one.values()) for one in result]))
        elif "token" in result:
            told = f"{self.called} of {result['name']} ({self.right} {result[self.right]}), shown this once:"
            out.print(told, markup=False)
            out.print(result["token"], markup=False)
        else:
            out.print(f"Revoked {result['revoked']} token(s) of {result['name']}.", markup=False)

    def _revoke(self, name: str) -> dict[str, Any]:
        rows = list(self.tokens.model._default_manager.filter(name=name, revoked_at=None))
        if not rows:
            raise Error(f"No {self.called.lower()} in force is called {name}.")
        for row in rows:
            self.tokens.revoke(row)
        return {"name": name, "revoked": len(rows)}

    def _described(self, row: Any) -> dict[str, Any]:
        return {
            "name": row.name,
            self.right: self.may(row),
            "created_at": row.created_at,
            "last_used_at": row.last_used_at,
            "revoked_at": row.revoked_at,
        }
