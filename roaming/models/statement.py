"""Monthly statements: which CDRs of one seller one payer owes for, and their sums. Once issued, nothing changes.

A CDR stands on one statement only. One that is accepted, or arrives, after its month was stated stands on the next one.
"""

from __future__ import annotations

from django.db import models

from roaming.models.cdr import Cdr


class Statement(models.Model):
    """One seller (CPO), one payer (eMSP), one month of UTC."""

    class State(models.TextChoices):
        """A draft may be thrown away; what is issued is fixed (a trigger sees to it, migration 0004_billing)."""

        COLLECTING = "COLLECTING", "being drawn up"
        DRAFT = "DRAFT", "draft"
        ISSUED = "ISSUED", "issued"

    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    token_country_code = models.CharField(max_length=2)
    token_party_id = models.CharField(max_length=3)
    month = models.DateField(help_text="its first day")
    state = models.CharField(max_length=10, choices=State, default=State.COLLECTING)
    collected = models.PositiveIntegerField(default=0, help_text="CDRs so far")
    place = models.CharField(max_length=60, blank=True, help_text="the CDR looked at last")
    seller_name = models.CharField(max_length=100, blank=True)
    payer_name = models.CharField(max_length=100, blank=True)
    sums = models.JSONField(default=list, blank=True, help_text="by currency, VAT rate, and credits apart")
    unbilled = models.JSONField(default=dict, blank=True, help_text="CDRs of the month not on it, by verdict")
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField(help_text="when it last got on")
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["country_code", "party_id", "token_country_code", "token_party_id", "month"],
                name="one_statement_per_month",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What it is called on paper."""
        seller, payer = f"{self.country_code}{self.party_id}", f"{self.token_country_code}{self.token_party_id}"
        return f"{self.month:%Y-%m}-{seller}-{payer}"


class StatementRow(models.Model):
    """One CDR on a statement, with the figures that were summed."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="rows")
    cdr = models.OneToOneField(Cdr, on_delete=models.PROTECT, related_name="statement_row")
    currency = models.CharField(max_length=3)
    credit = models.BooleanField()
    excl_vat = models.DecimalField(max_digits=14, decimal_places=4)
    incl_vat = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    imported = models.DecimalField(max_digits=14, decimal_places=4, help_text="kWh")
    exported = models.DecimalField(max_digits=14, decimal_places=4, help_text="kWh")
    shares = models.JSONField(help_text="its amounts by VAT rate")

    def __str__(self) -> str:
        return f"{self.cdr} on {self.statement}"
