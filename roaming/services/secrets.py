"""Secrets that we hand out: made here, kept as a keyed digest only, compared in constant time (S10, S12, S17)."""

from __future__ import annotations

import hmac
import os
import secrets

from django.conf import settings

from roaming.ocpi import authorization


def new_token() -> str:
    """A credentials token (AUT-08): 256 random bits, never the Base64 form of another one."""
    return authorization.issue(os.urandom(32))


def new_key() -> str:
    """The unguessable part of a URL that we give to others (S5)."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """HMAC-SHA-256 under the server key: what the database knows of a secret."""
    return _digest(settings.SERVER_KEY, secret)


def digests(secret: str) -> list[str]:
    """Under the present key first, then under earlier ones, so that a key can be rotated."""
    return [_digest(key, secret) for key in (settings.SERVER_KEY, *settings.SERVER_KEY_FALLBACKS)]


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _digest(key: bytes, secret: str) -> str:
    return hmac.digest(key, secret.encode(), "sha256").hex()
