"""What we answer a station about certificates of vehicles and of those who signed them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class EvCertificate:
    """The answer to Get15118EVCertificate: what the vehicle gets, or why not. `remaining`: how many may be fetched."""

    accepted: bool
    exi: str = ""
    remaining: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateState:
    """The answer to GetCertificateStatus: the responder's own signed answer (DER in Base64), or why there is none."""

    ocsp: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LinkState:
    """What is known of one certificate: Good, Revoked, Unknown or Failed, and until when that holds."""

    hashes: Mapping[str, Any]
    source: str
    status: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ChainState:
    """The answer to GetCertificateChainStatus."""

    links: tuple[LinkState, ...]
