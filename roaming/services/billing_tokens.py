"""Tokens of the billing API: issued, bound to parties, recognised, revoked. They open nothing else (S47)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from roaming.models import BillingToken, Party
from roaming.services.secrets import digest, digests

PREFIX = "bill_"
USED_EVERY = timedelta(minutes=1)  # `last_used_at` is for staff; a write for each request would buy nothing


def issue(name: str, parties: Iterable[Party] = ()) -> tuple[BillingToken, str]:
    """A new token, shown once (S17). Without parties it sees everything."""
    token, own = PREFIX + secrets.token_urlsafe(32), list(parties)
    with transaction.atomic():
        row = BillingToken.objects.create(name=name, digest=digest(_salted(token)), bound=bool(own))
        row.parties.set(own)
    return row, token


def find(token: str, now: datetime) -> BillingToken | None:
    """Whose it is, if it still counts. Looked up by digest, so no comparison leaks time (S12)."""
    row = BillingToken.objects.filter(digest__in=digests(_salted(token)), revoked_at=None).first()
    if row is not None and (row.last_used_at is None or now - row.last_used_at > USED_EVERY):
        BillingToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def sees(row: BillingToken) -> list[Party] | None:
    """Whose CDRs; None: everybody's."""
    return list(row.parties.all()) if row.bound else None


def revoke(row: BillingToken) -> None:
    """At once, for good."""
    BillingToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=timezone.now())


def _salted(token: str) -> str:
    return f"billing\0{token}"
