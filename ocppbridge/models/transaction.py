"""Transactions and their meter readings.

``wire_id`` is the integer that 1.6 stations are given (from a sequence, 1…2³¹−1); ``transaction_id`` is the string
that 2.x stations chose. Every look-up is by (station, id) (S39). Energy in Wh, power in W, as Decimal.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from ocppbridge.models.station import Station


class Transaction(models.Model):
    """One transaction; it becomes one OCPI Session (``session_id``) and one CDR (``cdr_id``)."""

    class State(models.TextChoices):
        """Life of a transaction."""

        RUNNING = "running", "running"
        ENDED = "ended", "ended"
        CLOSED = "closed", "closed by staff"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="transactions")
    wire_id = models.IntegerField(null=True, blank=True)
    transaction_id = models.CharField(max_length=36, blank=True)
    session_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cdr_id = models.CharField(max_length=36, blank=True)
    evse_number = models.PositiveIntegerField(null=True, blank=True)
    connector_number = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    charging_state = models.CharField(max_length=20, blank=True)
    id_token = models.CharField(max_length=255, blank=True)
    id_token_type = models.CharField(max_length=20, blank=True)
    group_id = models.CharField(max_length=36, blank=True)
    authorization = models.CharField(max_length=20, blank=True, help_text="what the station was answered")
    auth_method = models.CharField(max_length=12, blank=True, help_text="OCPI AuthMethod")
    authorization_reference = models.CharField(max_length=36, blank=True)
    token_owner = models.CharField(max_length=6, blank=True, help_text="country/party of the token")
    cdr_token = models.JSONField(null=True, blank=True, help_text="OCPI CdrToken for Session and CDR")
    call = models.ForeignKey("ocppbridge.Call", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    remote_start_id = models.IntegerField(null=True, blank=True)
    reservation_id = models.IntegerField(null=True, blank=True)
    reserved_from = models.DateTimeField(null=True, blank=True, help_text="since when its EVSE was held for it")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    meter_start = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True, help_text="Wh")
    meter_stop = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True, help_text="Wh")
    export_start = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True, help_text="Wh")
    export_stop = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True, help_text="Wh")
    energy_import = models.DecimalField(max_digits=18, decimal_places=3, default=0, help_text="Wh so far")
    energy_export = models.DecimalField(max_digits=18, decimal_places=3, default=0, help_text="Wh so far")
    stop_reason = models.CharField(max_length=30, blank=True)
    offline = models.BooleanField(default=False)
    last_seq_no = models.IntegerField(null=True, blank=True)
    start_seen = models.BooleanField(default=True, help_text="false while only later events have arrived")
    states = models.JSONField(default=list, blank=True, help_text="[[at, charging state]] as they changed")
    findings = models.JSONField(default=list, blank=True, help_text="[[code, text]] that staff should look at")
    tariff = models.TextField(blank=True, help_text="the tariff at the start, as JSON (TAR-26)")
    location = models.TextField(blank=True, help_text="the OCPI CdrLocation as of the start, as JSON (CDR-13)")
    course = models.JSONField(default=dict, blank=True, editable=False, help_text="charging.transactions, as stored")
    start_key = models.CharField(max_length=200, blank=True, editable=False, help_text="what makes two 1.6 starts one")
    cdr_edition = models.PositiveSmallIntegerField(default=1, help_text="more than 1: earlier ones were credited")
    silent_since = models.DateTimeField(null=True, blank=True, help_text="running, and nothing was heard of it since")
    closed_by = models.CharField(max_length=150, blank=True, help_text="of the staff, where no station told the end")
    cost_told = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True, help_text="to the driver")
    cost_told_at = models.DateTimeField(null=True, blank=True)
    station_cost = models.JSONField(null=True, blank=True, help_text="costDetails: what the station calculated (2.1)")
    station_tariff = models.CharField(max_length=60, blank=True, help_text="by which tariff, in the station's words")
    limits = models.JSONField(default=dict, blank=True, help_text="how far it may go: OCPP TransactionLimitType")
    limits_due = models.BooleanField(default=False, help_text="the limits wait for an answer that can carry them")
    limit_reached = models.CharField(max_length=20, blank=True, help_text="the trigger that told it")
    released_at = models.DateTimeField(null=True, blank=True, help_text="staff looked at the findings: bill it")
    last_news_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    folded: Any = None
    """No column: the pure state while messages are folded into it (services.transactions)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["station", "wire_id"], name="one_wire_id_per_station", condition=models.Q(wire_id__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["station", "transaction_id"],
                name="one_transaction_id_per_station",
                condition=~models.Q(transaction_id=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["station", "evse_number"], name="transaction_running", condition=models.Q(state="running")
            ),
            models.Index(fields=["station", "start_key"], name="transaction_start", condition=~models.Q(start_key="")),
            models.Index(fields=["id_token", "-started_at"], name="transaction_token"),
            models.Index(fields=["-started_at"], name="transaction_started"),
            models.Index(fields=["last_news_at"], name="transaction_news", condition=models.Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"transaction {self.transaction_id or self.wire_id} of {self.station}"


class MeterReading(models.Model):
    """What one meter value said at one instant, normalised; ``samples`` keeps every sample, signed data verbatim."""

    transaction = models.ForeignKey(Transaction, on_delete=models.CASCADE, related_name="readings")
    at = models.DateTimeField()
    context = models.CharField(max_length=30, blank=True)
    energy_import = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True, help_text="Wh register")
    energy_export = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True, help_text="Wh register")
    power = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True, help_text="W, import positive")
    current = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True, help_text="A, all phases")
    soc = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True, help_text="%")
    samples = models.JSONField(default=list)
    digest = models.CharField(max_length=32, help_text="of the samples: a replayed reading is stored once")

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["transaction", "at", "digest"], name="one_reading_per_instant_and_content")
        ]

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.energy_import} Wh"
