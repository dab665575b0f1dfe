"""How many objects an owner has, counted as they come and go: X-Total-Count without a walk through the table (PAG-08).

Triggers of PostgreSQL keep the figures within the transaction of the change, whoever makes it (migration 0002_tallies).
The columns are those that `services.visibility` reads of an object, so the one rule filters both. An owner has several
slots, one of which each connection adds to, so that writers seldom wait for each other; only their sum means something.
"""

from __future__ import annotations

from django.db import models


class Tally(models.Model):
    """Written by triggers only. Deleted tariffs do not count."""

    module = models.CharField(max_length=36)
    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    addressed = models.BooleanField(help_text="those that were pushed to some parties by name; else those for all")
    slot = models.SmallIntegerField()
    count = models.BigIntegerField(help_text="of one slot, so it may be below zero")

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(
                fields=["module", "country_code", "party_id", "addressed", "slot"], name="one_tally_per_owner_and_slot"
            )
        ]

    def __str__(self) -> str:
        return f"{self.module} of {self.country_code}/{self.party_id}: {self.count}"
