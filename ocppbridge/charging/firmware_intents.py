"""What we want of a station's firmware (block L; 1.6: UpdateFirmware, and SignedUpdateFirmware of the extension)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class UpdateFirmware:
    """Fetch an image from `location` and install it (L01, L02); signed if a certificate and a signature come along."""

    request_id: int
    location: str
    retrieve_at: datetime
    install_at: datetime | None = None
    certificate: str | None = None
    signature: str | None = None
    retries: int | None = None
    retry_interval: int | None = None


@dataclass(frozen=True, slots=True)
class PublishFirmware:
    """Have a local controller fetch an image and offer it to its stations (L03); `checksum` is the MD5."""

    request_id: int
    location: str
    checksum: str
    retries: int | None = None
    retry_interval: int | None = None


@dataclass(frozen=True, slots=True)
class UnpublishFirmware:
    """No longer (L04)."""

    checksum: str
