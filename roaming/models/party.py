"""A party: (country_code, party_id) in one role. ``platform`` is where it lives; None means hosted here.

A hosted CPO is one whose stations hang on our OCPP side. The same id may be CPO on one platform and EMSP on another
(HUB-07), so the role is part of the identity. Codes are stored folded to upper case (TYP-03); the spelling that the
party used stands in ``spelled``.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Upper

from roaming.models.platform import Platform


class Party(models.Model):
    """One credentials role."""

    class Role(models.TextChoices):
        """OCPI 2.2.1 Role enum."""

        CPO = "CPO", "CPO"
        EMSP = "EMSP", "eMSP"
        HUB = "HUB", "hub"
        NAP = "NAP", "NAP"
        NSP = "NSP", "NSP"
        OTHER = "OTHER", "other"
        SCSP = "SCSP", "SCSP"

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, null=True, blank=True, related_name="parties")
    country_code = models.CharField(max_length=2)
    party_id = models.CharField(max_length=3)
    role = models.CharField(max_length=5, choices=Role)
    spelled = models.CharField(max_length=6, blank=True, help_text="country/party as the owner spells it")
    name = models.CharField(max_length=100, blank=True)
    business_details = models.JSONField(default=dict, blank=True)
    hub_says = models.CharField(
        max_length=9,
        blank=True,
        help_text="what the hub that it is behind told of it last (HubClientInfo); empty: a role of its platform's own",
    )
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="since when its platform no longer lists this role (never deleted, HCI-05)"
    )
    moved_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="since when its objects are in the lists of others, or in none any more (PAG-02)",
    )
    special_tariffs = models.BooleanField(
        default=False, editable=False, help_text="an agreement shows it other tariffs than everybody else (TAR-30)"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            models.UniqueConstraint(fields=["country_code", "party_id", "role"], name="one_party_per_role"),
            models.CheckConstraint(condition=models.Q(country_code=Upper("country_code")), name="country_code_folded"),
            models.CheckConstraint(condition=models.Q(party_id=Upper("party_id")), name="party_id_folded"),
        ]

    def __str__(self) -> str:
        return f"{self.country_code}/{self.party_id} {self.role}"

    @property
    def hosted(self) -> bool:
        """Whether the stations of this party hang on our own OCPP side."""
        return self.platform_id is None and self.role != self.Role.HUB
