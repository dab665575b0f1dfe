"""Tokens of the billing API, bound to parties where staff say so."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from roaming.models import BillingToken, Party
from roaming.services.bearers import Bearers

TOKENS = Bearers(BillingToken, "bill_", "billing")
find, revoke = TOKENS.find, TOKENS.revoke


@transaction.atomic
def issue(name: str, parties: Iterable[Party] = ()) -> tuple[BillingToken, str]:
    """A new token, and its text, which is shown once. Without parties it sees everything."""
    own = list(parties)
    row, token = TOKENS.make(name=name, bound=bool(own))
    row.parties.set(own)
    return row, token


def sees(row: BillingToken) -> list[Party] | None:
    """Whose CDRs; None: everybody's."""
    return list(row.parties.all()) if row.bound else None
