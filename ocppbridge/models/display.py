"""Messages on the displays of stations: as asked for, as the station reported them, or both (block O)."""

from __future__ import annotations

from django.db import models

from ocppbridge.models.station import Station


class DisplayMessage(models.Model):
    """One message of one station. `texts` is a list of {content, language, format}."""

    class Standing(models.TextChoices):
        """Where it is."""

        ASKED = "asked", "sent to the station"
        SHOWN = "shown", "held by the station"
        REFUSED = "refused", "refused by the station"
        LEAVING = "leaving", "to be taken off"
        GONE = "gone", "taken off"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="display_messages")
    message_id = models.BigIntegerField()
    priority = models.CharField(max_length=11)
    state = models.CharField(max_length=11, blank=True, help_text="shown only while the station is so")
    start_at = models.DateTimeField(null=True, blank=True)
    end_at = models.DateTimeField(null=True, blank=True)
    transaction_id = models.CharField(max_length=36, blank=True)
    texts = models.JSONField(default=list)
    component = models.CharField(max_length=50, blank=True, help_text="the display, where it has several")
    standing = models.CharField(max_length=7, choices=Standing, default=Standing.ASKED)
    reason = models.CharField(max_length=255, blank=True)
    requested_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["station", "message_id"]
        constraints = [models.UniqueConstraint(fields=["station", "message_id"], name="one_message_per_id")]

    def __str__(self) -> str:
        return f"message {self.message_id} on {self.station}"
