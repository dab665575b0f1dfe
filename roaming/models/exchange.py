"""The journal of HTTP: heads always, bodies of writes and errors up to 64 kB, secrets never (S18)."""

from __future__ import annotations

from django.db import models

from roaming.models.platform import Platform


class Exchange(models.Model):
    """One request and its response, in either direction."""

    class Direction(models.TextChoices):
        """Who asked."""

        IN = "IN", "received"
        OUT = "OUT", "sent"

    at = models.DateTimeField()
    direction = models.CharField(max_length=3, choices=Direction)
    platform = models.ForeignKey(Platform, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    method = models.CharField(max_length=7)
    url = models.TextField(help_text="path and query; callback keys masked")
    module = models.CharField(max_length=36, blank=True)
    routing = models.CharField(max_length=40, blank=True, help_text="the routing decision, in words")
    from_party = models.CharField(max_length=6, blank=True)
    to_party = models.CharField(max_length=6, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    correlation_id = models.CharField(max_length=64, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    ocpi_status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.TextField(blank=True)
    duration_ms = models.PositiveIntegerField(default=0)
    request_body = models.TextField(blank=True)
    response_body = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["correlation_id"], name="exchange_correlation"),
            models.Index(fields=["request_id"], name="exchange_request"),
            models.Index(fields=["-at"], name="exchange_at"),
            models.Index(fields=["platform", "-at"], name="exchange_platform"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.method} {self.url}"
