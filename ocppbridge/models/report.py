"""What a station told us that is neither a state nor a transaction: firmware, diagnostics, events, reports.

Kept as the station sent it, one row a message, for staff to search.
"""

from __future__ import annotations

from django.db import models

from ocppbridge.models.station import Station


class Report(models.Model):
    """One informational message."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="reports")
    action = models.CharField(max_length=50)
    at = models.DateTimeField()
    summary = models.CharField(max_length=255, blank=True)
    payload = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["station", "action", "-at"], name="report_station")]

    def __str__(self) -> str:
        return f"{self.action} of {self.station}"
