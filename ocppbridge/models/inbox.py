"""The inbox: which journalled frames have not been understood yet, written in the journal's own COMMIT.

The drain applies rows in order (station, connection, n) under an advisory lock on the shard and deletes them in the
same transaction. What raises three times moves to quarantine.
"""

from __future__ import annotations

from django.db import models

from ocppbridge.models.station import Station


class InboxItem(models.Model):
    """A pointer at one frame. ``priority`` 0 goes before 1 (only meter values)."""

    shard = models.PositiveSmallIntegerField()
    station = models.ForeignKey(Station, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    connection_id = models.BigIntegerField()
    n = models.IntegerField()
    frame_id = models.BigIntegerField()
    frame_at = models.DateTimeField()
    priority = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["shard", "priority"], name="inbox_shard"),
            models.Index(fields=["station", "connection_id", "n"], name="inbox_order"),
        ]

    def __str__(self) -> str:
        return f"inbox {self.pk}"


class Quarantined(models.Model):
    """A frame that could not be applied. A transaction message parks its station until it is resolved."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="quarantined")
    connection_id = models.BigIntegerField()
    n = models.IntegerField()
    frame_id = models.BigIntegerField()
    frame_at = models.DateTimeField()
    action = models.CharField(max_length=50)
    parks = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "quarantined frames"
        indexes = [
            models.Index(fields=["station"], name="quarantine_parked", condition=models.Q(parks=True, resolved_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.station}"
