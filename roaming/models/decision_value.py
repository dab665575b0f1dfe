"""Values that staff chose for entries of the decision register, per hub, partner or station."""

from __future__ import annotations

from django.db import models


class DecisionValue(models.Model):
    """One chosen value; what is not chosen has the register's default."""

    class Scope(models.TextChoices):
        """For whom it holds: the narrowest wins."""

        HUB = "hub", "the whole hub"
        PARTNER = "partner", "one platform"
        STATION = "station", "one station"

    decision_id = models.CharField(max_length=60)
    scope = models.CharField(max_length=7, choices=Scope, default=Scope.HUB)
    scope_key = models.CharField(max_length=255, blank=True, help_text="platform id or station identity")
    value = models.CharField(max_length=100)
    reason = models.TextField(blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision_id", "scope", "scope_key"], name="one_value_per_scope")
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} = {self.value}"
