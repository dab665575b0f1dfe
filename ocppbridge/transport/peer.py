"""Who is at the other end of a connection: address, TLS, certificate; from the socket, or from a trusted proxy. Pure.

What a proxy says in headers counts only if the connection comes from one of TRUSTED_PROXIES; from anybody else the same
headers are nothing. The certificate header is read as RFC 9440 writes it (`Client-Cert: :base64:`), as nginx does
(URL-encoded PEM), as Traefik does (PEM without its frame), and as Envoy does (`Cert="…"` in X-Forwarded-Client-Cert).
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final
from urllib.parse import unquote_to_bytes

LONGEST_CERTIFICATE: Final = 32_768
_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_ENVOY: Final = re.compile(rb'(?:^|[;,])\s*(?:Cert|Chain)="?([^";,]+)"?', re.IGNORECASE)
_SECURE: Final = frozenset({b"https", b"wss"})


@dataclass(frozen=True, slots=True)
class Peer:
    """`chain` is what it showed, its own certificate first, in DER; `verified` if TLS here has checked it already."""

    address: str
    tls: bool = False
    chain: tuple[bytes, ...] = ()
    verified: bool = False
    unreadable: bool = False
    """A certificate was told that cannot be read: nobody's."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of its own certificate."""
        return hashlib.sha256(self.chain[0]).hexdigest() if self.chain else ""


def peer_of(scope: Mapping[str, Any], proxies: Sequence[IPv4Network | IPv6Network], header: str) -> Peer:
    """What is known of the peer of an ASGI scope."""
    address = str((scope.get("client") or ("?",))[0])
    if _is_one_of(address, proxies):
        return _behind(address, scope["headers"], header.lower().encode())
    told = scope.get("extensions", {}).get("tls") or {}
    shown = told.get("peer")
    return Peer(address, scope.get("scheme") == "wss", (shown,) if shown else (), verified=bool(shown))


def _behind(proxy: str, headers: Iterable[tuple[bytes, bytes]], header: bytes) -> Peer:
    said = dict(headers)
    address = said.get(b"x-forwarded-for", b"").rpartition(b",")[2].strip().decode("ascii", "replace")
    secure = said.get(b"x-forwarded-proto", b"").partition(b",")[0].strip().lower() in _SECURE
    given = said.get(header, b"").strip()
    chain = certificates_in(given) + certificates_in(said.get(header + b"-chain", b"")) if given else ()
    return Peer(address[:64] or proxy, secure, chain, unreadable=bool(given) and not chain)


def certificates_in(value: bytes) -> tuple[bytes, ...]:
    """The certificates of a header, in DER; none if it cannot be read."""
    if not value or len(value) > LONGEST_CERTIFICATE:
        return ()
    if value.startswith(b":"):
        return _decoded(part.strip().strip(b":") for part in value.split(b","))
    texts = [unquote_to_bytes(text) for text in _ENVOY.findall(value)] or [unquote_to_bytes(value)]
    framed = [body for text in texts for body in _PEM.findall(text)]
    unique = dict.fromkeys(framed or [part for text in texts for part in text.split(b",")])
    return _decoded(b"".join(body.split()) for body in unique)


def _decoded(parts: Iterable[bytes]) -> tuple[bytes, ...]:
    try:
        return tuple(b64decode(part, validate=True) for part in parts if part)
    except NotBase64:
        return ()


def _is_one_of(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    if not networks:
        return False
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    plain = getattr(parsed, "ipv4_mapped", None) or parsed  # as a socket that takes both kinds tells it
    return any(plain in network for network in networks)
