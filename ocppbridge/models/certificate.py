"""Certificates of stations: what they ask to have signed, what they hold, and the authority that signs by default.

Certificates are public and kept as they are; the local authority's key is kept encrypted with the server key.
"""

from __future__ import annotations

from django.db import models

from ocppbridge.models.call import Call
from ocppbridge.models.station import Station


class LocalAuthority(models.Model):
    """The embedded authority: one row, made when it is first needed."""

    name = models.CharField(max_length=50, unique=True)
    certificate = models.TextField()
    sealed_key = models.TextField(editable=False)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "local authorities"

    def __str__(self) -> str:
        return self.name


class StationCertificate(models.Model):
    """One certificate on a station: signed for it, installed on it, or reported by it (then only hashes are known)."""

    class Origin(models.TextChoices):
        """Where we know it from."""

        SIGNED = "signed", "signed for the station"
        INSTALLED = "installed", "installed by us"
        REPORTED = "reported", "reported by the station"

    class State(models.TextChoices):
        """Whether the station has it."""

        SENT = "sent", "on its way"
        HELD = "held", "on the station"
        REFUSED = "refused", "refused by the station"
        GONE = "gone", "not on the station any more"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="certificates")
    use = models.CharField(max_length=50, help_text="in 2.x's words")
    origin = models.CharField(max_length=9, choices=Origin)
    state = models.CharField(max_length=8, choices=State)
    subject = models.CharField(max_length=255, blank=True)
    issuer = models.CharField(max_length=255, blank=True)
    serial_number = models.CharField(max_length=64, blank=True, help_text="hexadecimal")
    fingerprint = models.CharField(max_length=64, blank=True, db_index=True, help_text="SHA-256 of the whole")
    chain = models.TextField(blank=True, help_text="PEM, the certificate itself first")
    hashes = models.JSONField(default=dict, blank=True, help_text="as OCPP names it")
    not_before = models.DateTimeField(null=True, blank=True)
    not_after = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True, help_text="not accepted at the handshake any more")
    warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["station", "state"], name="certificate_station"),
            models.Index(
                fields=["not_after"], name="certificate_expiry", condition=models.Q(state="held", warned_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use} of {self.station}"


class SigningRequest(models.Model):
    """A station's SignCertificate (A02, A03), until its certificate has been delivered or it was turned down."""

    class State(models.TextChoices):
        """The last two are final."""

        WAITING = "waiting", "waits for the authority"
        SIGNED = "signed", "signed, on its way to the station"
        DELIVERED = "delivered", "taken by the station"
        FAILED = "failed", "not signed, or not taken"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="signing_requests")
    csr = models.TextField()
    certificate_type = models.CharField(max_length=50, blank=True)
    request_id = models.IntegerField(null=True, blank=True, help_text="2.1")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=255, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField()
    received_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    certificate = models.ForeignKey(
        StationCertificate, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["try_at"], name="signing_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["station", "-received_at"], name="signing_station"),
        ]

    def __str__(self) -> str:
        return f"Request of {self.station}, {self.received_at:%Y-%m-%d %H:%M}"
