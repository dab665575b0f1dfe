"""Charge detail records: immutable once stored (CDR-04); only the token's owner may see one (CDR-06)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Upper

from roaming.models.stored import StoredObject


class Cdr(StoredObject):
    """An OCPI CDR with the bill that explains its price."""

    session_key = models.CharField(max_length=36, blank=True, help_text="folded session_id")
    token_country_code = models.CharField(max_length=2)
    token_party_id = models.CharField(max_length=3)
    token_uid = models.CharField(max_length=36)
    authorization_reference = models.CharField(max_length=36, blank=True)
    start_date_time = models.DateTimeField()
    end_date_time = models.DateTimeField()
    currency = models.CharField(max_length=3)
    total_energy = models.DecimalField(max_digits=14, decimal_places=4)
    total_energy_import = models.DecimalField(max_digits=14, decimal_places=4, default=0, help_text="kWh taken")
    total_energy_export = models.DecimalField(max_digits=14, decimal_places=4, default=0, help_text="kWh given back")
    total_cost_excl_vat = models.DecimalField(max_digits=14, decimal_places=4)
    total_cost_incl_vat = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    credit = models.BooleanField(default=False)
    credit_reference_id = models.CharField(max_length=39, blank=True)
    withheld = models.BooleanField(default=False, help_text="shown and sent to nobody until the desk releases it")
    desk_due = models.BooleanField(default=True, help_text="the desk has still to look at it, or again")
    bill = models.JSONField(null=True, blank=True, help_text="each priced line with its reason, for our own CDRs")

    class Meta:
        verbose_name = "CDR"
        constraints = [
            models.UniqueConstraint(fields=["country_code", "party_id", "object_key"], name="one_cdr_per_key")
        ]
        indexes = [
            models.Index(fields=["token_country_code", "token_party_id", "listed_at", "id"], name="cdr_listed"),
            models.Index(fields=["token_country_code", "token_party_id", "id"], name="cdr_page"),
            models.Index(fields=["country_code", "party_id", "session_key"], name="cdr_session"),
            models.Index(fields=["country_code", "party_id", "start_date_time"], name="cdr_started"),
            models.Index(
                "country_code",
                "party_id",
                Upper("credit_reference_id"),
                condition=models.Q(credit=True),
                name="cdr_credited",
            ),
            # What staff look for.
            models.Index(Upper("token_uid"), name="cdr_token_uid"),
            models.Index(
                fields=["authorization_reference"],
                condition=~models.Q(authorization_reference=""),
                name="cdr_authorization",
            ),
            models.Index(fields=["id"], condition=models.Q(desk_due=True), name="cdr_desk_due"),
            models.Index(fields=["id"], condition=models.Q(withheld=True), name="cdr_withheld"),
            # What billing reads: by when a CDR ended, of everybody, of an owner, of a payer (services.billing_cdrs).
            models.Index(fields=["end_date_time", "id"], name="cdr_ended"),
            models.Index(fields=["country_code", "party_id", "end_date_time", "id"], name="cdr_owner_ended"),
            models.Index(
                fields=["token_country_code", "token_party_id", "end_date_time", "id"], name="cdr_payer_ended"
            ),
        ]
