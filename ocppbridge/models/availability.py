"""In or out of service, as staff asked for it, and what the station made of it (G03, G04).

One row a place, of the last wish; number 0 is "the whole": EVSE 0 the station, connector 0 the EVSE.
"""

from __future__ import annotations

from django.db import models

from ocppbridge.models.call import Call
from ocppbridge.models.station import Station


class Availability(models.Model):
    """A wish for one place. Scheduled means that the station does it when its transaction has ended."""

    class State(models.TextChoices):
        """What became of the wish."""

        ACCEPTED = "accepted", "done"
        SCHEDULED = "scheduled", "when the transaction ends"
        REFUSED = "refused", "refused by the station"
        UNANSWERED = "unanswered", "no answer"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="availabilities")
    evse_number = models.PositiveIntegerField(default=0)
    connector_number = models.PositiveIntegerField(default=0)
    operative = models.BooleanField()
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=255, blank=True)
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "availabilities"
        ordering = ["evse_number", "connector_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "evse_number", "connector_number"], name="one_availability_per_place"
            )
        ]

    def __str__(self) -> str:
        place = f"EVSE {self.evse_number}" if self.evse_number else "the station"
        connector = f" connector {self.connector_number}" if self.connector_number else ""
        return f"{place}{connector}: {'in' if self.operative else 'out of'} service"
