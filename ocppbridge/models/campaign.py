"""A firmware campaign: one image for many stations, wave after wave, stopped when too many fail.

Which wave a station is in is settled when the campaign starts; `charging.campaigns` decides what happens next.
"""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from ocppbridge.models.firmware import FirmwareImage, FirmwareUpdate
from ocppbridge.models.station import Station

PERCENT = [MinValueValidator(1), MaxValueValidator(100)]


class FirmwareCampaign(models.Model):
    """What goes where, and how carefully."""

    class State(models.TextChoices):
        """Life of a campaign; the last two are final, but a stopped one may be resumed."""

        DRAFT = "draft", "not started"
        RUNNING = "running", "running"
        PAUSED = "paused", "paused"
        STOPPED = "stopped", "stopped"
        DONE = "done", "done"

    name = models.CharField(max_length=100, unique=True)
    image = models.ForeignKey(FirmwareImage, on_delete=models.PROTECT, related_name="campaigns")
    vendor = models.CharField(max_length=100, blank=True, help_text="empty: the image's, else any")
    model = models.CharField(max_length=100, blank=True, help_text="empty: the image's, else any")
    from_version = models.CharField(max_length=100, blank=True, help_text="only stations with this one; empty: any")
    identities = models.TextField(blank=True, help_text="only these stations, one a line; empty: all that fit")
    canary = models.PositiveIntegerField(default=1, help_text="stations of the first wave; 0: none goes ahead")
    percent = models.PositiveSmallIntegerField(
        default=25, validators=PERCENT, help_text="of all the stations, in each wave after it"
    )
    stop_above = models.PositiveSmallIntegerField(
        default=10, validators=[MaxValueValidator(100)],
        help_text="percent of the updates that have ended; if more have failed, the campaign stops",
    )  # fmt: skip
    tries = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(5)])
    window_from = models.TimeField(null=True, blank=True, help_text="updates begin only from … (UTC)")
    window_to = models.TimeField(null=True, blank=True, help_text="… to (may be past midnight)")
    state = models.CharField(max_length=7, choices=State, default=State.DRAFT, editable=False)
    reason = models.CharField(max_length=255, blank=True, editable=False)
    created_by = models.CharField(max_length=150, blank=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["id"], name="campaign_running", condition=models.Q(state="running"))]

    def __str__(self) -> str:
        return self.name


class CampaignTarget(models.Model):
    """One station of a campaign."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "waiting"
        UPDATING = "updating", "updating"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        SKIPPED = "skipped", "skipped"

    campaign = models.ForeignKey(FirmwareCampaign, on_delete=models.CASCADE, related_name="targets")
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="campaign_targets")
    wave = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    update = models.ForeignKey(
        FirmwareUpdate, on_delete=models.SET_NULL, null=True, blank=True, related_name="campaign_targets"
    )
    reason = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["wave", "id"]
        constraints = [models.UniqueConstraint(fields=["campaign", "station"], name="a_station_once_in_a_campaign")]
        indexes = [models.Index(fields=["campaign"], name="campaign_under_way", condition=models.Q(state="updating"))]

    def __str__(self) -> str:
        return f"{self.station} in {self.campaign}"
