"""A real-time authorization that a station waits for: asked of one or more eMSPs by a worker, answered into the row."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class AuthorizationRequest(models.Model):
    """One question about one token. The first ALLOWED wins."""

    class State(models.TextChoices):
        """How far it is."""

        ASKING = "ASKING", "asking"
        ANSWERED = "ANSWERED", "answered"
        UNREACHABLE = "UNREACHABLE", "nobody could be reached"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_uid = models.CharField(max_length=36)
    token_type = models.CharField(max_length=11, default="RFID")
    cpo_country_code = models.CharField(max_length=2)
    cpo_party_id = models.CharField(max_length=3)
    location_id = models.CharField(max_length=36, blank=True)
    evse_uids = ArrayField(models.CharField(max_length=36), default=list, blank=True)
    station = models.CharField(max_length=255, blank=True)
    asked = ArrayField(models.CharField(max_length=6), default=list, blank=True)
    state = models.CharField(max_length=11, choices=State, default=State.ASKING)
    allowed = models.CharField(max_length=11, blank=True, help_text="AllowedType of the answer")
    answered_by = models.CharField(max_length=6, blank=True)
    info = models.TextField(blank=True, help_text="the AuthorizationInfo as answered")
    correlation_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    deadline_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["token_uid", "-created_at"], name="authorization_token")]

    def __str__(self) -> str:
        return f"authorization {self.id}"
