"""The one-time password in the URL of a station's QR code (C25): HMAC-SHA-256 over the time slot, in 62 characters.

"TOTP algorithm, version 1": the slot is a 64-bit number, big endian; the low half of the digest's last byte says where
to begin, and each byte from there, around the end, picks a character.
"""

from __future__ import annotations

import hashlib
import hmac
import string
from datetime import datetime
from typing import Final

ALPHABET: Final = string.digits + string.ascii_lowercase + string.ascii_uppercase
SLOTS: Final = (0, -1, 1)  # the driver takes a moment, and clocks differ


def password(secret: str, at: datetime, seconds: int, length: int) -> str:
    """Of the slot that the moment lies in."""
    return _of(secret, int(at.timestamp()) // seconds, length)


def holds(given: str, secret: str, at: datetime, seconds: int, length: int) -> bool:
    """Whether it is the password of this slot, the one before or the one after; in constant time."""
    slot = int(at.timestamp()) // seconds
    found = [hmac.compare_digest(_of(secret, slot + off, length).encode(), given.encode()) for off in SLOTS]
    return bool(given) and any(found)


def _of(secret: str, slot: int, length: int) -> str:
    digest = hmac.new(secret.encode(), slot.to_bytes(8, "big"), hashlib.sha256).digest()
    offset = digest[-1] & 0x0F
    return "".join(ALPHABET[digest[(offset + at) % len(digest)] % len(ALPHABET)] for at in range(length))
