"""Changing the server key (S17): what is encrypted is written again under the new one.

Digests cannot be made anew without the secrets that they stand for: they go on being recognised under the keys of
SERVER_KEY_FALLBACKS until the secrets themselves have been replaced.
"""

from __future__ import annotations

from django.db import transaction

from roaming.models import BillingToken, IssuedToken, OperatorToken, Platform, Webhook


def encrypt_again() -> int:
    """Every token and secret that we hold, under the present key; how many."""
    with transaction.atomic():
        rows = list(Platform.objects.select_for_update().exclude(token_out="", second_secret=""))
        for row in rows:
            row.save(update_fields=["token_out", "second_secret"])
        hooks = list(Webhook.objects.select_for_update())
        for hook in hooks:
            hook.save(update_fields=["secret"])
    return len(rows) + len(hooks)


def digests_in_force() -> dict[str, int]:
    """How many secrets are known by their digest only."""
    return {
        "issued_tokens": IssuedToken.objects.filter(revoked_at=None).count(),
        "operator_tokens": OperatorToken.objects.filter(revoked_at=None).count(),
        "billing_tokens": BillingToken.objects.filter(revoked_at=None).count(),
    }
