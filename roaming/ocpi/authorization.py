"""The Authorization header: `Token `, one space, the credentials token in Base64 (AUT-01 to AUT-05, S10, S11).

Peers on older versions send and expect the raw token, so each partner has an encoding. Tokens that we issue carry a
character outside the Base64 alphabet: no encoding of one token can ever be another (S10).
"""

from __future__ import annotations

import base64
import binascii
import re
from enum import StrEnum

_MAX_HEADER = 256  # 64 characters in Base64 are 88; a longer header is no token
_TOKEN = re.compile(r"[\x21-\x7e]{1,64}")
_HEADER = re.compile(r"token ([\x21-\x7e]+)", re.IGNORECASE | re.ASCII)


class Encoding(StrEnum):
    AUTO = "auto"
    BASE64 = "base64"
    RAW = "raw"


def is_token(text: str) -> bool:
    """1 to 64 printable ASCII characters without blanks (AUT-08)."""
    return _TOKEN.fullmatch(text) is not None


def issue(entropy: bytes) -> str:
    """A new credentials token from at least 32 random bytes, which the caller supplies."""
    if len(entropy) < 32:
        raise ValueError("a token needs at least 32 random bytes")
    return "hub." + base64.urlsafe_b64encode(entropy[:32]).rstrip(b"=").decode()


def format_authorization(token: str, encoding: Encoding = Encoding.BASE64) -> str:
    """The header value to send; Base64 unless the partner is known to want it raw."""
    if encoding is Encoding.RAW:
        return f"Token {token}"
    return "Token " + base64.b64encode(token.encode()).decode()


def candidates(header: str | None, encoding: Encoding = Encoding.AUTO) -> tuple[tuple[str, Encoding], ...]:
    """The tokens that a header may mean, decoded form first; empty is 401."""
    match = _HEADER.fullmatch(header) if header and len(header) <= _MAX_HEADER else None
    if match is None:
        return ()
    presented = match[1]
    found = []
    decoded = _decode(presented)
    if decoded is not None and encoding is not Encoding.RAW:
        found.append((decoded, Encoding.BASE64))
    if is_token(presented) and encoding is not Encoding.BASE64:
        found.append((presented, Encoding.RAW))
    return tuple(found)


def _decode(presented: str) -> str | None:
    try:
        decoded = base64.b64decode(presented, validate=True)
        text = decoded.decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if base64.b64encode(decoded).decode() != presented:  # Python lets surplus padding and stray bits pass
        return None
    text = text.rstrip("\r\n ")  # `echo token | base64` is a habit that the specification's own samples show (AUT-04)
    return text if is_token(text) else None
