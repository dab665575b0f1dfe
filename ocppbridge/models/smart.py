"""Power on stations (block K): the profiles there, limits of others, what holds as told and as computed, site budgets.

A profile is kept as `charging.charging_profiles` has it, as JSON. One that is `wanted` is ours: what a report says
against it is drift. Figures of a budget are in its own unit, A (per phase) or W (in total).
"""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models

from ocppbridge.models.call import Call
from ocppbridge.models.station import Station
from ocppbridge.models.transaction import Transaction

_POWER = [MinValueValidator(Decimal())]


class InstalledProfile(models.Model):
    """A charging profile on a station: set by us, or found there."""

    class Drift(models.TextChoices):
        """What the station's last report says against it."""

        MISSING = "missing", "not there any more"
        DIFFERENT = "different", "not as it was set"
        FOREIGN = "foreign", "not set by us"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="charging_profiles")
    evse_number = models.PositiveIntegerField(default=0, help_text="0: the station, or all of its EVSEs")
    profile_id = models.IntegerField()
    level = models.PositiveIntegerField(help_text="stack level: the highest leads")
    purpose = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)
    transaction_id = models.CharField(max_length=36, blank=True, help_text="as the station knows it")
    source = models.CharField(max_length=20, default="CSO", help_text="CSO: us; EMS, SO, Other")
    wanted = models.BooleanField(default=False, help_text="set by us")
    profile = models.JSONField()
    drift = models.CharField(max_length=9, choices=Drift, blank=True)
    set_for = models.CharField(max_length=30, blank=True, help_text="command, staff, api, budget …")
    requested_by = models.CharField(max_length=150, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["evse_number", "purpose", "-level", "profile_id"]
        constraints = [models.UniqueConstraint(fields=["station", "profile_id"], name="one_row_per_charging_profile")]
        indexes = [models.Index(fields=["drift"], name="charging_profile_drift", condition=~models.Q(drift=""))]

    def __str__(self) -> str:
        return f"{self.purpose} {self.profile_id} on {self.station}"


class ProfileInquiry(models.Model):
    """One GetChargingProfiles; its id is the requestId on the wire."""

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", "asked"
        WHOLE = "whole", "whole"
        NONE = "none", "no such profiles"
        REFUSED = "refused", "refused by the station"
        SILENT = "silent", "not answered"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="profile_inquiries")
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    narrowed = models.BooleanField(default=False, help_text="by criteria: what it does not tell may be there")
    seen = models.JSONField(default=list, blank=True, help_text="ids of the profiles told")
    state = models.CharField(max_length=7, choices=State, default=State.ASKED)
    requested_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "profile inquiries"

    def __str__(self) -> str:
        return f"inquiry {self.pk} of {self.station}"


class ChargingLimit(models.Model):
    """A limit that somebody else has set on a station: a grid operator, an energy manager on the spot (K11 to K14)."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="charging_limits")
    evse_number = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=20)
    schedules = models.JSONField(default=list, blank=True)
    grid_critical = models.BooleanField(default=False)
    local_generation = models.BooleanField(default=False, help_text="adds power of the place")
    since = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["station"], name="charging_limit_open", condition=models.Q(cleared_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"limit by {self.source} on {self.station}"


class ScheduleCheck(models.Model):
    """The composite schedule of an EVSE as its station told it last, beside what we computed for the same time."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="schedule_checks")
    evse_number = models.PositiveIntegerField()
    at = models.DateTimeField()
    start = models.DateTimeField()
    duration = models.PositiveIntegerField()
    unit = models.CharField(max_length=1)
    told = models.JSONField(default=list, blank=True)
    computed = models.JSONField(default=list, blank=True)
    difference = models.TextField(blank=True, help_text="empty: they agree")

    class Meta:
        ordering = ["evse_number"]
        constraints = [models.UniqueConstraint(fields=["station", "evse_number"], name="one_check_per_evse")]

    def __str__(self) -> str:
        return f"schedule of {self.station} EVSE {self.evse_number}"


class PriorityCharging(models.Model):
    """A transaction for which the PriorityCharging profile holds."""

    transaction = models.OneToOneField(Transaction, on_delete=models.CASCADE, related_name="priority_charging")
    activated = models.BooleanField(default=True)
    by = models.CharField(max_length=150, help_text="the station, or who asked for it")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"priority of {self.transaction}"


class SiteBudget(models.Model):
    """What the stations of one location may draw together."""

    class Unit(models.TextChoices):
        """Of every figure of the budget."""

        A = "A", "A per phase"
        W = "W", "W in total"

    class Strategy(models.TextChoices):
        """Who gets how much."""

        EQUAL = "equal", "every car the same"
        PRIORITY = "priority", "by the weight of station and driver's wishes"

    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    location_id = models.CharField(max_length=36)
    active = models.BooleanField(default=True)
    unit = models.CharField(max_length=1, choices=Unit, default=Unit.A)
    limit = models.DecimalField(max_digits=10, decimal_places=1, validators=_POWER)
    limit_l2 = models.DecimalField(
        max_digits=10, decimal_places=1, null=True, blank=True, validators=_POWER, help_text="else as L1"
    )
    limit_l3 = models.DecimalField(
        max_digits=10, decimal_places=1, null=True, blank=True, validators=_POWER, help_text="else as L1"
    )
    periods = models.JSONField(
        default=list, blank=True,
        help_text='other limits at times, by the clock of the location: [{"days": [1, 5], "from": "17:00", '
        '"to": "20:00", "limit": 40}]; days 1 (Monday) to 7, without: all',
    )  # fmt: skip
    strategy = models.CharField(max_length=8, choices=Strategy, default=Strategy.EQUAL)
    minimum = models.DecimalField(
        max_digits=10, decimal_places=1, default=6, validators=_POWER, help_text="of one car; with less it is paused"
    )
    offline_limit = models.DecimalField(
        max_digits=10, decimal_places=1, default=0, validators=_POWER,
        help_text="of a station that is offline when its lease has ended",
    )  # fmt: skip
    balanced_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country_code", "party_id", "location_id"], name="one_budget_per_location")
        ]

    def __str__(self) -> str:
        return f"budget of {self.location_id}"


class BudgetShare(models.Model):
    """What one station has of a budget: what it shall have, what was sent, what it has accepted and is counted with."""

    budget = models.ForeignKey(
        SiteBudget,
        on_delete=models.SET_NULL,
        null=True,
        related_name="shares",
        help_text="none: its limit is taken away",
    )
    station = models.OneToOneField(Station, on_delete=models.CASCADE, related_name="budget_share")
    weight = models.PositiveSmallIntegerField(default=1, help_text="where the budget goes by priority")
    phases = models.CharField(max_length=6, default="L1L2L3", help_text="of the site that it hangs on, e.g. L2")
    wanted = models.DecimalField(max_digits=10, decimal_places=1, null=True, blank=True)
    sent = models.DecimalField(max_digits=10, decimal_places=1, null=True, blank=True, help_text="waits for its answer")
    sent_lease_end = models.DateTimeField(null=True, blank=True)
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    accepted = models.DecimalField(
        max_digits=10, decimal_places=1, null=True, blank=True, help_text="none yet: counted as what it is built for"
    )
    lease_end = models.DateTimeField(null=True, blank=True, help_text="then its offline limit holds; none: it stays")
    fallback = models.DecimalField(max_digits=10, decimal_places=1, null=True, blank=True, help_text="accepted")
    fallback_sent = models.DecimalField(max_digits=10, decimal_places=1, null=True, blank=True)
    fallback_call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    built_for = models.DecimalField(max_digits=10, decimal_places=1, default=0)
    cars = models.PositiveSmallIntegerField(default=0)
    measured = models.DecimalField(max_digits=10, decimal_places=1, null=True, blank=True)
    turn_since = models.DateTimeField(null=True, blank=True, help_text="charging, or waiting, since")
    trouble = models.CharField(max_length=255, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["station__identity"]

    def __str__(self) -> str:
        return f"share of {self.station}"
