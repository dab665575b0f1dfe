"""Tokens of our own APIs: made, recognised, revoked. Each kind, like OCPI's tokens, opens its own side only (S47)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.utils import timezone

from roaming.models.bearer import Bearer
from roaming.services.secrets import digest, digests

B = TypeVar("B", bound=Bearer)
USED_EVERY = timedelta(minutes=1)  # `last_used_at` is for staff; a write for each request would buy nothing


@dataclass(frozen=True)
class Bearers(Generic[B]):
    """Of one API; `purpose` goes into the digest, so that no token is good for another."""

    model: type[B]
    prefix: str
    purpose: str

    def make(self, **fields: Any) -> tuple[B, str]:
        """A new token, shown once: what is kept cannot be turned back into it (S17)."""
        token = self.prefix + secrets.token_urlsafe(32)
        return self.model._default_manager.create(digest=digest(self._salted(token)), **fields), token

    def find(self, token: str, now: datetime) -> B | None:
        """Whose it is, if it still counts. Looked up by digest, so no comparison leaks time (S12)."""
        rows = self.model._default_manager
        row = rows.filter(digest__in=digests(self._salted(token)), revoked_at=None).first()
        if row is not None and (row.last_used_at is None or now - row.last_used_at > USED_EVERY):
            rows.filter(pk=row.pk).update(last_used_at=now)
        return row

    def revoke(self, row: B) -> None:
        """At once, for good."""
        self.model._default_manager.filter(pk=row.pk, revoked_at=None).update(revoked_at=timezone.now())

    def _salted(self, token: str) -> str:
        return f"{self.purpose}\0{token}"
