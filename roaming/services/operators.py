"""Tokens of the Operator API: issued, recognised, revoked. They and OCPI tokens open their own side only (S47)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.utils import timezone

from roaming.models import OperatorToken
from roaming.services.secrets import digest, digests

PREFIX = "op_"
USED_EVERY = timedelta(minutes=1)  # `last_used_at` is for staff; a write for each request would buy nothing


def issue(name: str, scope: str = OperatorToken.Scope.READ) -> tuple[OperatorToken, str]:
    """A new token, shown once: what is kept cannot be turned back into it (S17)."""
    token = PREFIX + secrets.token_urlsafe(32)
    return OperatorToken.objects.create(name=name, digest=_digest(token), scope=scope), token


def find(token: str, now: datetime) -> OperatorToken | None:
    """Whose it is, if it still counts. Looked up by digest, so no comparison leaks time (S12)."""
    row = OperatorToken.objects.filter(digest__in=_digests(token), revoked_at=None).first()
    if row is not None and (row.last_used_at is None or now - row.last_used_at > USED_EVERY):
        OperatorToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def revoke(row: OperatorToken) -> None:
    """At once, for good."""
    OperatorToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=timezone.now())


def _digest(token: str) -> str:
    return digest(f"operator\0{token}")


def _digests(token: str) -> list[str]:
    return digests(f"operator\0{token}")
