"""A station with its EVSEs and connectors, as it reported itself and as staff configured it.

The password is a machine secret, kept as a keyed digest (also of its hex-decoded form); short ones, by decision only,
as scrypt. ``country_code``/``party_id`` name the hosted CPO; ``location_id`` and ``Evse.uid`` point into that CPO's
OCPI Location. EVSE number 0 is the station itself and has no row.
"""

from __future__ import annotations

from django.db import models


class Station(models.Model):
    """One charging station; ``identity`` is the last segment of its URL, exactly as decoded."""

    class Boot(models.TextChoices):
        """What we answer to its BootNotification."""

        ACCEPTED = "Accepted", "accepted"
        PENDING = "Pending", "pending"
        REJECTED = "Rejected", "rejected"

    class Profile(models.IntegerChoices):
        """OCPP's security profiles."""

        OPEN = 0, "0: nothing is asked"
        BASIC = 1, "1: password"
        TLS = 2, "2: password over TLS"
        MUTUAL_TLS = 3, "3: certificate of its own"

    identity = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=100, blank=True)
    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    location_id = models.CharField(max_length=36, blank=True)
    shard = models.PositiveSmallIntegerField(editable=False)

    password_digest = models.CharField(max_length=64, blank=True)
    password_hex_digest = models.CharField(max_length=64, blank=True)
    password_scrypt = models.CharField(max_length=255, blank=True)
    blocked = models.BooleanField(default=False, help_text="refused at the handshake like an unknown one")
    lenient = models.BooleanField(default=False, help_text="schema violations are logged and taken, not refused")

    security_minimum = models.PositiveSmallIntegerField(
        choices=Profile, default=Profile.BASIC, help_text="the least security profile that it may connect with"
    )
    security_profile = models.PositiveSmallIntegerField(
        choices=Profile, null=True, blank=True, help_text="of the present or last connection"
    )
    security_target = models.PositiveSmallIntegerField(choices=Profile, null=True, blank=True, editable=False)

    boot_policy = models.CharField(max_length=8, choices=Boot, default=Boot.ACCEPTED)
    boot_status = models.CharField(max_length=8, choices=Boot, blank=True, help_text="what the last boot was answered")
    vendor = models.CharField(max_length=100, blank=True)
    model = models.CharField(max_length=100, blank=True)
    serial_number = models.CharField(max_length=100, blank=True)
    firmware_version = models.CharField(max_length=100, blank=True)
    boot_reason = models.CharField(max_length=20, blank=True, help_text="2.x: PowerUp, RemoteReset, Watchdog, …")
    booted_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=20, blank=True, help_text="of the whole station (EVSE 0), as it said it")

    connection = models.ForeignKey(
        "ocppbridge.Connection", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    subprotocol = models.CharField(max_length=10, blank=True, help_text="of the present or last connection")
    last_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.identity

    @property
    def online(self) -> bool:
        """Whether it has a socket."""
        return self.connection_id is not None


class Evse(models.Model):
    """One EVSE: ``number`` is OCPP's evseId (1.6: the connectorId)."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="evses")
    number = models.PositiveIntegerField()
    uid = models.CharField(max_length=36, blank=True, help_text="OCPI EVSE uid; empty: not offered to roaming")
    state = models.CharField(max_length=20, blank=True, help_text="of the EVSE as a whole, where its station says it")
    status = models.CharField(max_length=12, default="UNKNOWN", help_text="OCPI EVSE status last derived")
    status_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "EVSE"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["station", "number"], name="one_evse_per_number")]
        indexes = [models.Index(fields=["uid"], name="station_evse_uid")]

    def __str__(self) -> str:
        return f"{self.station} EVSE {self.number}"


class Connector(models.Model):
    """One connector with the state its station reported last."""

    evse = models.ForeignKey(Evse, on_delete=models.CASCADE, related_name="connectors")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, blank=True, help_text="as the station said it (1.6 or 2.x word)")
    error_code = models.CharField(max_length=50, blank=True)
    info = models.CharField(max_length=255, blank=True)
    vendor_error_code = models.CharField(max_length=50, blank=True)
    state_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["evse", "number"], name="one_connector_per_number")]

    def __str__(self) -> str:
        return f"{self.evse} connector {self.number}"
