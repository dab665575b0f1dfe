"""Ad hoc payments (C18 to C25): what terminals settled, payments on the web, limits of tokens."""

from __future__ import annotations

import uuid

from django.db import models

from ocppbridge.models.call import Call
from ocppbridge.models.station import Station
from ocppbridge.models.transaction import Transaction


class Settlement(models.Model):
    """One NotifySettlement; a repetition is the same one. ``key`` opens our receipt to whoever was given it."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="settlements")
    transaction = models.ForeignKey(
        Transaction, on_delete=models.SET_NULL, null=True, blank=True, related_name="settlements"
    )
    named_transaction = models.CharField(max_length=36, blank=True, help_text="as the station named it")
    psp_ref = models.CharField(max_length=255, help_text="of the payment provider")
    status = models.CharField(max_length=20)
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    currency = models.CharField(max_length=3, blank=True, help_text="of the transaction's tariff; OCPP tells none")
    settled_at = models.DateTimeField()
    info = models.CharField(max_length=500, blank=True)
    receipt_id = models.CharField(max_length=50, blank=True, help_text="the station's or the terminal's")
    receipt_url = models.CharField(max_length=2000, blank=True)
    company = models.JSONField(null=True, blank=True, help_text="OCPP AddressType, for a company's receipt")
    vat_number = models.CharField(max_length=20, blank=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "psp_ref", "status"], name="one_settlement_per_reference")
        ]
        indexes = [models.Index(fields=["-received_at"], name="settlement_received")]

    def __str__(self) -> str:
        return f"settlement of {self.psp_ref}"


class WebPayment(models.Model):
    """Somebody pays for an EVSE on a web page (C25): the page's server tells us what becomes of it."""

    class State(models.TextChoices):
        """The last three are final."""

        OPEN = "open", "being paid"
        PAID = "paid", "paid, the start is on its way"
        STARTED = "started", "started"
        FAILED = "failed", "paid, but not started"
        CANCELLED = "cancelled", "cancelled"
        EXPIRED = "expired", "not paid in time"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="web_payments")
    evse_number = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=255, blank=True)
    psp_ref = models.CharField(max_length=255, blank=True)
    limits = models.JSONField(default=dict, blank=True, help_text="OCPP TransactionLimitType that was paid for")
    until = models.DateTimeField(help_text="the EVSE is held for it")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.CharField(max_length=150, blank=True)
    notice = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    start = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["until"], name="web_payment_open", condition=models.Q(state="open")),
            models.Index(fields=["psp_ref"], name="web_payment_reference", condition=~models.Q(psp_ref="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "evse_number"],
                name="one_open_web_payment_per_evse",
                condition=models.Q(state="open"),
            )
        ]

    def __str__(self) -> str:
        return f"web payment at {self.station} EVSE {self.evse_number}"


class TransactionLimit(models.Model):
    """How far a token may go in one transaction (2.1): told with the answer to its start."""

    token = models.CharField(max_length=255, unique=True, help_text="in lower case")
    max_cost = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True, help_text="tariff currency")
    max_energy = models.PositiveIntegerField(null=True, blank=True, help_text="Wh")
    max_time = models.PositiveIntegerField(null=True, blank=True, help_text="seconds")
    max_soc = models.PositiveSmallIntegerField(null=True, blank=True, help_text="%")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="empty: until somebody takes it away")
    set_by = models.CharField(max_length=150, blank=True)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"limit of {self.token[-4:]}"
