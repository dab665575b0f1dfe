"""A handshake that staff asked for: registering at a peer, rotating tokens, parting. A worker carries it out.

The row is the truth: whoever asked sees it as waiting, under way, done or failed with the reason; one that a killed
worker left behind is found by the sweep and done again.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from roaming.models.fields import EncryptedTextField
from roaming.models.platform import Platform


class Handshake(models.Model):
    """What is to be done with one platform."""

    class Kind(models.TextChoices):
        """Which of the flows."""

        REGISTER = "REGISTER", "registering"
        ROTATE = "ROTATE", "rotating tokens"
        PART = "PART", "parting"

    class State(models.TextChoices):
        """Of a row: WAITING and RUNNING ones are picked up."""

        WAITING = "WAITING", "waiting for a worker"
        RUNNING = "RUNNING", "under way"
        DONE = "DONE", "done"
        FAILED = "FAILED", "failed"

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="handshakes")
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    token = EncryptedTextField(blank=True, help_text="their TOKEN_A; forgotten when it is over")
    expected_roles = models.JSONField(default=list, blank=True, help_text="whom the peer may bring; empty: anybody new")
    result = models.TextField(blank=True, help_text="what came of it, in words")
    asked_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform"], condition=Q(state__in=["WAITING", "RUNNING"]), name="one_open_handshake"
            )
        ]
        indexes = [models.Index(fields=["platform", "-asked_at"], name="handshake_platform")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.platform}"
