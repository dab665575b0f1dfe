"""The outbox: a delivery marks (receiver, object) dirty and remembers the version last accepted.

There is one row for each receiver and object, never one for each change: a receiver that was away gets the present
state, not a replay (TRA-08). ``due_at`` is the retry time; tasks only look for what is due.
"""

from __future__ import annotations

from django.db import models

from roaming.models.party import Party
from roaming.models.platform import Platform


class Delivery(models.Model):
    """What one receiver still has to be told about one object."""

    class State(models.TextChoices):
        """Where it stands; only PENDING rows are picked up."""

        PENDING = "PENDING", "to be sent"
        DELIVERED = "DELIVERED", "accepted by the receiver"
        MUST_PULL = "MUST_PULL", "not sent: the partner must pull"
        REFUSED = "REFUSED", "refused by the receiver"
        WITHDRAWN = "WITHDRAWN", "no longer visible to the receiver"

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="deliveries")
    receiver = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="deliveries")
    module = models.CharField(max_length=16)
    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    object_key = models.CharField(max_length=39)
    token_type = models.CharField(max_length=11, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    deletion = models.BooleanField(default=False, help_text="the object is gone: send DELETE (tariffs)")
    wanted_version = models.PositiveIntegerField(default=1)
    accepted_version = models.PositiveIntegerField(default=0)
    accepted_document = models.TextField(blank=True)
    needs_put = models.BooleanField(default=True, help_text="first time, or after any failed or ambiguous attempt")
    ambiguous = models.BooleanField(default=False, help_text="an earlier attempt may have arrived (CDRs)")
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    first_failed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    remote_url = models.TextField(blank=True, help_text="Location header the receiver gave for a CDR; opaque")
    correlation_id = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["receiver", "module", "country_code", "party_id", "object_key", "token_type"],
                name="one_delivery_per_receiver_and_object",
            )
        ]
        indexes = [
            models.Index(fields=["platform", "due_at"], name="delivery_due", condition=models.Q(state="PENDING")),
            models.Index(fields=["module", "country_code", "party_id", "object_key"], name="delivery_object"),
            models.Index(
                fields=["country_code", "party_id"],
                name="delivery_withdrawn",  # few: what waits for its owner to come back
                condition=models.Q(state="WITHDRAWN"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module} {self.country_code}/{self.party_id}/{self.object_key} → {self.receiver}"


class DeliveryAttempt(models.Model):
    """One try: what was sent and what came of it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    method = models.CharField(max_length=6)
    version = models.PositiveIntegerField()
    outcome = models.CharField(max_length=20)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    ocpi_status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.method} {self.outcome}"
