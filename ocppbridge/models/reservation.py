"""Reservations: the id on the wire is ours and unique here; an eMSP's own id never reaches a station (CMD-20)."""

from __future__ import annotations

from django.db import models

from ocppbridge.models.station import Station


class Reservation(models.Model):
    """One reservation on a station, one of its EVSEs, or a connector type."""

    class State(models.TextChoices):
        """Life of a reservation."""

        ASKED = "asked", "asked of the station"
        HELD = "held", "held"
        USED = "used", "used"
        EXPIRED = "expired", "expired"
        CANCELLED = "cancelled", "cancelled"
        REFUSED = "refused", "refused by the station"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="reservations")
    evse_number = models.PositiveIntegerField(null=True, blank=True)
    id_token = models.CharField(max_length=255)
    id_token_type = models.CharField(max_length=20, blank=True)
    group_id = models.CharField(max_length=36, blank=True)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    partner = models.CharField(max_length=6, blank=True, help_text="country/party of the eMSP")
    partner_reservation_id = models.CharField(max_length=36, blank=True)
    command_reference = models.CharField(max_length=36, blank=True, help_text="OCPI command of the RESERVE_NOW")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["station", "state"], name="reservation_station")]

    def __str__(self) -> str:
        return f"reservation {self.pk} on {self.station}"
