"""Logs and diagnostics asked of stations, with the file that came (N01; 1.6: GetDiagnostics); the id is requestId."""

from __future__ import annotations

from django.db import models

from ocppbridge.models.call import Call
from ocppbridge.models.file import StoredFile
from ocppbridge.models.station import Station


class LogRequest(models.Model):
    """One log of one station; at most one of a kind is under way."""

    class State(models.TextChoices):
        """How far it is; the last four are final."""

        ASKED = "asked", "asked for"
        ACCEPTED = "accepted", "will be uploaded"
        UPLOADING = "uploading", "uploading"
        UPLOADED = "uploaded", "uploaded"
        FAILED = "failed", "failed"
        REFUSED = "refused", "refused by the station"
        CANCELLED = "cancelled", "replaced by a later one"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="logs")
    kind = models.CharField(max_length=20, help_text="DiagnosticsLog, SecurityLog, or DataCollectorLog (2.1)")
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    status = models.CharField(max_length=30, blank=True, help_text="the station's last word")
    reason = models.CharField(max_length=255, blank=True)
    location = models.CharField(max_length=2000, help_text="as the station was told; its secret part is masked")
    ours = models.BooleanField(default=True, help_text="the location is the hub's own")
    filename = models.CharField(max_length=255, blank=True, help_text="as the station named it in its answer")
    file = models.ForeignKey(StoredFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="logs")
    retries = models.PositiveSmallIntegerField(default=0)
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    requested_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(help_text="nothing is taken after this")

    class Meta:
        indexes = [
            models.Index(
                fields=["station", "-asked_at"], name="log_open",
                condition=models.Q(state__in=["asked", "accepted", "uploading"]),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} of {self.station}"
