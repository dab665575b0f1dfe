"""How a station proves who it is, as it changes: passwords on their way, profiles being raised, what it reported.

A `PasswordChange` that is open means that the station may have either password: both are right until one is used.
"""

from __future__ import annotations

from django.db import models

from ocppbridge.models.call import Call
from ocppbridge.models.station import Station


class PasswordChange(models.Model):
    """A new password sent to a station over its socket; kept encrypted while it may have to be sent again."""

    class State(models.TextChoices):
        """The last three are final."""

        OPEN = "open", "both passwords are right"
        USED = "used", "the station uses the new one"
        REFUSED = "refused", "the station kept the old one"
        REPLACED = "replaced", "replaced by staff"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="password_changes")
    digest = models.CharField(max_length=64, editable=False)
    hex_digest = models.CharField(max_length=64, blank=True, editable=False)
    sealed = models.TextField(blank=True, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    silent = models.BooleanField(default=False, help_text="the last call was sent and not answered")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station"], name="one_password_change", condition=models.Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"Password of {self.station}, {self.made_at:%Y-%m-%d %H:%M}"


class ProfileUpgrade(models.Model):
    """A station asked to move to a higher security profile; done when it has connected with it (A05)."""

    class State(models.TextChoices):
        """The last two are final."""

        ASKED = "asked", "the station was asked"
        PREFERRED = "preferred", "stored; the station was asked to prefer it"
        RESTARTING = "restarting", "taken; the station was asked to restart"
        DONE = "done", "the station connects with it"
        FAILED = "failed", "the station did not take it"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="profile_upgrades")
    target = models.PositiveSmallIntegerField(choices=Station.Profile)
    slot = models.PositiveSmallIntegerField(null=True, blank=True, help_text="2.x: where the connection is stored")
    url = models.CharField(max_length=512, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    reason = models.CharField(max_length=255, blank=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["station"],
                name="one_profile_upgrade",
                condition=models.Q(state__in=["asked", "preferred", "restarting"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.station} to profile {self.target}"


class SecurityEvent(models.Model):
    """One SecurityEventNotification (A04)."""

    class Urgency(models.TextChoices):
        """Who should look (charging.security_events)."""

        CRITICAL = "critical", "critical"
        WARNING = "warning", "warning"
        INFO = "info", "info"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="security_events")
    type = models.CharField(max_length=50)
    urgency = models.CharField(max_length=8, choices=Urgency)
    at = models.DateTimeField(help_text="as the station's clock says")
    received_at = models.DateTimeField()
    info = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["station", "-received_at"], name="security_event_station")]

    def __str__(self) -> str:
        return f"{self.type} of {self.station}"
