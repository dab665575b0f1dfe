"""A text column that is encrypted at rest (S17): tokens that we must present to a peer.

The key is ``settings.SERVER_KEY``; earlier keys in ``settings.SERVER_KEY_FALLBACKS`` still read. A lost key makes the
value unreadable, which raises ``cryptography.fernet.InvalidToken`` rather than returning nonsense.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def _keys() -> tuple[bytes, ...]:
    return (settings.SERVER_KEY, *settings.SERVER_KEY_FALLBACKS)


@lru_cache(maxsize=8)
def _cipher(keys: tuple[bytes, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key[:32])) for key in keys])


@lru_cache(maxsize=2048)
def _opened(keys: tuple[bytes, ...], value: str) -> str:
    """Each request reads the same few again; what is at rest stays encrypted."""
    return _cipher(keys).decrypt(value.encode()).decode()


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Plain text in Python, a Fernet token in PostgreSQL. The empty string stays empty."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way to the database."""
        text = super().get_prep_value(value)
        return _cipher(_keys()).encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """Decrypt on the way out."""
        return _opened(_keys(), value) if value else value
