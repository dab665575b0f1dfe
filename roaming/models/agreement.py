"""An agreement between two parties: which modules they share, since when and until when (HUB-32).

A pair may have several, for modules that are shared at different times: what one of them allows is allowed. Whether a
pair without any may see each other is a decision (VISIBILITY-DEFAULT). A substitution shows the eMSP another tariff in
the place of one that everybody else sees (TAR-30).
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from roaming.models.party import Party


class Agreement(models.Model):
    """Directed from the CPO side to the eMSP side; empty ``modules`` means all."""

    cpo = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="agreements_as_cpo")
    emsp = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="agreements_as_emsp")
    modules = ArrayField(
        models.CharField(max_length=36), default=list, blank=True, help_text="comma separated; empty: all modules"
    )
    open_auth = models.BooleanField(default=False, help_text="ask this eMSP about tokens nobody knows (TOK-27)")
    suspended = models.BooleanField(default=False)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    changed_at = models.DateTimeField(
        auto_now=True, help_text="what the pair shares counts as changed since then: delta lists show it again"
    )

    def __str__(self) -> str:
        return f"{self.cpo} – {self.emsp}"


class Substitution(models.Model):
    """The eMSP sees ``substitute_id`` wherever the CPO's objects name ``tariff_id``."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="substitutions")
    tariff_id = models.CharField("tariff", max_length=36, help_text="as everybody else sees it")
    substitute_id = models.CharField("substitute", max_length=36, help_text="what this eMSP sees and pays instead")
    exclusive = models.BooleanField(default=True, help_text="no other eMSP sees the substitute")
    tariff_key = models.CharField(max_length=36, editable=False)
    substitute_key = models.CharField(max_length=36, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "tariff_key"], name="one_substitute_per_tariff"),
            models.CheckConstraint(
                condition=~models.Q(tariff_key=models.F("substitute_key")), name="substitute_is_another_tariff"
            ),
        ]
        indexes = [models.Index(fields=["substitute_key"], name="substitution_substitute")]

    def __str__(self) -> str:
        return f"{self.tariff_id} → {self.substitute_id}"

    def clean(self) -> None:
        """Identifiers are compared without regard to case (TYP-03), by the constraints too."""
        self.tariff_key, self.substitute_key = self.tariff_id.upper(), self.substitute_id.upper()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever writes one, the keys are the folded ids."""
        self.clean()
        super().save(*args, **kwargs)
        Party.objects.filter(pk=self.agreement.emsp_id, special_tariffs=False).update(special_tariffs=True)
