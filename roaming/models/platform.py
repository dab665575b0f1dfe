"""A platform is a peer that speaks OCPI with us over one connection; its endpoints are what it published.

Parties live on platforms (``Party.platform``). The profile fields hold what real peers need (field quirks): sensible by
default, editable by staff.
"""

from __future__ import annotations

import re
from ipaddress import ip_network

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from roaming.models.fields import EncryptedTextField

_FINGERPRINT = re.compile(r"[0-9a-fA-F]{64}|(?:[0-9a-fA-F]{2}:){31}[0-9a-fA-F]{2}")


def network(text: str) -> None:
    """Validates a CIDR."""
    try:
        ip_network(text)
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


def fingerprint(text: str) -> None:
    """Validates a SHA-256 in hexadecimal, with or without colons."""
    if not _FINGERPRINT.fullmatch(text):
        raise ValidationError("64 hexadecimal digits, with or without colons between the bytes")


class Platform(models.Model):
    """One OCPI connection (AUT-07: a token identifies exactly one platform)."""

    class Status(models.TextChoices):
        """Where the connection stands; CONNECTED and OFFLINE are told to others by HubClientInfo."""

        INVITED = "INVITED", "invited (TOKEN_A handed out)"
        CONNECTED = "CONNECTED", "connected"
        OFFLINE = "OFFLINE", "offline (does not answer)"
        SUSPENDED = "SUSPENDED", "suspended by staff"
        UNREGISTERED = "UNREGISTERED", "unregistered"

    class TokenEncoding(models.TextChoices):
        """How the peer writes its Authorization header (AUT-03, S10)."""

        AUTO = "auto", "auto (fixed after the first success)"
        BASE64 = "base64", "Base64, as the specification says"
        RAW = "raw", "raw, as 2.1.1 and 2.2 peers do"

    name = models.CharField(max_length=100)
    status = models.CharField(max_length=12, choices=Status, default=Status.INVITED)
    versions_url = models.CharField(max_length=255, blank=True)
    version = models.CharField(max_length=10, blank=True, help_text="OCPI version agreed in the handshake")
    offered_versions = models.JSONField(default=list, blank=True, help_text="versions the peer offered last")
    token_out = EncryptedTextField(blank=True, help_text="the token we present to this peer")

    # What the peer sends and what it expects are two things: libraries differ in one and not the other.
    token_encoding = models.CharField(
        max_length=6,
        choices=TokenEncoding,
        default=TokenEncoding.AUTO,
        help_text="how the peer writes the token that we gave it; any other spelling is a wrong token",
    )
    token_out_encoding = models.CharField(
        max_length=6,
        choices=TokenEncoding,
        default=TokenEncoding.AUTO,
        help_text="how the peer wants our token written",
    )
    allowed_hosts = ArrayField(
        models.CharField(max_length=255),
        default=list,
        blank=True,
        help_text="hosts beside the one of its versions URL that we may call for this peer, comma separated",
    )
    explicit_nulls = models.BooleanField(
        default=False,
        help_text="send null for every absent optional field, in pushes and in lists: some libraries refuse an object"
        " that leaves fields out",
    )
    short_texts = models.BooleanField(
        default=False,
        help_text="cut addresses to 45, states to 20 and plain_data to 512 characters: the limits of OCPI 2.2.1 as"
        " first printed, which some peers still hold objects to",
    )
    bare_success = models.BooleanField(
        default=False,
        help_text="take a 2xx without any body for success: some peers acknowledge a push without an OCPI envelope",
    )
    only_http_200 = models.BooleanField(
        default=False,
        help_text="answer 200 where we would say 201 or 404, for peers that give up at any other HTTP status; the OCPI"
        " status code still tells",
    )
    request_timeout = models.PositiveSmallIntegerField(
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text="total seconds for one request, from the first packet to the last byte",
    )

    # What a request must show beside its token (S19); each is enforced where it is set.
    client_networks = ArrayField(
        models.CharField(max_length=43, validators=[network]),
        default=list,
        blank=True,
        help_text="networks that the peer calls from, such as 198.51.100.0/24, comma separated; empty: any",
    )
    client_certificates = ArrayField(
        models.CharField(max_length=95, validators=[fingerprint]),
        default=list,
        blank=True,
        help_text="SHA-256 fingerprints of the peer's client certificates; a proxy of TRUSTED_PROXIES tells which one"
        " it saw. Empty: none is asked for",
    )

    second_factor = models.BooleanField(
        default=False, help_text="each request shows a time-based one-time password (RFC 6238) in the header TOTP"
    )
    second_secret = EncryptedTextField(blank=True, help_text="what its one-time passwords are made from, in Base32")

    announced = models.CharField(
        max_length=64, blank=True, help_text="digest of what our version details said at the last handshake (VER-07)"
    )
    timeouts_in_a_row = models.PositiveSmallIntegerField(default=0)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    status_since = models.DateTimeField(auto_now_add=True)
    retry_at = models.DateTimeField(null=True, blank=True, help_text="deliveries wait until then (it did not answer)")
    next_probe_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Endpoint(models.Model):
    """One endpoint from the peer's version details; staff may override its URL (peers' quirk 6)."""

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="endpoints")
    module = models.CharField(max_length=36)
    role = models.CharField(max_length=8, choices=[("SENDER", "SENDER"), ("RECEIVER", "RECEIVER")])
    url = models.CharField(max_length=255)
    overridden = models.BooleanField(default=False, help_text="set by staff; a new handshake keeps it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "module", "role"], name="one_url_per_interface")]

    def __str__(self) -> str:
        return f"{self.module} {self.role}"
