"""What a driver wishes of a running session: the ChargingPreferences that an eMSP put, and our answer (SES-03)."""

from __future__ import annotations

from django.db import models

from roaming.models.party import Party
from roaming.models.session import Session


class Preference(models.Model):
    """One PUT of charging preferences for a session of a hosted party; the last ACCEPTED one holds."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="preferences")
    sender = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="+")
    profile_type = models.CharField(max_length=7)
    departure_time = models.DateTimeField(null=True, blank=True)
    energy_need = models.DecimalField(max_digits=10, decimal_places=4, null=True, blank=True, help_text="kWh")
    discharge_allowed = models.BooleanField(default=False)
    response = models.CharField(max_length=26, help_text="ChargingPreferencesResponse")
    tariff = models.TextField(blank=True, help_text="what prices the session from then on (TAR-28), as it stood then")
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_at", "-pk"]
        indexes = [models.Index(fields=["session", "-received_at"], name="preference_of_session")]

    def __str__(self) -> str:
        return f"{self.profile_type}: {self.response}"
