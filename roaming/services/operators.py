"""Tokens of the Operator API."""

from __future__ import annotations

from roaming.models import OperatorToken
from roaming.services.bearers import Bearers

TOKENS = Bearers(OperatorToken, "op_", "operator")
find, revoke = TOKENS.find, TOKENS.revoke


def issue(name: str, scope: str = OperatorToken.Scope.READ) -> tuple[OperatorToken, str]:
    """A new token, and its text, which is shown once."""
    return TOKENS.make(name=name, scope=scope)
