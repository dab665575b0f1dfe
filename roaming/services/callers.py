"""What a caller must show beside its token, where its profile says so: an address, a client certificate (S19).

A certificate is known by its SHA-256. A proxy of TRUSTED_PROXIES tells it in CLIENT_CERTIFICATE_HEADER, as the digest
in hexadecimal (HAProxy, or Envoy's `Hash=…`), or as the certificate itself (RFC 9440, or URL-encoded PEM as nginx
writes it). From anybody else the same header is nothing.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from hashlib import sha256
from ipaddress import ip_address, ip_network
from urllib.parse import unquote

from roaming.models import Platform

LONGEST = 32_768
_HEX = re.compile(r"[0-9a-f]{64}")
_HASH = re.compile(r"(?:^|[;,])\s*hash=\"?([0-9a-f]{64})", re.IGNORECASE)
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


def missing(platform: Platform, address: str, certificate: str | None) -> str:
    """What the request lacks, in words; nothing where it may come. `certificate`: what a trusted proxy said of it."""
    if platform.client_networks and not _is_in(address, platform.client_networks):
        return f"came from {address}, which is none of its networks"
    if platform.client_certificates:
        wanted = {_plain(one) for one in platform.client_certificates}
        if fingerprint(certificate or "") not in wanted:
            return "came without a client certificate of its own"
    return ""


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
