"""What stands of each session that is over, held against the session: one row each, made anew when either changes.

Triggers on sessions, CDRs, assessments and deliveries leave a mark in the transaction of the change (0005_balances);
`services.balances` settles marks into rows. A CDR that names no session is a row of its own (`sessionless`).
Months are those of UTC, by the end.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from roaming.models.cdr import Cdr
from roaming.models.session import Session


class Balance(models.Model):
    """Written by `services.balances` only."""

    class Problem(models.TextChoices):
        """What somebody should look at; a row may have several."""

        NO_CDR = "no_cdr", "session without CDR"
        NO_SESSION = "no_session", "CDR without session"
        ENERGY = "energy", "energy differs"
        COST = "cost", "money differs"
        TIME = "time", "times differ"
        UNDELIVERED = "undelivered", "never delivered"
        NO_RECEIVER = "no_receiver", "nobody to deliver to"
        ON_HOLD = "on_hold", "on hold"
        REJECTED = "rejected", "rejected"

    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    key = models.CharField(max_length=39, help_text="of the session, or of a CDR that names none")
    sessionless = models.BooleanField(default=False)
    token_country_code = models.CharField(max_length=2)
    token_party_id = models.CharField(max_length=3)
    month = models.DateField(help_text="its first day")
    ended_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    # No constraints: settling must not wait for whoever holds a Session or a CDR.
    session = models.ForeignKey(
        Session, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    session_energy = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True, help_text="kWh")
    session_cost = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    cdr = models.ForeignKey(
        Cdr, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False,
        help_text="the one to look at first",
    )  # fmt: skip
    cdrs = models.PositiveIntegerField(default=0, help_text="all, credits too")
    standing = models.PositiveIntegerField(default=0, help_text="those that count")
    energy_import = models.DecimalField(max_digits=16, decimal_places=4, default=0, help_text="kWh that stand")
    energy_export = models.DecimalField(max_digits=16, decimal_places=4, default=0, help_text="kWh that stand")
    cost = models.DecimalField(max_digits=16, decimal_places=4, default=0, help_text="excl. VAT, what stands")
    problems = ArrayField(models.CharField(max_length=11, choices=Problem), default=list, blank=True)
    settled_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["country_code", "party_id", "key", "sessionless"], name="one_balance_per_session"
            )
        ]
        indexes = [
            # What is wrong in a month, by payer and by owner; its sums stand in BalanceSum.
            models.Index(
                fields=["month", "token_country_code", "token_party_id", "id"],
                condition=~models.Q(problems=[]), name="balance_payer_wrong",
            ),
            models.Index(
                fields=["month", "country_code", "party_id", "id"],
                condition=~models.Q(problems=[]), name="balance_owner_wrong",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.country_code}/{self.party_id}/{self.key}"


class BalanceSum(models.Model):
    """What the balances of a month between two parties come to: all of them (`kind` empty), or those with one kind of
    trouble. Kept by `services.balances` in the statement that settles, so it never has to be counted."""

    month = models.DateField()
    token_country_code = models.CharField(max_length=2)
    token_party_id = models.CharField(max_length=3)
    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=11, blank=True)
    rows = models.BigIntegerField()
    sessions = models.BigIntegerField(default=0, help_text="those that are here: not every CDR's is")
    cdrs = models.BigIntegerField()
    energy_import = models.DecimalField(max_digits=20, decimal_places=4)
    energy_export = models.DecimalField(max_digits=20, decimal_places=4)
    cost = models.DecimalField(max_digits=20, decimal_places=4)
    session_energy = models.DecimalField(max_digits=20, decimal_places=4)
    session_cost = models.DecimalField(max_digits=20, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "month",
                    "token_country_code",
                    "token_party_id",
                    "country_code",
                    "party_id",
                    "currency",
                    "kind",
                ],
                name="one_sum_per_month_pair_and_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.country_code}/{self.party_id} {self.kind}"


class BalanceMark(models.Model):
    """Something that a balance is made of has changed; written by triggers, taken away by whoever settles it."""

    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    key = models.CharField(max_length=39)
    of_cdr = models.BooleanField(help_text="key is that of a CDR, not of a session")

    def __str__(self) -> str:
        return f"{self.country_code}/{self.party_id}/{self.key}"
