"""Battery swaps (block S): one row a swap, whoever began it; OCPI knows none, so staff settle them."""

from __future__ import annotations

from django.db import models

from ocppbridge.models.call import Call
from ocppbridge.models.station import Station


class BatterySwap(models.Model):
    """Batteries in, batteries out. ``request_id`` ties the events together."""

    class State(models.TextChoices):
        """What has happened."""

        ASKED = "asked", "asked of the station"
        REFUSED = "refused", "refused by the station"
        TAKEN = "taken", "batteries taken in"
        DONE = "done", "batteries handed out"
        TIMED_OUT = "timeout", "batteries not taken out in time"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="battery_swaps")
    request_id = models.IntegerField()
    state = models.CharField(max_length=7, choices=State)
    reason = models.CharField(max_length=255, blank=True)
    id_token = models.CharField(max_length=255)
    id_token_type = models.CharField(max_length=20, blank=True)
    authorization = models.CharField(max_length=20, blank=True, help_text="what its token is worth here")
    token_owner = models.CharField(max_length=6, blank=True, help_text="country/party of the token")
    taken = models.JSONField(default=list, blank=True, help_text="batteries that went in")
    given = models.JSONField(default=list, blank=True, help_text="batteries that came out")
    charge = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, blank=True, help_text="state of charge out less in, in points"
    )
    asked_by = models.CharField(max_length=150, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    amount = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, help_text="as staff settled it"
    )
    settled_by = models.CharField(max_length=150, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=255, blank=True)
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "request_id"], name="one_swap_per_request")]
        indexes = [models.Index(fields=["-began_at"], name="battery_swap_began")]

    def __str__(self) -> str:
        return f"swap {self.request_id} of {self.station}"
