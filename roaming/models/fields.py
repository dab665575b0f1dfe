"""A text column that is encrypted at rest (S17): tokens that we must present to a peer.

The key is ``settings.SERVER_KEY``; earlier keys in ``settings.SERVER_KEY_FALLBACKS`` still read. A lost key makes the
value unreadable, which raises ``cryptography.fernet.InvalidToken`` rather than returning nonsense.
"""

from __future__ import annotations

import base64
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def _cipher() -> MultiFernet:
    keys = [settings.SERVER_KEY, *settings.SERVER_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key[:32])) for key in keys])


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Plain text in Python, a Fernet token in PostgreSQL. The empty string stays empty."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way to the database."""
        text = super().get_prep_value(value)
        return _cipher().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """Decrypt on the way out."""
        return _cipher().decrypt(value.encode()).decode() if value else value
