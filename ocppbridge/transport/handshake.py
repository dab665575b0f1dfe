"""What an upgrade request says, read without trust: identity, credentials, sub-protocol. Pure.

The identity is the last segment of the raw path (the decoded one has lost `%2F`), whatever prefix stands before it
and with or without a trailing slash (field quirk 12). Credentials are bytes: passwords need not be UTF-8 (field quirk
11).
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from ocppbridge.versions import DIALECTS

LONGEST_IDENTITY: Final = 255
LONGEST_CREDENTIALS: Final = 1024
OFFERED: Final = ", ".join(DIALECTS)

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Credentials:
    """HTTP Basic: user and password as sent."""

    user: bytes
    password: bytes


def identity_of(raw_path: bytes) -> str | None:
    """The station's identity, decoded; None if the path names none that could be one."""
    segment = raw_path.partition(b"?")[0].rstrip(b"/").rpartition(b"/")[2]
    try:
        identity = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        return None
    if not identity or len(identity) > LONGEST_IDENTITY or "\0" in identity:
        return None
    return identity


def credentials_of(headers: Headers) -> Credentials | None:
    """What the one Authorization header says; None unless it is well-formed Basic."""
    found = [value for name, value in headers if name == b"authorization"]
    if len(found) != 1 or len(found[0]) > LONGEST_CREDENTIALS:
        return None
    scheme, _, encoded = found[0].strip().partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        user, colon, password = b64decode(encoded.strip(), validate=True).partition(b":")
    except NotBase64:
        return None
    return Credentials(user, password) if colon else None


def names(credentials: Credentials, identity: str) -> bool:
    """Whether the user is the station itself (OCPP security profile 1)."""
    return credentials.user == identity.encode()


def negotiated(offered: Sequence[str]) -> str | None:
    """The first sub-protocol of the station's own order that we speak."""
    return next((subprotocol for subprotocol in offered if subprotocol in DIALECTS), None)
