"""The copy of one party's list on a partner: how far a crawl is, what is known, when to ask again (TRA-05, TRA-09).

One row for each (party, module) that a partner offers; ``url`` and ``offset`` make a crawl resumable. A full crawl also
notes which objects it has seen, so that what has gone can be told from what did not change (PAG-16).
"""

from __future__ import annotations

from django.db import models

from roaming.models.party import Party
from roaming.models.platform import Platform


class Pull(models.Model):
    """What we pull from one list, and where we stand."""

    class State(models.TextChoices):
        """Of the last or present crawl."""

        IDLE = "IDLE", "waiting for its time"
        RUNNING = "RUNNING", "under way"
        FAILED = "FAILED", "stopped; will be tried again"

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="pulls")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="+")
    module = models.CharField(max_length=36)
    state = models.CharField(max_length=7, choices=State, default=State.IDLE)
    next_at = models.DateTimeField(null=True, blank=True, help_text="empty: only when staff ask for it")
    known_until = models.DateTimeField(null=True, blank=True, help_text="date_from of the next delta")
    full = models.BooleanField(default=True, help_text="the present crawl reads everything")
    date_from = models.DateTimeField(null=True, blank=True)
    url = models.TextField(blank=True, help_text="the page to be asked for next")
    offset = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    objects_seen = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True, help_text="X-Total-Count")
    stored = models.PositiveIntegerField(default=0, help_text="new or changed")
    invalid = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    page_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, help_text="of the last object or page that could not be taken")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "module"], name="one_pull_per_list")]
        indexes = [models.Index(fields=["next_at"], name="pull_due")]

    def __str__(self) -> str:
        return f"{self.module} of {self.party}"


class PulledKey(models.Model):
    """An object that the present full crawl has seen; gone when the crawl is over."""

    pull = models.ForeignKey(Pull, on_delete=models.CASCADE, related_name="keys")
    object_key = models.CharField(max_length=39)

    class Meta:
        indexes = [models.Index(fields=["pull", "object_key"], name="pulled_key")]

    def __str__(self) -> str:
        return self.object_key
