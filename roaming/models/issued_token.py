"""Tokens that we issued to peers: kept as a keyed digest only and shown once (S12, S13, S17).

Kind A is for the handshake: single use, expiring, bound to the parties that may register with it. Kind C is the
connection's. During a rotation two of kind C are valid until the new one was used or the grace period ends (CRE-19).
"""

from __future__ import annotations

from django.db import models

from roaming.models.platform import Platform


class IssuedToken(models.Model):
    """The HMAC-SHA-256 (hex) of a token under the server key."""

    class Kind(models.TextChoices):
        """What the token opens."""

        A = "A", "registration (TOKEN_A)"
        C = "C", "connection"

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="issued_tokens")
    kind = models.CharField(max_length=1, choices=Kind)
    digest = models.CharField(max_length=64, unique=True)
    allowed_roles = models.JSONField(
        default=list, blank=True, help_text='[{"role": "EMSP", "country_code": "DE", "party_id": "EMX"}] (S14)'
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True, help_text="A: registered with it; C: first request with it")
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"token {self.kind} of {self.platform}"
