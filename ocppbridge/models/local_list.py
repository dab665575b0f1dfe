"""What a station's local authorization list holds, as far as we know, and what is to be done about it (D01, D02).

``tokens`` is what the station has taken from us at ``version``; the present tokens of its operator are what it should
hold. ``due_at`` is when the next step is due, so that losing a nudge or a process loses nothing.
"""

from __future__ import annotations

from django.db import models

from ocppbridge.models.station import Station


class LocalList(models.Model):
    """The list of one station."""

    class State(models.TextChoices):
        """Where it stands."""

        UNKNOWN = "unknown", "not compared yet"
        SENDING = "sending", "on its way"
        SAME = "same", "as it should be"
        DOUBTFUL = "doubtful", "in doubt: the station is asked for its version"
        NONE = "none", "the station has no local list"
        FAILED = "failed", "the station does not take it"

    station = models.OneToOneField(Station, on_delete=models.CASCADE, related_name="local_list")
    state = models.CharField(max_length=8, choices=State, default=State.UNKNOWN)
    version = models.IntegerField(default=0, help_text="that we left it at; 0: none")
    reported_version = models.IntegerField(null=True, blank=True, help_text="that the station named last")
    tokens = models.JSONField(default=list, blank=True, help_text="what the station holds of us")
    entries = models.PositiveIntegerField(default=0, help_text="how many that are")
    drift = models.PositiveIntegerField(default=0, help_text="entries that differ from what it should hold")
    left_out = models.PositiveIntegerField(default=0, help_text="tokens that the station cannot hold")
    longest = models.PositiveIntegerField(null=True, blank=True, help_text="entries that the station can hold")
    per_message = models.PositiveIntegerField(null=True, blank=True, help_text="entries that one message may carry")
    wanted = models.CharField(
        max_length=5, blank=True, choices=[("full", "full"), ("clear", "empty")], help_text="what staff asked for"
    )
    asked_at = models.DateTimeField(null=True, blank=True, help_text="when the station was last asked for its version")
    seen_until = models.DateTimeField(null=True, blank=True, help_text="changes of tokens up to here are in it")
    stale_since = models.DateTimeField(null=True, blank=True, help_text="since when a token has changed")
    due_at = models.DateTimeField(null=True, blank=True, help_text="when it is looked at again")
    call = models.ForeignKey("ocppbridge.Call", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    failures = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=255, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="local_list_due", condition=models.Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return f"local list of {self.station}"
