"""Tariffs. A deleted one stays (``deleted_at``) for old sessions and CDR checks (TAR-05)."""

from __future__ import annotations

from django.db import models

from roaming.models.stored import StoredObject


class Tariff(StoredObject):
    """An OCPI Tariff; prices only inside ``document``."""

    currency = models.CharField(max_length=3)
    type = models.CharField(max_length=20, blank=True)
    start_date_time = models.DateTimeField(null=True, blank=True)
    end_date_time = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country_code", "party_id", "object_key"], name="one_tariff_per_key")
        ]
        indexes = [
            models.Index(fields=["listed_at", "id"], name="tariff_listed"),
            models.Index(
                fields=["listed_at", "id"],
                include=["country_code", "party_id"],
                condition=models.Q(addressees=[], deleted_at=None),
                name="tariff_counted",
            ),
        ]
