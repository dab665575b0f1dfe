"""What a caller must show beside its token, where its profile says so: an address, a certificate, a password (S19).

A certificate is known by its SHA-256. A proxy of TRUSTED_PROXIES tells it in CLIENT_CERTIFICATE_HEADER, as the digest
in hexadecimal (HAProxy, or Envoy's `Hash=…`), or as the certificate itself (RFC 9440, or URL-encoded PEM as nginx
writes it). From anybody else the same header is nothing.
The password is RFC 6238's: six digits of HMAC-SHA-1 over the half minute, the one before and the one after allowed.
"""

from __future__ import annotations

import hmac
import os
import re
import struct
from base64 import b32decode, b32encode, b64decode
from binascii import Error as NotBase64
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network
from urllib.parse import unquote

from roaming.models import Platform

STEP = 30  # seconds of one password
LONGEST = 32_768
_HEX = re.compile(r"[0-9a-f]{64}")
_HASH = re.compile(r"(?:^|[;,])\s*hash=\"?([0-9a-f]{64})", re.IGNORECASE)
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


def missing(platform: Platform, address: str, certificate: str | None, password: str | None, now: datetime) -> str:
    """What the request lacks, in words; nothing where it may come. `certificate`: what a trusted proxy said of it."""
    if platform.client_networks and not _is_in(address, platform.client_networks):
        return f"came from {address}, which is none of its networks"
    if platform.client_certificates:
        wanted = {_plain(one) for one in platform.client_certificates}
        if fingerprint(certificate or "") not in wanted:
            return "came without a client certificate of its own"
    if platform.second_factor and not _fits(password or "", platform.second_secret, now):
        return "came without the one-time password of this moment"
    return ""


def new_secret() -> str:
    """In Base32, as authenticators and libraries read it."""
    return b32encode(os.urandom(20)).decode()


def one_time_password(secret: str, at: datetime) -> str:
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", int(at.timestamp()) // STEP), "sha1")
    start = digest[-1] & 0xF
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def _fits(password: str, secret: str, now: datetime) -> bool:
    moments = [now + timedelta(seconds=STEP * step) for step in (-1, 0, 1)] if secret else []
    given = password.strip().encode()
    return any(hmac.compare_digest(one_time_password(secret, moment).encode(), given) for moment in moments)


def fingerprint(header: str) -> str:
    """SHA-256 in lower-case hexadecimal, or nothing."""
    header = header.strip()[:LONGEST]
    if _HEX.fullmatch(_plain(header)):
        return _plain(header)
    if named := _HASH.search(header):
        return named[1].lower()
    if header.startswith(":"):
        return _digest(header.partition(",")[0].strip().strip(":"))
    framed = _PEM.search(unquote(header))
    return _digest("".join(framed[1].split())) if framed else ""


def _digest(base64: str) -> str:
    try:
        return sha256(b64decode(base64, validate=True)).hexdigest() if base64 else ""
    except NotBase64:
        return ""


def _plain(text: str) -> str:
    return text.replace(":", "").lower()


def _is_in(address: str, networks: list[str]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return any((mapped or parsed) in ip_network(one) for one in networks)
