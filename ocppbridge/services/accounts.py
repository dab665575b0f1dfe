"""What a connected station is known by while its socket lives: read once at the upgrade, without the ORM."""

from __future__ import annotations

from dataclasses import dataclass, field

from ocppbridge.charging.replies import Registration
from ocppbridge.services.passwords import NOBODY, Secret


@dataclass(frozen=True, slots=True)
class Security:
    """What the upgrade needs to know beyond the password."""

    minimum: int = 1
    """The least profile that it may connect with."""
    target: int | None = None
    """The profile that it was asked to move to."""
    serial_number: str = ""
    change_id: int | None = None
    """A password on its way: until one of the two is used both are right."""
    next_secret: Secret = NOBODY


@dataclass(slots=True)
class Account:
    """One station as the socket's side sees it. `boot_status` is what its last boot was answered ("": never booted)."""

    station_id: int
    identity: str
    shard: int
    party: str
    secret: Secret = NOBODY
    blocked: bool = False
    lenient: bool = False
    boot_policy: str = "Accepted"
    boot_status: str = ""
    subprotocol: str = ""
    security: Security = field(default_factory=Security)
    profile: int = 0
    """The security profile of this connection."""

    @property
    def version(self) -> str:
        """ "1.6", "2.0.1" or "2.1"."""
        return self.subprotocol.removeprefix("ocpp")

    @property
    def registration(self) -> Registration | None:
        """What it was told at its last boot; one that has never booted is taken for what it would be told (B02)."""
        if self.boot_status:
            return Registration(self.boot_status)
        return None if self.boot_policy == Registration.ACCEPTED else Registration(self.boot_policy)
