"""`manage.py rotate_server_key`: after SERVER_KEY has changed and the old one stands in SERVER_KEY_FALLBACKS.

Run it once every process has the new setting. What it leaves under the old key it says.
"""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from rich.console import Console

from roaming.console.operating import Error, OperatorCommand
from roaming.services import keys


class Command(OperatorCommand):
    help = "Encrypt the tokens that we hold again, under the present SERVER_KEY."

    def run(self, **options: Any) -> dict[str, Any]:
        try:
            encrypted = keys.encrypt_again()
        except InvalidToken:
            raise Error(
                "A stored token is encrypted under a key that is neither SERVER_KEY nor one of SERVER_KEY_FALLBACKS."
            ) from None
        return {
            "encrypted_again": encrypted,
            "fallback_keys": len(settings.SERVER_KEY_FALLBACKS),
            **keys.digests_in_force(),
        }

    def show(self, result: Any, out: Console) -> None:
        out.print(f"{result['encrypted_again']} tokens and secrets are encrypted under the present key.")
        apis = result["operator_tokens"] + result["billing_tokens"]
        out.print(
            f"{result['issued_tokens']} tokens that we issued, {apis} API tokens and the "
            "passwords of stations are known by digest only: those made earlier count while the old key stays in "
            "SERVER_KEY_FALLBACKS. Rotate them before you take it out."
        )
