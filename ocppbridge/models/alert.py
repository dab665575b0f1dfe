"""Alerts for staff: a socket replaced, a flood, a security event, a parked station."""

from __future__ import annotations

from django.db import models

from ocppbridge.models.station import Station


class Alert(models.Model):
    """One thing that somebody should look at; equal ones count up instead of piling up."""

    class Severity(models.TextChoices):
        """How urgent."""

        INFO = "info", "info"
        WARNING = "warning", "warning"
        CRITICAL = "critical", "critical"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, null=True, blank=True, related_name="alerts")
    code = models.CharField(max_length=50)
    severity = models.CharField(max_length=8, choices=Severity, default=Severity.WARNING)
    text = models.TextField()
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["station", "code"], name="alert_open", condition=models.Q(acknowledged_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.text[:60]}"
