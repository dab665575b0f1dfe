"""Notices for staff about partners: what a peer did that the hub did not take, and somebody should look at."""

from __future__ import annotations

from django.db import models

from roaming.models.platform import Platform


class Notice(models.Model):
    """One thing to look at; equal ones count up instead of piling up."""

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, null=True, blank=True, related_name="notices")
    code = models.CharField(max_length=50)
    text = models.TextField()
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "code"],
                condition=models.Q(acknowledged_at=None),
                nulls_distinct=False,
                name="one_open_notice",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.text[:60]}"
