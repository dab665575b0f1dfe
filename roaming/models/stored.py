"""What all stored OCPI objects share: the owner's JSON as sent, beside the columns that are queried.

Identity is (country_code, party_id, object_key), folded to upper case (TYP-03); ``object_id`` keeps the owner's
spelling. ``document`` is the rendered JSON text with every unknown field (TRA-12); lists are joined from it in SQL.
``listed_at`` is what ``date_from`` filters by: when the hub stored the change, never earlier than ``last_updated``
(decision DATE-FILTER-BASIS). ``version`` counts changes; deliveries compare it. ``addressees`` are the parties that the
owner pushed it to by name; others do not see it (HUB-19).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from roaming.models.platform import Platform


class StoredObject(models.Model):
    """Abstract base of Location, Tariff, Session, Cdr and Token."""

    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    object_id = models.CharField(max_length=39)
    object_key = models.CharField(max_length=39)
    document = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the document without last_updated")
    version = models.PositiveIntegerField(default=1)
    last_updated = models.DateTimeField()
    listed_at = models.DateTimeField()
    addressees = ArrayField(
        models.CharField(max_length=6),
        default=list,
        blank=True,
        help_text="pushed to these parties only; empty: to all",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    source = models.ForeignKey(Platform, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.country_code}/{self.party_id}/{self.object_id}"
