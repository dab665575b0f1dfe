"""Tokens: identity is owner + uid + type (TOK-03); never deleted, only ``valid`` false (TOK-05)."""

from __future__ import annotations

from django.db import models
from django.db.models import Value
from django.db.models.functions import Left, Replace, Upper

from roaming.models.stored import StoredObject


class Token(StoredObject):
    """An OCPI Token; ``object_id`` is the uid that readers read."""

    type = models.CharField(max_length=11)
    contract_id = models.CharField(max_length=36)
    visual_number = models.CharField(max_length=64, blank=True)
    issuer = models.CharField(max_length=64)
    group_id = models.CharField(max_length=36, blank=True)
    valid = models.BooleanField()
    whitelist = models.CharField(max_length=15)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["country_code", "party_id", "object_key", "type"], name="one_token_per_key_and_type"
            )
        ]
        indexes = [
            models.Index(fields=["object_key"], name="token_uid"),
            models.Index(Left(Upper(Replace("contract_id", Value("-"))), 14), name="token_contract"),
            models.Index(fields=["listed_at", "id"], name="token_listed"),
            models.Index(
                fields=["listed_at", "id"],
                include=["country_code", "party_id"],
                condition=models.Q(addressees=[]),
                name="token_counted",
            ),
        ]
