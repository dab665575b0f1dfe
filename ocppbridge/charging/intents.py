"""What we want of a station: version-neutral verbs, each turned into a call by the dialect's `down`.

Rule: a verb says what is wanted, never how a version spells it. What a version cannot say raises NotOffered with the
reason, or, where the rest still makes sense without it, stands in the dialect's loss table. RawCall is the way around
for staff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ocppbridge.charging.replies import Authorization
from ocppbridge.charging.tokens import STATION, IdToken, Place


class NotOffered(Exception):
    """The station's version has no such thing, or cannot say it this way."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class When(StrEnum):
    """How soon a reset happens."""

    NOW = "now"
    IDLE = "when idle"
    RESUME = "now, and resume the transactions"


class CertificateUse(StrEnum):
    """What a root certificate vouches for, in 2.x's words."""

    CSMS = "CSMSRootCertificate"
    MANUFACTURER = "ManufacturerRootCertificate"
    V2G = "V2GRootCertificate"
    MO = "MORootCertificate"
    OEM = "OEMRootCertificate"
    V2G_CHAIN = "V2GCertificateChain"


@dataclass(frozen=True, slots=True)
class StartCharging:
    """Remote start; `remote_start_id` comes back in 2.x's TransactionEvent, `profile` is in the version's own words."""

    token: IdToken
    remote_start_id: int
    place: Place | None = None
    group: IdToken | None = None
    profile: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StopCharging:
    """Remote stop of a transaction by the id that the station knows it by."""

    transaction: str


@dataclass(frozen=True, slots=True)
class Unlock:
    """Release the cable."""

    place: Place


@dataclass(frozen=True, slots=True)
class Reset:
    """Restart the station, or one EVSE of it (2.x)."""

    when: When = When.IDLE
    evse: int | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """Ask for a message now; `what` is 2.1's word for it."""

    what: str
    place: Place = STATION
    custom: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeAvailability:
    """Take out of service, or put back."""

    operative: bool
    place: Place = STATION


@dataclass(frozen=True, slots=True)
class Variable:
    """A setting: 2.x's component and variable, or 1.6's configuration key as `name` without a component."""

    name: str
    component: str | None = None
    instance: str | None = None
    component_instance: str | None = None
    place: Place = STATION
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class ReadVariables:
    """Read settings; none named means all of them (1.6 only)."""

    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteVariables:
    """Change settings; 1.6 takes one at a time."""

    values: tuple[tuple[Variable, str], ...]


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """Have the device model reported: Configuration, Full or Summary inventory (B07)."""

    request_id: int
    inventory: str = "FullInventory"


@dataclass(frozen=True, slots=True)
class ReportSome:
    """Have part of the device model reported (B08)."""

    request_id: int
    variables: tuple[Variable, ...] = ()
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetNetwork:
    """Store a way to reach a CSMS in a slot (B09); `profile` is 2.x's NetworkConnectionProfile."""

    slot: int
    profile: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reserve:
    """Hold an EVSE, a connector type, or any, for a token. `reservation_id` is ours (OCP-04)."""

    reservation_id: int
    token: IdToken
    until: datetime
    place: Place | None = None
    connector_type: str | None = None
    group: IdToken | None = None


@dataclass(frozen=True, slots=True)
class CancelReservation:
    """Let go of a reservation."""

    reservation_id: int


@dataclass(frozen=True, slots=True)
class ClearCache:
    """Forget cached authorizations."""


@dataclass(frozen=True, slots=True)
class AskListVersion:
    """Which version of the local list does it hold?"""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One token of a local list; without an authorization it is taken off (differential)."""

    token: IdToken
    authorization: Authorization | None = None


@dataclass(frozen=True, slots=True)
class SendList:
    """Replace the local list, or change it (D01)."""

    version: int
    entries: tuple[ListEntry, ...] = ()
    full: bool = True


@dataclass(frozen=True, slots=True)
class AskTransaction:
    """Is it still running, and do messages wait? (E14); without an id: do any wait?"""

    transaction: str | None = None


@dataclass(frozen=True, slots=True)
class TellCost:
    """The running total (I02), tax included."""

    transaction: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class SendData:
    """DataTransfer to the station."""

    vendor: str
    message: str | None = None
    data: Any = None


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


@dataclass(frozen=True, slots=True)
class RawCall:
    """Any call, in the station's own version, checked against its schema and sent unchanged."""

    action: str
    payload: Mapping[str, Any] = field(default_factory=dict)


Intent = (
    StartCharging
    | StopCharging
    | Unlock
    | Reset
    | Trigger
    | ChangeAvailability
    | ReadVariables
    | WriteVariables
    | ReportSettings
    | ReportSome
    | SetNetwork
    | Reserve
    | CancelReservation
    | ClearCache
    | AskListVersion
    | SendList
    | AskTransaction
    | TellCost
    | SendData
    | DeliverCertificate
    | InstallCertificate
    | ListCertificates
    | DeleteCertificate
    | FetchLog
    | RawCall
)
