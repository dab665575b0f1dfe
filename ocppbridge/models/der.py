"""Grid support (block R): the controls that stations hold, the faults of the grid that they tell, and inquiries."""

from __future__ import annotations

from django.db import models

from ocppbridge.models.station import Station


class DerControl(models.Model):
    """One control of one station: set by us, or found in its report."""

    class State(models.TextChoices):
        """As far as anybody knows."""

        ASKED = "asked", "asked for"
        HELD = "held", "held by the station"
        SUPERSEDED = "superseded", "superseded by another"
        REFUSED = "refused", "refused"
        CLEARED = "cleared", "cleared"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="der_controls")
    control_id = models.CharField(max_length=36)
    kind = models.CharField(max_length=30, help_text="DERControlType, such as FreqDroop")
    default = models.BooleanField(default=False, help_text="holds whenever no scheduled one does")
    settings = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    reason = models.CharField(max_length=255, blank=True)
    active = models.BooleanField(default=False, help_text="told to have started, and not to have stopped")
    switched_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "control_id"]
        constraints = [models.UniqueConstraint(fields=["station", "control_id"], name="one_der_control_of_an_id")]

    def __str__(self) -> str:
        return f"{self.kind} {self.control_id} of {self.station}"


class DerAlarm(models.Model):
    """A fault of the grid as a station has met it."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="der_alarms")
    kind = models.CharField(max_length=30, help_text="the control that it triggers")
    fault = models.CharField(max_length=20, blank=True)
    info = models.CharField(max_length=200, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-began_at", "-id"]
        indexes = [models.Index(fields=["station", "kind"], name="der_alarm_on", condition=models.Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.fault or self.kind} at {self.station}"


class DerInquiry(models.Model):
    """One report of controls that was asked for; its id is the requestId on the wire."""

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", "asked for"
        WHOLE = "whole", "whole"
        EMPTY = "empty", "nothing to report"
        REFUSED = "refused", "refused"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="der_inquiries")
    kind = models.CharField(max_length=30, blank=True)
    default = models.BooleanField(null=True, blank=True)
    control_id = models.CharField(max_length=36, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.ASKED)
    found = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=255, blank=True)
    requested_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"DER report {self.pk} of {self.station}"
