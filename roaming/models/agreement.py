"""An agreement between two parties: which modules they share, since when and until when (HUB-32).

Whether a pair without an agreement may see each other is a decision (VISIBILITY-DEFAULT).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from roaming.models.party import Party


class Agreement(models.Model):
    """Directed from the CPO side to the eMSP side; empty ``modules`` means all."""

    cpo = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="agreements_as_cpo")
    emsp = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="agreements_as_emsp")
    modules = ArrayField(models.CharField(max_length=36), default=list, blank=True)
    open_auth = models.BooleanField(default=False, help_text="ask this eMSP about tokens nobody knows (TOK-27)")
    suspended = models.BooleanField(default=False)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cpo", "emsp"], name="one_agreement_per_pair")]

    def __str__(self) -> str:
        return f"{self.cpo} – {self.emsp}"
