"""What the CDR desk says of a CDR: verdict, reasons, amounts, and the trail of who said what (S42, S48).

No row: not assessed yet. `country_code`, `party_id` and `ended_at` repeat the CDR's, which never change, so that the
desk's lists are read from one index. `stands`: counts in the balance of its session.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from roaming.models.cdr import Cdr


class Assessment(models.Model):
    """The verdict on one CDR; what staff said last (`settled_…`) outlives an automatic re-assessment."""

    class Verdict(models.TextChoices):
        """ON_HOLD waits for a person; a REJECTED one cannot be right as it is."""

        ACCEPTED = "ACCEPTED", "accepted"
        ON_HOLD = "ON_HOLD", "on hold"
        REJECTED = "REJECTED", "rejected"

    class Settled(models.TextChoices):
        """What staff did."""

        RELEASED = "RELEASED", "released"
        DISPUTED = "DISPUTED", "disputed"
        REJECTED = "REJECTED", "rejected"

    cdr = models.OneToOneField(Cdr, on_delete=models.CASCADE, related_name="assessment")
    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    ended_at = models.DateTimeField()
    verdict = models.CharField(max_length=8, choices=Verdict)
    reasons = models.JSONField(default=list, blank=True, help_text="code, severity, pointer, message, amounts, …")
    codes = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, help_text="of the errors and warnings"
    )
    bill = models.JSONField(null=True, blank=True, help_text="what we compute; of our own CDRs the CDR has it")
    rounding = models.CharField(max_length=40, blank=True, help_text="the rounding that gives its totals")
    reading = models.CharField(max_length=60, blank=True, help_text="the reading of the tariff, if not ours")
    stands = models.BooleanField(default=False)
    assessed_at = models.DateTimeField()
    settled_by = models.CharField(max_length=150, blank=True)
    settled_as = models.CharField(max_length=8, choices=Settled, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "CDR at the desk"
        verbose_name_plural = "CDRs at the desk"
        indexes = [
            models.Index(fields=["ended_at", "id"], name="assessment_ended"),
            models.Index(fields=["verdict", "ended_at", "id"], name="assessment_verdict"),
            models.Index(fields=["country_code", "party_id", "ended_at", "id"], name="assessment_owner"),
            models.Index(
                fields=["country_code", "party_id", "ended_at", "id"],
                condition=models.Q(verdict__in=["ON_HOLD", "REJECTED"]),
                name="assessment_not_accepted",
            ),
            models.Index(
                fields=["ended_at", "id"],
                condition=models.Q(verdict="ON_HOLD", settled_at=None),
                name="assessment_waiting",
            ),
            GinIndex(fields=["codes"], name="assessment_codes"),
        ]

    def __str__(self) -> str:
        return f"CDR {self.cdr}"


class DeskEntry(models.Model):
    """One act at the desk; never changed, never deleted but with its CDR."""

    class Act(models.TextChoices):
        """What was done."""

        ASSESSED = "ASSESSED", "assessed"
        RELEASED = "RELEASED", "released"
        DISPUTED = "DISPUTED", "disputed"
        REJECTED = "REJECTED", "rejected"
        ANNOTATED = "ANNOTATED", "annotated"
        REOPENED = "REOPENED", "reopened"
        CORRECTED = "CORRECTED", "credited and replaced"
        CONFLICT = "CONFLICT", "sent again with other content"

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    by = models.CharField(max_length=150, help_text="a member of staff, or desk")
    act = models.CharField(max_length=9, choices=Act)
    from_verdict = models.CharField(max_length=8, blank=True)
    to_verdict = models.CharField(max_length=8, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "desk entries"

    def __str__(self) -> str:
        return f"{self.get_act_display()} by {self.by}"
