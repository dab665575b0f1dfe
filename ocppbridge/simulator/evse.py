"""What a station consists of: its profile, its EVSEs, who may charge there and who does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ocppbridge.simulator.meter import Meter


@dataclass(frozen=True)
class Profile:
    """What a station is like."""

    identity: str
    evses: int = 1
    power: int = 11_000
    speed: int = 1
    sample_every: timedelta = timedelta(seconds=5)
    first_register: int = 1_000
    model: str = "Simulated"
    vendor: str = "Rehearsal"
    firmware: str = "1.0.0"
    update_ends: str = "Installed"
    """The status with which updates of its firmware end: another one is a failure."""
    starts_offline: bool = False
    """Begin transactions without an answer to Authorize while there is no socket (OfflineTxForUnknownIdEnabled)."""
    answer_timeout: timedelta = timedelta(seconds=30)
    connection_timeout: timedelta = timedelta(seconds=60)
    gives_back: int = 0
    """W that its cars can give back; 0: it only charges (2.1 has words for more)."""


@dataclass
class Permit:
    """Somebody may charge here: by remote start or by an accepted Authorize."""

    id_token: str
    token_type: str
    remote_start_id: int | None = None
    remote: bool = False
    until: datetime | None = None
    """When the promise of the EVSE ends if no cable comes (ConnectionTimeOut, EVConnectionTimeOut)."""


@dataclass(frozen=True)
class Hold:
    """A reservation; `shown` as a state unless it is for any EVSE of the station."""

    number: int
    id_token: str
    group: str
    until: datetime
    shown: bool = True

    def is_for(self, id_token: str) -> bool:
        return self.id_token.casefold() == id_token.casefold()


@dataclass
class Charge:
    """A transaction as the station sees it; ``transaction_id`` is unknown on 1.6 until the start is answered."""

    permit: Permit
    number: int
    started_at: datetime
    meter_start: int
    next_sample: datetime
    transaction_id: str | int | None = None
    seq_no: int = 0
    reservation: int | None = None
    suspended: bool = False
    priority: bool = False
    """PriorityCharging is activated."""
    given_start: int = 0
    """Wh on the register of energy given back."""


@dataclass
class Evse:
    """One EVSE with its single connector."""

    number: int
    meter: Meter
    plugged: bool = False
    inoperative: bool = False
    fault: str = ""
    """The error that it has, in 1.6's words; 2.x only says Faulted."""
    asking: bool = False
    held: Hold | None = None
    permit: Permit | None = None
    charge: Charge | None = None
    said: str = field(default="", repr=False)
