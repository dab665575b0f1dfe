"""Stations that knocked and are not known here: refused like a wrong password, noted for staff to add or dismiss."""

from __future__ import annotations

from django.db import models


class Stranger(models.Model):
    """An identity that nobody has added. Few are kept, the latest ones: anybody may knock."""

    identity = models.CharField(max_length=255, unique=True)
    peer = models.CharField(max_length=64, blank=True, help_text="the address that it came from last")
    offered = models.CharField(max_length=200, blank=True, help_text="sub-protocols")
    count = models.PositiveIntegerField(default=1, help_text="minutes in which it knocked")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = "unknown station"
        indexes = [models.Index(fields=["last_at"], name="stranger_last")]

    def __str__(self) -> str:
        return self.identity
