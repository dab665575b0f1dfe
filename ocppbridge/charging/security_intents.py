"""What we want of a station's certificates and logs (blocks A, M, N)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CertificateUse(StrEnum):
    """What a root certificate vouches for, in 2.x's words."""

    CSMS = "CSMSRootCertificate"
    MANUFACTURER = "ManufacturerRootCertificate"
    V2G = "V2GRootCertificate"
    MO = "MORootCertificate"
    OEM = "OEMRootCertificate"
    V2G_CHAIN = "V2GCertificateChain"


@dataclass(frozen=True, slots=True)
class DeliverCertificate:
    """The signed certificate that answers a CertificateRequested (A02)."""

    chain: str
    certificate_type: str | None = None
    request_id: int | None = None


@dataclass(frozen=True, slots=True)
class InstallCertificate:
    """Put a root certificate on the station (M05)."""

    use: CertificateUse
    certificate: str


@dataclass(frozen=True, slots=True)
class ListCertificates:
    """Which are installed (M03); 1.6 asks for one use at a time."""

    uses: tuple[CertificateUse, ...] = ()


@dataclass(frozen=True, slots=True)
class DeleteCertificate:
    """Take one off by its hashes (M04)."""

    hashes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FetchLog:
    """Upload a log to `location` (N01); 1.6 with the security extension knows GetLog too."""

    location: str
    request_id: int
    kind: str = "DiagnosticsLog"
    since: datetime | None = None
    until: datetime | None = None
    retries: int | None = None
    retry_interval: int | None = None
