"""`manage.py operator_token NAME [--scope operate]`: a token of the Operator API, printed once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from roaming.management.tokens import TokenCommand
from roaming.models import OperatorToken
from roaming.services import operators


class Command(TokenCommand):
    help = "Make, list or revoke tokens of the Operator API."
    tokens, called, right = operators.TOKENS, "Token", "scope"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--scope", choices=[one.value for one in OperatorToken.Scope], default="read")

    def issue(self, options: dict[str, Any]) -> tuple[OperatorToken, str]:
        return operators.issue(options["name"], options["scope"])

    def may(self, row: OperatorToken) -> str:
        return row.scope
