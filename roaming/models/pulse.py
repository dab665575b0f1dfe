"""When the hub last lived: a row that the sweep touches, so that a start knows how long it was away (TRA-09)."""

from __future__ import annotations

from django.db import models


class Pulse(models.Model):
    """One row for the whole hub."""

    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seen at {self.seen_at}"
