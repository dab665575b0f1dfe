"""Locations, and an index of their EVSEs (the document of the Location is the truth, the rows are for search)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from roaming.models.stored import StoredObject


class Location(StoredObject):
    """An OCPI Location with its EVSEs and Connectors inside ``document``."""

    name = models.CharField(max_length=255, blank=True)
    address = models.CharField(max_length=255, blank=True)
    city = models.CharField(max_length=45, blank=True)
    country = models.CharField(max_length=3, blank=True)
    time_zone = models.CharField(max_length=255, blank=True)
    publish = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country_code", "party_id", "object_key"], name="one_location_per_key")
        ]
        indexes = [
            models.Index(fields=["listed_at", "id"], name="location_listed"),
            models.Index(
                fields=["listed_at", "id"],
                include=["country_code", "party_id"],
                condition=models.Q(addressees=[]),
                name="location_counted",
            ),
        ]


class Evse(models.Model):
    """One EVSE of a Location, derived from the Location's document whenever that is stored."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="evses")
    uid = models.CharField(max_length=36)
    uid_key = models.CharField(max_length=36)
    evse_id = models.CharField(max_length=48, blank=True)
    status = models.CharField(max_length=12)
    tariff_ids = ArrayField(models.CharField(max_length=36), default=list, blank=True)
    last_updated = models.DateTimeField()

    class Meta:
        verbose_name = "EVSE"
        constraints = [models.UniqueConstraint(fields=["location", "uid_key"], name="one_evse_per_uid")]
        indexes = [
            models.Index(fields=["uid_key"], name="evse_uid"),
            GinIndex(fields=["tariff_ids"], name="evse_tariffs"),  # who pays a tariff, asked while it is edited
        ]

    def __str__(self) -> str:
        return self.evse_id or self.uid
