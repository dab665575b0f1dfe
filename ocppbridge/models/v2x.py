"""Bidirectional charging: who may, what cars need, what they make of it, and what they are wished to do (block Q).

Power in W, energy in Wh, as texts in JSON: exact. `parameters` are kept as the station sent them.
"""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

from ocppbridge.models.station import Station
from ocppbridge.models.transaction import Transaction


class TransferRule(models.Model):
    """Which kinds of energy transfer a token may have: by its own uid, its contract, or its owner's party."""

    party = models.CharField(
        max_length=6, blank=True, help_text="the token's owner, such as DE/EMX",
        validators=[RegexValidator(r"\A[A-Za-z]{2}/[A-Za-z0-9]{3}\Z", "Write it as DE/EMX.")],
    )  # fmt: skip
    contract_id = models.CharField(max_length=36, blank=True, help_text="of one contract")
    uid = models.CharField(max_length=36, blank=True, help_text="of one token")
    transfers = models.JSONField(default=list, help_text="EnergyTransferModes, such as AC_BPT")
    note = models.CharField(max_length=255, blank=True)
    made_by = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "contract_id", "uid"],
                name="one_transfer_rule_for_each",
                violation_error_message="There is a rule for exactly this party, contract and token: change that one.",
            ),
            models.CheckConstraint(
                condition=~models.Q(party="", contract_id="", uid=""), name="transfer_rule_is_about_somebody"
            ),
        ]

    def __str__(self) -> str:
        return self.uid or self.contract_id or self.party


class EvNeeds(models.Model):
    """One NotifyEVChargingNeeds with the answer that it got."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="ev_needs")
    transaction = models.ForeignKey(
        Transaction, on_delete=models.CASCADE, null=True, blank=True, related_name="ev_needs"
    )
    evse_number = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True, help_text="by the station's clock")
    requested = models.CharField(max_length=20, help_text="EnergyTransferMode")
    available = models.JSONField(default=list, blank=True)
    control_mode = models.CharField(max_length=20, blank=True)
    mobility = models.CharField(max_length=20, blank=True)
    departure = models.DateTimeField(null=True, blank=True)
    parameters = models.JSONField(default=dict, blank=True, help_text="ac, dc, v2x, der, offer")
    status = models.CharField(max_length=20, help_text="what the station was answered")
    code = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=255, blank=True)
    digest = models.CharField(max_length=32, help_text="the same needs again are not a second row")

    class Meta:
        verbose_name_plural = "needs of cars"
        constraints = [models.UniqueConstraint(fields=["station", "digest"], name="needs_once")]
        indexes = [models.Index(fields=["station", "evse_number", "-received_at"], name="needs_of_evse")]

    def __str__(self) -> str:
        return f"{self.requested} at EVSE {self.evse_number} of {self.station}"


class EvSchedule(models.Model):
    """One NotifyEVChargingSchedule: what the car has made of its profile."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="ev_schedules")
    transaction = models.ForeignKey(
        Transaction, on_delete=models.CASCADE, null=True, blank=True, related_name="ev_schedules"
    )
    evse_number = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    begins_at = models.DateTimeField()
    schedule = models.JSONField()
    selected = models.IntegerField(null=True, blank=True, help_text="which of the schedules that it was offered")
    tolerance_accepted = models.BooleanField(null=True, blank=True)
    excess = models.CharField(max_length=255, blank=True, help_text="where it means to take or give more than it may")

    class Meta:
        indexes = [models.Index(fields=["station", "-received_at"], name="ev_schedule_of_station")]

    def __str__(self) -> str:
        return f"schedule of a car at EVSE {self.evse_number} of {self.station}"


class EnergyPlan(models.Model):
    """What one car is wished to do, as it stands: its profile, the present figures, and what the station made of it."""

    class State(models.TextChoices):
        """Life of a plan; a cleared one may be planned anew."""

        NONE = "none", "nothing is wished"
        SENT = "sent", "sent"
        HOLDS = "holds", "holds"
        REFUSED = "refused", "refused by the station"
        STALE = "stale", "to be sent again"
        CLEARED = "cleared", "cleared"
        ENDED = "ended", "ended with its transaction"

    transaction = models.OneToOneField(Transaction, on_delete=models.CASCADE, related_name="energy_plan")
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="energy_plans")
    allowed = models.JSONField(default=list, blank=True, help_text="kinds of transfer that it may have")
    allowed_by = models.CharField(max_length=150, blank=True, help_text="the rule, or who of the staff")
    allowed_outcome = models.CharField(max_length=50, blank=True, help_text="what the station made of being told")
    state = models.CharField(max_length=8, choices=State, default=State.NONE)
    control = models.CharField(max_length=10, blank=True, help_text="scheduled, pushed, pulled")
    mode = models.CharField(max_length=20, blank=True, help_text="operation mode of its first period")
    wish = models.JSONField(default=dict, blank=True, help_text="as it was asked for")
    profile = models.JSONField(default=dict, blank=True, help_text="as it was sent")
    figures = models.JSONField(default=dict, blank=True, help_text="of a dynamic plan, as they hold now")
    cut = models.JSONField(default=list, blank=True, help_text="what the car cannot do of the wish")
    reason = models.CharField(max_length=255, blank=True)
    edition = models.PositiveIntegerField(default=0, help_text="how often the station was told something new")
    requested_by = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    holds_since = models.DateTimeField(null=True, blank=True)
    pulled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["station", "state"], name="energy_plan_of_station")]

    def __str__(self) -> str:
        return f"plan of {self.transaction}"

    @property
    def profile_id(self) -> int:
        """On the wire. Those of OCPI profiles are transactions' keys; ours stand beyond what these ever reach."""
        return 1_000_000_000 + int(self.pk) % 1_000_000_000


class GridSignal(models.Model):
    """One signal of the grid or the market, whom it reached, and who could not follow it."""

    class Kind(models.TextChoices):
        """What it says."""

        POWER = "power", "power of each car"
        TOTAL = "total", "power of all together"
        PRICE = "price", "prices of energy"
        AFRR = "afrr", "frequency restoration"
        STOP = "stop", "no discharge"

    kind = models.CharField(max_length=5, choices=Kind)
    at = models.DateTimeField()
    scope = models.JSONField(default=dict, blank=True, help_text="party, location, station: whom it is for")
    body = models.JSONField(default=dict, blank=True)
    reached = models.PositiveIntegerField(default=0, help_text="cars whose plan it changed")
    missed = models.JSONField(default=list, blank=True, help_text="[[transaction, why]]")
    made_by = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="grid_signal_at")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M:%S}"
