"""What a tariff said before it was changed: a CDR is held against what was published when its session began.

A trigger of PostgreSQL writes one whenever a tariff's document changes, whoever changes it. The present document is in
the tariff itself, which was first published at its `created_at` (ocpi/ocpi#273, #543).
"""

from __future__ import annotations

from django.db import models

from roaming.models.tariff import Tariff


class TariffEdition(models.Model):
    """Held until `held_until`, from the edition before on."""

    tariff = models.ForeignKey(Tariff, on_delete=models.CASCADE, related_name="editions")
    version = models.PositiveIntegerField()
    document = models.TextField()
    held_until = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["tariff", "held_until"], name="tariff_edition_held"),
            models.Index(fields=["held_until"], name="tariff_edition_old"),
        ]

    def __str__(self) -> str:
        return f"{self.tariff} until {self.held_until:%Y-%m-%d %H:%M}"
