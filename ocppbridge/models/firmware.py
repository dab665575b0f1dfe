"""Firmware: the images there are, each update of a station step by step, and what local controllers publish (L).

An update's id is the requestId on the wire. It is over when the station has booted with the version that the image
says, or, where the image says none, when the station says Installed.
"""

from __future__ import annotations

from django.db import models

from ocppbridge.models.call import Call
from ocppbridge.models.file import StoredFile
from ocppbridge.models.station import Station


class FirmwareImage(models.Model):
    """One image: a file of ours, or a place elsewhere."""

    name = models.CharField(max_length=100, unique=True)
    vendor = models.CharField(max_length=100, blank=True, help_text="only for its stations; empty: any")
    model = models.CharField(max_length=100, blank=True, help_text="only for this model; empty: any")
    version = models.CharField(
        max_length=100, blank=True, help_text="what a station with it says at its boot; empty: updates are not verified"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, editable=False)
    url = models.CharField("URL", max_length=2000, blank=True, help_text="where it is, if it is not here")
    certificate = models.TextField(blank=True, help_text="PEM of whoever signed it; empty: unsigned")
    signature = models.CharField(max_length=800, blank=True, help_text="Base64")
    notes = models.TextField(blank=True)
    created_by = models.CharField(max_length=150, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def signed(self) -> bool:
        """Whether it comes with a signature."""
        return bool(self.certificate and self.signature)


class FirmwareUpdate(models.Model):
    """One image on its way into one station."""

    class State(models.TextChoices):
        """How far it is; the last five are final."""

        ASKED = "asked", "asked for"
        UNDER_WAY = "under way", "under way"
        INSTALLED = "installed", "installed, waiting for a boot"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        REFUSED = "refused", "refused by the station"
        CANCELLED = "cancelled", "cancelled"
        SILENT = "silent", "nothing more was heard"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="firmware_updates")
    image = models.ForeignKey(FirmwareImage, on_delete=models.PROTECT, null=True, blank=True, related_name="updates")
    location = models.CharField(max_length=2000, help_text="as the station was told; its secret part is masked")
    version = models.CharField(max_length=100, blank=True, help_text="that the station should boot with")
    signed = models.BooleanField(default=False)
    retrieve_at = models.DateTimeField()
    install_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    status = models.CharField(max_length=30, blank=True, help_text="the station's last word")
    reason = models.CharField(max_length=255, blank=True)
    booted_version = models.CharField(max_length=100, blank=True, help_text="of the last boot since")
    booted_at = models.DateTimeField(null=True, blank=True)
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    requested_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["station", "-asked_at"],
                name="firmware_update_open",
                condition=models.Q(state__in=["asked", "under way", "installed"]),
            )
        ]

    def __str__(self) -> str:
        return f"firmware update {self.pk} of {self.station}"


class FirmwareStep(models.Model):
    """One word of a station about an update."""

    update = models.ForeignKey(FirmwareUpdate, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    status = models.CharField(max_length=30)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.status


class FirmwarePublication(models.Model):
    """An image that a local controller offers to its stations; its id is the requestId on the wire (L03, L04)."""

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", "asked for"
        UNDER_WAY = "under way", "under way"
        PUBLISHED = "published", "published"
        FAILED = "failed", "failed"
        REFUSED = "refused", "refused by the station"
        ENDED = "ended", "not published any more"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="publications")
    image = models.ForeignKey(
        FirmwareImage, on_delete=models.PROTECT, null=True, blank=True, related_name="publications"
    )
    location = models.CharField(max_length=2000)
    checksum = models.CharField(max_length=32)
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    status = models.CharField(max_length=30, blank=True, help_text="the station's last word")
    reason = models.CharField(max_length=255, blank=True)
    locations = models.JSONField(default=list, blank=True, help_text="where its stations fetch it")
    requested_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"publication {self.pk} of {self.station}"
