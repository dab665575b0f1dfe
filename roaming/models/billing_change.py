"""The change cursor of billing: what happened to CDRs, numbered after commit.

An id is handed out before COMMIT and a timestamp is taken before it, so a reader that follows either skips whatever
commits late. Triggers on CDRs and assessments therefore only note that something changed (`UnnumberedChange`, in the
transaction of the change); one assigner at a time moves what has committed to `BillingChange` and gives it its
position there (`services.changes`). Positions have no gaps and appear in their order.
"""

from __future__ import annotations

from django.db import models

from roaming.models.cdr import Cdr


class _Change(models.Model):
    """What is noted of a change; the parties are the CDR's, so that a reader of some walks along one index."""

    class Kind(models.TextChoices):
        """What happened."""

        MADE = "made", "a CDR was stored, or released to its reader"
        VERDICT = "verdict", "the desk judged it, or judges it otherwise now"

    cdr = models.ForeignKey(Cdr, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=7, choices=Kind)
    verdict = models.CharField(max_length=8, help_text="at that moment")
    at = models.DateTimeField(help_text="when it was written; it may have committed later")
    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    token_country_code = models.CharField(max_length=2)
    token_party_id = models.CharField(max_length=3)

    class Meta:
        abstract = True


class UnnumberedChange(_Change):
    """Written by triggers only (migration 0004_billing), taken away by the assigner."""

    def __str__(self) -> str:
        return f"{self.kind} of CDR {self.cdr_id}"


class BillingChange(_Change):
    """One change at its place for ever; forgotten after BILLING_CHANGES_DAYS."""

    position = models.BigIntegerField(primary_key=True)
    numbered_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["token_country_code", "token_party_id", "position"], name="billing_change_payer"),
            models.Index(fields=["country_code", "party_id", "position"], name="billing_change_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.kind} of CDR {self.cdr_id}"


class BillingCounter(models.Model):
    """One row: the last position, the last forgotten one, and which count it is (another database counts anew)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.CharField(max_length=8)
    last = models.BigIntegerField(default=0)
    forgotten = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.epoch}.{self.last}"
