"""What a station asks on behalf of a vehicle that shows certificates (block M)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EvCertificateAsked:
    """Get15118EVCertificate: a vehicle's request for contract certificates, in EXI, which only its provider reads."""

    schema_version: str
    update: bool
    exi: str
    most_chains: int | None = None
    emaids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CertificateStatusAsked:
    """GetCertificateStatus: an OCPP OCSPRequestData, responder and all."""

    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StatusQuestion:
    """One certificate of a chain, and where its state can be learned."""

    hashes: Mapping[str, Any]
    source: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChainStatusAsked:
    """GetCertificateChainStatus (2.1)."""

    questions: tuple[StatusQuestion, ...]
