"""Tokens of the billing API: read-only, of their own kind (S47), kept as a keyed digest, shown once."""

from __future__ import annotations

from django.db import models

from roaming.models.party import Party


class BillingToken(models.Model):
    """A reader of CDRs, bills and statements; a bound one sees only what concerns its parties."""

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    bound = models.BooleanField(default=False, help_text="sees its parties only; without one it sees nothing")
    parties = models.ManyToManyField(Party, blank=True, related_name="billing_tokens")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
