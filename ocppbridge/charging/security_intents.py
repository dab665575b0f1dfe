"""What we want of a station's password, security profile, certificates and logs (blocks A, M, N)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class CertificateUse(StrEnum):
    """What a root certificate vouches for, in 2.x's words."""

    CSMS = "CSMSRootCertificate"
    MANUFACTURER = "ManufacturerRootCertificate"
    V2G = "V2GRootCertificate"
    MO = "MORootCertificate"
    OEM = "OEMRootCertificate"
    V2G_CHAIN = "V2GCertificateChain"


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Give the station another password for HTTP Basic (A01)."""

    password: str


@dataclass(frozen=True, slots=True)
class RaiseProfile:
    """Move to a higher security profile (A05). 2.x stores it in a slot, with the way to reach us in `network`."""

    profile: int
    slot: int = 1
    network: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreferNetworks:
    """Which stored ways to a CSMS are tried, in this order (B09); 1.6 has one only."""

    slots: tuple[int, ...]


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
