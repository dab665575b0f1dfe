"""Station passwords: machine secrets of 16 bytes or more, kept as keyed digests (HMAC-SHA-256 with the server key).

A slow hash would make a reconnect storm cost hours, and guessing 128 bits needs no slowing down. A password of hex
digits is also kept in its decoded form, for stations send either (field quirk 11). Shorter passwords exist only where
staff decided so for one station, and are kept as scrypt.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from binascii import unhexlify
from dataclasses import dataclass

from django.conf import settings

from ocppbridge.models import Station

SHORTEST = 16
LONGEST = 72
_SCRYPT = {"n": 2**12, "r": 8, "p": 1}
_HEX = frozenset(b"0123456789abcdefABCDEF")


class WeakPassword(ValueError):
    """Too short (or too long) to be taken without a decision for this station."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What is stored of one station's password."""

    digest: str = ""
    hex_digest: str = ""
    scrypt: str = ""

    @property
    def exists(self) -> bool:
        """Whether any password was set."""
        return bool(self.digest or self.scrypt)


NOBODY = Secret()


def new_password() -> str:
    """40 hex digits: fits 1.6's AuthorizationKey and 2.x's BasicAuthPassword alike."""
    return secrets.token_hex(20)


def set_password(station: Station, password: str | bytes, *, allow_short: bool = False) -> None:
    """Store what is needed to recognise the password (saves the station's three columns).

    By hand, that is: whoever calls this also sets it on the station. `password_changes` sends one over the socket.
    """
    secret = seal(password.encode() if isinstance(password, str) else password, allow_short=allow_short)
    station.password_digest = secret.digest
    station.password_hex_digest = secret.hex_digest
    station.password_scrypt = secret.scrypt
    station.save(update_fields=["password_digest", "password_hex_digest", "password_scrypt"])


def seal(password: bytes, *, allow_short: bool = False) -> Secret:
    """The stored form of a password."""
    if not password or len(password) > LONGEST:
        raise WeakPassword(f"a station password has 1 to {LONGEST} bytes")
    if len(password) < SHORTEST:
        if not allow_short:  # decision: SHORT-STATION-PASSWORD
            raise WeakPassword(f"a station password has at least {SHORTEST} bytes")
        salt = secrets.token_bytes(16)
        return Secret(scrypt=f"{salt.hex()}:{_slow(password, salt).hex()}")
    decoded = _unhex(password)
    return Secret(digest(password), digest(decoded) if decoded else "")


def matches(given: bytes, secret: Secret, *, slow_ones_exist: bool = False) -> bool:
    """Whether a presented password is the stored one; costs the same for a wrong password as for NOBODY (S36).

    Where any station has a slow hash, every failure pays for one, so that time does not tell which stations do. While
    the server key is being rotated, digests under its predecessors are right too.
    """
    decoded = _unhex(given) or given
    fits = False
    for key in (settings.SERVER_KEY, *settings.SERVER_KEY_FALLBACKS):
        found = digest(given, key)
        fits |= hmac.compare_digest(found, secret.digest or "-")
        fits |= hmac.compare_digest(found, secret.hex_digest or "-")
        fits |= hmac.compare_digest(digest(decoded, key), secret.hex_digest or "-")
    if fits:
        return True
    if not slow_ones_exist:
        return False
    salt, _, wanted = secret.scrypt.partition(":")
    slow = _slow(given, bytes.fromhex(salt) or b"0" * 16).hex()
    return hmac.compare_digest(slow, wanted or "-")


def digest(password: bytes, key: bytes | None = None) -> str:
    """The keyed digest."""
    return hmac.digest(key or settings.SERVER_KEY, b"station password\0" + password, "sha256").hex()


def _slow(password: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(password, salt=salt, dklen=32, **_SCRYPT)


def _unhex(text: bytes) -> bytes | None:
    """The bytes that 32 to 40 hex digits stand for (1.6 security whitepaper: AuthorizationKey)."""
    if len(text) % 2 or not 32 <= len(text) <= 40 or not _HEX.issuperset(text):
        return None
    return unhexlify(text)
