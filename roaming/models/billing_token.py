"""Tokens of the billing API."""

from __future__ import annotations

from django.db import models

from roaming.models.bearer import Bearer
from roaming.models.party import Party


class BillingToken(Bearer):
    """A reader of CDRs, bills and statements; a bound one sees only what concerns its parties."""

    bound = models.BooleanField(default=False, help_text="sees its parties only; without one it sees nothing")
    parties = models.ManyToManyField(Party, blank=True, related_name="billing_tokens")
