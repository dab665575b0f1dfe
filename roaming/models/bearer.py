"""What tokens of our own APIs have in common: kept as a keyed digest, shown once, apart from OCPI tokens (S47)."""

from __future__ import annotations

from django.db import models


class Bearer(models.Model):
    """Abstract base of OperatorToken and BillingToken."""

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name
