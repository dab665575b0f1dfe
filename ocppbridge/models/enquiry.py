"""Questions to a station whose answer comes in pages: its monitors, its messages, what it keeps of a customer.

The id is the requestId on the wire. What is told of a customer is personal: sealed, and forgotten after a while.
"""

from __future__ import annotations

from django.db import models

from ocppbridge.models.call import Call
from ocppbridge.models.setting import DeviceReport
from ocppbridge.models.station import Station


class Enquiry(models.Model):
    """One question."""

    class Kind(models.TextChoices):
        """About what."""

        MONITORS = "monitors", "monitors"
        MESSAGES = "messages", "messages on displays"
        CUSTOMER = "customer", "a customer"

    State = DeviceReport.State

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="enquiries")
    kind = models.CharField(max_length=8, choices=Kind)
    about = models.CharField(max_length=255, blank=True, help_text="what was asked for")
    everything = models.BooleanField(default=True, help_text="what is not reported is not there any more")
    clears = models.BooleanField(default=False, help_text="the station shall forget the customer")
    id_token = models.CharField(max_length=255, blank=True, help_text="of the customer")
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=7, choices=DeviceReport.State, default=DeviceReport.State.ASKED)
    parts = models.JSONField(default=list, blank=True, help_text="numbers of the pages that have come")
    last_part = models.IntegerField(null=True, blank=True)
    entries = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=255, blank=True)
    requested_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, help_text="what was told is not kept any more")

    class Meta:
        verbose_name_plural = "enquiries"
        indexes = [
            models.Index(fields=["asked_at"], name="enquiry_open", condition=models.Q(state__in=["asked", "coming"]))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.station}"


class CustomerPage(models.Model):
    """One page of what a station keeps of a customer, sealed."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="pages")
    seq_no = models.IntegerField()
    sealed = models.TextField()

    class Meta:
        ordering = ["seq_no"]
        constraints = [models.UniqueConstraint(fields=["enquiry", "seq_no"], name="one_page_per_number")]

    def __str__(self) -> str:
        return f"page {self.seq_no}"
