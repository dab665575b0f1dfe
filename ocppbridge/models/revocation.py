"""Certificates of vehicles (block M): whom we trust for them, what responders said of them."""

from __future__ import annotations

from django.db import models


class TrustedRoot(models.Model):
    """A root that contract certificates must lead to, or that signs OCSP answers and CRLs on the way."""

    class Use(models.TextChoices):
        """What it vouches for."""

        MO = "MO", "mobility operator: contracts"
        V2G = "V2G", "V2G root: stations and vehicles"

    use = models.CharField(max_length=3, choices=Use)
    subject = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the whole")
    certificate = models.TextField(help_text="PEM")
    not_after = models.DateTimeField()
    added_by = models.CharField(max_length=150, blank=True)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.subject


class Revocation(models.Model):
    """What an OCSP responder or a CRL said of one certificate, kept until its nextUpdate."""

    digest = models.CharField(max_length=64, unique=True, help_text="of the question and its address")
    source = models.CharField(max_length=4)
    serial_number = models.CharField(max_length=40)
    url = models.CharField(max_length=2000)
    status = models.CharField(max_length=8, help_text="Good, Revoked, Unknown")
    verified = models.BooleanField(default=False, help_text="the signature leads to the issuer")
    answer = models.TextField(blank=True, help_text="the OCSP answer, DER in Base64")
    this_update = models.DateTimeField()
    next_update = models.DateTimeField(db_index=True)
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.serial_number} {self.status}"
