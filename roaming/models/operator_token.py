"""Tokens of the Operator API: kept as a keyed digest, shown once, apart from OCPI tokens (S47)."""

from __future__ import annotations

from django.db import models


class OperatorToken(models.Model):
    """A bearer of the Operator API."""

    class Scope(models.TextChoices):
        """What it may do."""

        READ = "read", "read"
        OPERATE = "operate", "read and call stations"

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=7, choices=Scope, default=Scope.READ)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
