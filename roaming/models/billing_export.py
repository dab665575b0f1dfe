"""Exports that are made in the background: a row with how far it is, and its file in compressed parts.

A part and the place behind its last CDR are written in one transaction, so a worker that is killed costs nothing and
repeats nothing; web processes on other machines read the same parts.
"""

from __future__ import annotations

from django.db import models

from roaming.models.billing_token import BillingToken


class BillingExport(models.Model):
    """A file of CDRs."""

    class State(models.TextChoices):
        """Where it stands."""

        RUNNING = "RUNNING", "being written"
        READY = "READY", "ready"
        FAILED = "FAILED", "stopped"
        FORGOTTEN = "FORGOTTEN", "its file was deleted"

    class Format(models.TextChoices):
        """As text for spreadsheets, or one JSON object a line."""

        CSV = "csv", "CSV"
        JSONL = "jsonl", "JSON Lines"

    token = models.ForeignKey(BillingToken, on_delete=models.CASCADE, null=True, blank=True, related_name="exports")
    asked_by = models.CharField(max_length=150)
    format = models.CharField(max_length=5, choices=Format)
    selection = models.JSONField(help_text="which CDRs")
    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    total = models.PositiveBigIntegerField(default=0, help_text="CDRs, counted at the start")
    written = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes of the file")
    stored = models.PositiveBigIntegerField(default=0, help_text="bytes of its compressed parts")
    place = models.CharField(max_length=60, blank=True, help_text="the CDR written last")
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField(help_text="when it last got on")
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.get_format_display()} export {self.pk}"


class BillingExportPart(models.Model):
    """Some lines of the file, as one gzip member: members one after the other are a gzip file."""

    export = models.ForeignKey(BillingExport, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["export", "number"], name="one_part_per_number")]

    def __str__(self) -> str:
        return f"part {self.number} of {self.export}"
