"""How a partner's totals come about, as its CDRs so far have shown; a change is a finding until staff reset it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Habit(models.Model):
    """Learned per party: the ways (reading of the tariff texts, rounding) that fitted every CDR so far."""

    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    ways = ArrayField(
        models.CharField(max_length=100), default=list, help_text="reading/rounding; our reading is empty"
    )
    cdrs = models.PositiveIntegerField(default=0, help_text="that have shown it, counted up to a hundred")
    since = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True, help_text="when a CDR last did not fit it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country_code", "party_id"], name="one_habit_per_party")]

    def __str__(self) -> str:
        return f"{self.country_code}/{self.party_id}"
