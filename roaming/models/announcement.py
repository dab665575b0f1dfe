"""What another hub tells of a party behind it (HCI-04): one ClientInfo for each hub and role of a party.

All of it is kept as told; the parties that nobody else speaks for become rows of ``Party`` on that hub's platform.
"""

from __future__ import annotations

from django.db import models

from roaming.models.platform import Platform


class Announcement(models.Model):
    """A ClientInfo as one hub last told it."""

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="announcements")
    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    role = models.CharField(max_length=5)
    status = models.CharField(max_length=9)
    last_updated = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "country_code", "party_id", "role"], name="one_announcement_per_hub_and_role"
            )
        ]

    def __str__(self) -> str:
        return f"{self.country_code}/{self.party_id} {self.role} {self.status}"
