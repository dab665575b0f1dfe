"""What a call of ours carries in secret: kept encrypted until the call has settled (table: versions.secrets)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(payload: Mapping[str, Any]) -> str:
    """A payload as text that only this hub can read."""
    return _cipher().encrypt(orjson.dumps(plain(payload))).decode()


def unseal(text: str) -> dict[str, Any]:
    """What `seal` was given."""
    payload: dict[str, Any] = orjson.loads(_cipher().decrypt(text.encode()))
    return payload


def plain(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload as it will stand on the wire, of JSON's own types only."""
    read: dict[str, Any] = orjson.loads(orjson.dumps(payload, default=_number))
    return read


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f").encode())
    raise TypeError(f"{type(value).__name__} has no place in a payload")


@cache
def _cipher() -> MultiFernet:
    keys = [settings.SERVER_KEY, *getattr(settings, "SERVER_KEY_FALLBACKS", [])]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key[:32])) for key in keys])
