"""Monitors on a station's variables, the events they (and hard wires) told, and periodic event streams (block N)."""

from __future__ import annotations

from django.db import models

from ocppbridge.models.setting import Named
from ocppbridge.models.station import Station


class Monitor(Named):
    """One monitor: as it was asked for, as the station reported it, or both. No id yet: not answered, or refused."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="monitors")
    monitor_id = models.BigIntegerField(null=True, blank=True)
    type = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=30, decimal_places=9)
    severity = models.PositiveSmallIntegerField(help_text="0 danger … 9 debug")
    transaction = models.BooleanField(default=False, help_text="only during transactions")
    origin = models.CharField(
        max_length=25, blank=True, help_text="CustomMonitor, PreconfiguredMonitor, HardWired… (2.1)"
    )
    interval = models.IntegerField(null=True, blank=True, help_text="seconds, of its event stream (2.1)")
    values = models.IntegerField(null=True, blank=True, help_text="at once, of its event stream (2.1)")
    status = models.CharField(max_length=30, blank=True, help_text="what the station made of it")
    reason = models.CharField(max_length=255, blank=True)
    requested_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["component", "evse_number", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "monitor_id"], name="one_monitor_per_id",
                condition=models.Q(monitor_id__isnull=False),
            )
        ]  # fmt: skip


class StationEvent(Named):
    """One event of NotifyEvent."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="events")
    event_id = models.BigIntegerField()
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    trigger = models.CharField(max_length=10, help_text="Alerting, Delta or Periodic")
    kind = models.CharField(max_length=25, help_text="what told it")
    value = models.TextField(blank=True)
    cause = models.BigIntegerField(null=True, blank=True, help_text="event id of what caused it")
    cleared = models.BooleanField(default=False)
    severity = models.PositiveSmallIntegerField(null=True, blank=True, help_text="of the event, else of its monitor")
    monitor_id = models.BigIntegerField(null=True, blank=True)
    transaction_id = models.CharField(max_length=36, blank=True)
    tech_code = models.CharField(max_length=50, blank=True)
    tech_info = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["station", "-received_at"], name="station_event_station"),
            models.Index(fields=["received_at"], name="station_event_age"),
        ]


class EventStream(models.Model):
    """A monitor's values coming by a stream, as the station opened it (2.1)."""

    class State(models.TextChoices):
        """Life of a stream."""

        OPEN = "open", "open"
        REFUSED = "refused", "refused"
        CLOSED = "closed", "closed"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="event_streams")
    stream_id = models.BigIntegerField()
    monitor_id = models.BigIntegerField(null=True, blank=True)
    interval = models.IntegerField(null=True, blank=True, help_text="seconds")
    values = models.IntegerField(null=True, blank=True, help_text="at once")
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    pending = models.IntegerField(default=0, help_text="values that the station still holds")
    told = models.PositiveIntegerField(default=0, help_text="values that have come")
    opened_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["station", "stream_id"], name="one_open_stream_per_id", condition=models.Q(state="open")
            )
        ]

    def __str__(self) -> str:
        return f"stream {self.stream_id} of {self.station}"


class StreamValue(models.Model):
    """One value of a stream."""

    stream = models.ForeignKey(EventStream, on_delete=models.CASCADE, related_name="rows")
    at = models.DateTimeField()
    value = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["stream", "-at"], name="stream_value_stream"),
            models.Index(fields=["at"], name="stream_value_age"),
        ]

    def __str__(self) -> str:
        return self.value
