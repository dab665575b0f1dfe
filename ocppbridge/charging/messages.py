"""What a station says, in the domain's own words; every dialect's `up` makes these and nothing else.

Rule: what a version does not say is None or empty, never invented. Times are aware; a time that the station did not
give is None. Names follow OCPP 2.1; what 2.1 cannot say (1.6's errorCode, its idle words) keeps a field of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ocppbridge.charging.iso15118_messages import CertificateStatusAsked, ChainStatusAsked, EvCertificateAsked
from ocppbridge.charging.payment_messages import BatterySwapped, Settled, VatNumberAsked
from ocppbridge.charging.readings import Reading
from ocppbridge.charging.smart_messages import LimitCleared, LimitSet, PriorityChanged, ProfilesReported
from ocppbridge.charging.tokens import IdToken, Place
from ocppbridge.charging.upkeep_messages import UpkeepMessage
from ocppbridge.charging.v2x_messages import (
    DerAlarmed,
    DerReported,
    DerSwitched,
    EvScheduleTold,
    NeedsTold,
    SetpointPulled,
)


@dataclass(frozen=True, slots=True)
class Booted:
    """BootNotification."""

    vendor: str
    model: str
    serial_number: str | None = None
    firmware_version: str | None = None
    reason: str | None = None
    iccid: str | None = None
    imsi: str | None = None
    box_serial_number: str | None = None
    meter_type: str | None = None
    meter_serial_number: str | None = None


@dataclass(frozen=True, slots=True)
class Beat:
    """Heartbeat."""


@dataclass(frozen=True, slots=True)
class StateChanged:
    """StatusNotification. `state` is the version's own word; `states.py` knows what it means."""

    place: Place
    state: str
    at: datetime | None = None
    error_code: str | None = None
    info: str | None = None
    vendor_id: str | None = None
    vendor_error_code: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizeAsked:
    """Authorize: may this token charge?"""

    token: IdToken
    certificate: str | None = None
    certificate_hashes: tuple[Mapping[str, Any], ...] = ()


@dataclass(slots=True)
class TransactionFacts:
    """What Started, Updated and Ended share. `transaction` is None until we have given it a number (1.6 start).

    Not frozen, like Metered, which comes as often: so many guarded assignments take longer than reading the frame.
    """

    transaction: str | None
    at: datetime
    place: Place | None = None
    token: IdToken | None = None
    readings: tuple[Reading, ...] = ()
    seq_no: int | None = None
    trigger: str | None = None
    charging_state: str | None = None
    offline: bool = False
    remote_start_id: int | None = None
    reservation_id: int | None = None
    phases_used: int | None = None
    cable_max_current: int | None = None
    seconds_charging: int | None = None
    operation_mode: str | None = None
    preconditioning: str | None = None
    evse_sleep: bool | None = None
    tariff_id: str | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    cost: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Started(TransactionFacts):
    """StartTransaction, or TransactionEvent Started."""

    meter_start: Decimal | None = None


@dataclass(slots=True)
class Updated(TransactionFacts):
    """TransactionEvent Updated."""


@dataclass(slots=True)
class Ended(TransactionFacts):
    """StopTransaction, or TransactionEvent Ended."""

    meter_stop: Decimal | None = None
    reason: str | None = None


@dataclass(slots=True)
class Metered:
    """MeterValues; `transaction` is None for what 1.6 measured outside one, and always in 2.x. Not frozen either."""

    place: Place
    readings: tuple[Reading, ...]
    transaction: str | None = None


@dataclass(frozen=True, slots=True)
class DataReceived:
    """DataTransfer."""

    vendor: str
    message: str | None = None
    data: Any = None


@dataclass(frozen=True, slots=True)
class CertificateRequested:
    """SignCertificate: a key pair of the station that wants our signature."""

    csr: str
    certificate_type: str | None = None
    request_id: int | None = None
    root_hash: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ReservationChanged:
    """ReservationStatusUpdate: Expired, Removed, NoTransaction."""

    reservation_id: int
    status: str


@dataclass(frozen=True, slots=True)
class SecurityEventSeen:
    """SecurityEventNotification."""

    type: str
    at: datetime
    info: str | None = None


@dataclass(frozen=True, slots=True)
class ReportPart:
    """One page of NotifyReport; `last` when no page follows."""

    request_id: int
    seq_no: int
    at: datetime
    last: bool
    entries: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class EventsSeen:
    """One page of NotifyEvent: components that changed, as 2.x tells states and faults; `last` when no page follows."""

    seq_no: int
    at: datetime
    last: bool
    events: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Informed:
    """Anything that is only taken note of; the payload as it came."""

    action: str
    payload: Mapping[str, Any]


Message = (
    Booted
    | Beat
    | StateChanged
    | AuthorizeAsked
    | Started
    | Updated
    | Ended
    | Metered
    | DataReceived
    | CertificateRequested
    | ReservationChanged
    | SecurityEventSeen
    | ReportPart
    | EventsSeen
    | LimitSet
    | LimitCleared
    | ProfilesReported
    | PriorityChanged
    | NeedsTold
    | EvScheduleTold
    | SetpointPulled
    | DerReported
    | DerAlarmed
    | DerSwitched
    | UpkeepMessage
    | EvCertificateAsked
    | CertificateStatusAsked
    | ChainStatusAsked
    | Settled
    | VatNumberAsked
    | BatterySwapped
    | Informed
)
