"""Calls of ours to a station: a row first, a nudge second. Each settles exactly once.

``payload`` is what staff see (secrets masked); ``secret_payload`` holds the encrypted original until the call has
settled, and only where masking changed something. ``intent`` names the typed verb it came from ("" for the generic
call, whose payload is in the station's own version).
"""

from __future__ import annotations

import uuid

from django.db import models

from ocppbridge.models.station import Station


class Call(models.Model):
    """One CALL with its outcome."""

    class State(models.TextChoices):
        """Life of a call; the last three are final."""

        QUEUED = "queued", "queued"
        SENT = "sent", "sent"
        ANSWERED = "answered", "answered"
        REFUSED = "refused", "refused (CALLERROR)"
        UNANSWERED = "unanswered", "unanswered"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="calls")
    action = models.CharField(max_length=50)
    payload = models.JSONField()
    secret_payload = models.TextField(blank=True)
    intent = models.CharField(max_length=50, blank=True)
    intent_data = models.JSONField(default=dict, blank=True)
    purpose = models.CharField(max_length=30, blank=True, help_text="command, staff, api, configuration …")
    reference = models.CharField(max_length=64, blank=True, db_index=True, help_text="e.g. the OCPI command's id")
    correlation_id = models.CharField(max_length=64, blank=True, db_index=True)
    id_token = models.CharField(max_length=255, blank=True, help_text="remote start and reservations: whose")
    evse_number = models.PositiveIntegerField(null=True, blank=True)
    remote_start_id = models.IntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(help_text="not sent after this")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_on = models.BigIntegerField(null=True, blank=True, help_text="connection id")
    settled_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)
    error_code = models.CharField(max_length=50, blank=True)
    error_description = models.TextField(blank=True)
    outcome = models.CharField(max_length=50, blank=True, help_text="the status that the answer carries")
    requested_by = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["station", "created_at"], name="call_open", condition=models.Q(state__in=["queued", "sent"])
            ),
            models.Index(fields=["station", "id_token", "created_at"], name="call_id_token"),
            models.Index(fields=["expires_at"], name="call_expiry", condition=models.Q(state__in=["queued", "sent"])),
        ]

    def __str__(self) -> str:
        return f"{self.action} to {self.station}"
