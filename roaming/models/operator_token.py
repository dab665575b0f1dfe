"""Tokens of the Operator API."""

from __future__ import annotations

from django.db import models

from roaming.models.bearer import Bearer


class OperatorToken(Bearer):
    """A bearer of the Operator API."""

    class Scope(models.TextChoices):
        """What it may do."""

        READ = "read", "read"
        OPERATE = "operate", "read and call stations"

    scope = models.CharField(max_length=7, choices=Scope, default=Scope.READ)
