"""Reservations: the id on the wire is ours and unique here; an eMSP's own id never reaches a station (CMD-20).

One that an eMSP has made is an OCPI Session from the moment the station holds it (SES-20): `session_id`. What it is
priced by is kept as of then. `command_reference` is the RESERVE_NOW whose response_url hears of a cancellation by us.
"""

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
    connector_type = models.CharField(max_length=20, blank=True)
    id_token = models.CharField(max_length=255)
    id_token_type = models.CharField(max_length=20, blank=True)
    group_id = models.CharField(max_length=36, blank=True)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    reason = models.CharField(max_length=50, blank=True, help_text="why it ended, in the station's word or ours")
    held_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.CharField(max_length=150, blank=True)
    partner = models.CharField(max_length=6, blank=True, help_text="country/party of the eMSP")
    partner_reservation_id = models.CharField(max_length=36, blank=True)
    command_reference = models.CharField(max_length=36, blank=True, help_text="OCPI command of the RESERVE_NOW")
    session_id = models.UUIDField(null=True, blank=True, help_text="OCPI Session, which a transaction takes over")
    cdr_id = models.CharField(max_length=36, blank=True)
    cdr_token = models.JSONField(null=True, blank=True, help_text="OCPI CdrToken")
    authorization_reference = models.CharField(max_length=36, blank=True)
    location = models.TextField(blank=True, help_text="the OCPI CdrLocation as of then, as JSON")
    tariff = models.TextField(blank=True, help_text="the tariff as of then, as JSON")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["station", "state"], name="reservation_station"),
            models.Index(
                fields=["expires_at"], name="reservation_open", condition=models.Q(state__in=["asked", "held"])
            ),
            models.Index(fields=["partner", "partner_reservation_id"], name="reservation_partner"),
        ]

    def __str__(self) -> str:
        return f"reservation {self.pk} on {self.station}"
