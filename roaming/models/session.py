"""Charging sessions. Only the token's owner may see one (TRA-07), so that owner is a column."""

from __future__ import annotations

from django.db import models

from roaming.models.stored import StoredObject


class Session(StoredObject):
    """An OCPI Session."""

    status = models.CharField(max_length=11)
    token_country_code = models.CharField(max_length=2)
    token_party_id = models.CharField(max_length=3)
    token_uid = models.CharField(max_length=36)
    location_id = models.CharField(max_length=36)
    evse_uid = models.CharField(max_length=36)
    authorization_reference = models.CharField(max_length=36, blank=True)
    start_date_time = models.DateTimeField()
    end_date_time = models.DateTimeField(null=True, blank=True)
    kwh = models.DecimalField(max_digits=14, decimal_places=4)
    energy_import = models.DecimalField(max_digits=14, decimal_places=4, default=0, help_text="kWh taken, at the end")
    energy_export = models.DecimalField(
        max_digits=14, decimal_places=4, default=0, help_text="kWh given back, at the end"
    )
    currency = models.CharField(max_length=3)
    total_cost = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    switched = models.BooleanField(default=False, help_text="charging preferences switched its tariff (TAR-28)")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country_code", "party_id", "object_key"], name="one_session_per_key")
        ]
        indexes = [
            models.Index(fields=["token_country_code", "token_party_id", "listed_at", "id"], name="session_listed"),
            models.Index(fields=["token_country_code", "token_party_id", "id"], name="session_page"),
            models.Index(fields=["token_uid"], name="session_token_uid"),
            models.Index(fields=["-listed_at"], name="session_recent"),
            models.Index(
                fields=["-listed_at"],
                name="session_open",
                condition=models.Q(status__in=["ACTIVE", "PENDING", "RESERVATION"]),
            ),
        ]
