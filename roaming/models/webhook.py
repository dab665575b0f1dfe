"""Webhooks: who is told of new CDRs and verdicts, and how far each has been told.

An endpoint follows the change cursor: `position` is the last change it has taken, so order holds, nothing is queued
twice, and telling it again from an earlier change is setting it back. Retry times are columns.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from roaming.models.fields import EncryptedTextField
from roaming.models.party import Party


class Webhook(models.Model):
    """One endpoint."""

    name = models.CharField(max_length=100)
    url = models.URLField(max_length=500)
    secret = EncryptedTextField(editable=False, help_text="signs what is sent")
    kinds = ArrayField(models.CharField(max_length=7), default=list, help_text="made, verdict")
    bound = models.BooleanField(default=False, help_text="hears of its parties only; without one of nothing")
    parties = models.ManyToManyField(Party, blank=True, related_name="webhooks")
    position = models.BigIntegerField(default=0, help_text="the last change it was told, or that was not for it")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="in a row that failed")
    due_at = models.DateTimeField(null=True, blank=True, help_text="not before then, after a failure")
    first_failed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    ping_wanted_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class WebhookAttempt(models.Model):
    """One try: what was told and what came of it."""

    class Kind(models.TextChoices):
        """Of what."""

        CHANGE = "change", "change"
        PING = "ping", "test ping"

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="tries")
    kind = models.CharField(max_length=6, choices=Kind)
    position = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    taken = models.BooleanField()
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["webhook", "-at"], name="webhook_attempts"),
            models.Index(fields=["at"], name="webhook_attempt_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.position or ''} {'taken' if self.taken else 'not taken'}"
