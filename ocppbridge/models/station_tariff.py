"""Tariffs on stations (block I): what an EVSE should show to all comers, has taken, and says it holds."""

from __future__ import annotations

from django.db import models

from ocppbridge.models.call import Call
from ocppbridge.models.station import Station
from ocppbridge.models.transaction import Transaction


class StationTariff(models.Model):
    """The default tariff of one EVSE. ``tariff_id`` is OCPP's: it ends in a digest of the content."""

    class State(models.TextChoices):
        """Whether the EVSE has it."""

        WAITING = "waiting", "to be sent"
        SENT = "sent", "on its way"
        HELD = "held", "on the station"
        REFUSED = "refused", "refused by the station"
        UNSAYABLE = "unsayable", "OCPP cannot say it"
        NONE = "none", "no tariff"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="tariffs")
    evse_number = models.PositiveIntegerField()
    ocpi_id = models.CharField(max_length=36, blank=True, help_text="of our tariff")
    tariff_id = models.CharField(max_length=60, blank=True, help_text="as the station should know it")
    document = models.JSONField(null=True, blank=True, help_text="OCPP TariffType")
    losses = models.JSONField(default=list, blank=True, help_text="[[code, weight, text]] of what OCPP cannot say")
    state = models.CharField(max_length=9, choices=State, default=State.NONE)
    held_id = models.CharField(max_length=60, blank=True, help_text="the last one that it accepted")
    by_hand = models.BooleanField(default=False, help_text="sent by staff: the hub does not change it by itself")
    reason = models.CharField(max_length=255, blank=True)
    reported = models.JSONField(null=True, blank=True, help_text="what it said that it holds (GetTariffs)")
    drift = models.CharField(max_length=255, blank=True, help_text="how that differs from what it has accepted")
    reported_at = models.DateTimeField(null=True, blank=True)
    try_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField()
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "evse_number"], name="one_default_tariff_per_evse")]
        indexes = [
            models.Index(fields=["try_at"], name="station_tariff_due", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"tariff of {self.station} EVSE {self.evse_number}"


class TariffChange(models.Model):
    """Another tariff for a running transaction, by staff (I11). It counts from `since`, on the station and the bill."""

    class State(models.TextChoices):
        """Whether it counts."""

        ASKED = "asked", "asked of the station"
        HOLDS = "holds", "counts"
        REFUSED = "refused", "refused"

    transaction = models.ForeignKey(Transaction, on_delete=models.CASCADE, related_name="tariff_changes")
    ocpi_id = models.CharField(max_length=36)
    tariff_id = models.CharField(max_length=60, blank=True, help_text="in the station's words; empty: it has none")
    document = models.TextField(help_text="the OCPI tariff as it stood then, as JSON")
    state = models.CharField(max_length=7, choices=State, default=State.ASKED)
    reason = models.CharField(max_length=255, blank=True)
    requested_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    since = models.DateTimeField(null=True, blank=True)
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["asked_at", "id"]

    def __str__(self) -> str:
        return f"{self.ocpi_id} for {self.transaction}"
