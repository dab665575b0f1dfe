"""Tariffs on stations (block I): what an EVSE should show to all comers, has taken, and says it holds."""

from __future__ import annotations

from django.db import models

from ocppbridge.models.call import Call
from ocppbridge.models.station import Station


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
