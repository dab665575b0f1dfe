"""What we answer a station, in the domain's own words; every dialect's `down_reply` writes them as its version does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from ocppbridge.charging.iso15118_replies import CertificateState, ChainState, EvCertificate
from ocppbridge.charging.payment_replies import SettlementTaken, VatNumberJudged
from ocppbridge.charging.tokens import IdToken
from ocppbridge.charging.v2x_replies import NeedsTaken, SetpointGiven


class Registration(StrEnum):
    """What a boot is answered (B01, B02, B03)."""

    ACCEPTED = "Accepted"
    PENDING = "Pending"
    REJECTED = "Rejected"


class AuthorizationStatus(StrEnum):
    """Whether a token may charge, in OCPP 2.x's words; 1.6 has five of the ten."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    CONCURRENT_TX = "ConcurrentTx"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    NO_CREDIT = "NoCredit"
    NOT_ALLOWED_TYPE_EVSE = "NotAllowedTypeEVSE"
    NOT_AT_THIS_LOCATION = "NotAtThisLocation"
    NOT_AT_THIS_TIME = "NotAtThisTime"
    UNKNOWN = "Unknown"


class DataStatus(StrEnum):
    """What a DataTransfer is answered."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    UNKNOWN_MESSAGE = "UnknownMessageId"
    UNKNOWN_VENDOR = "UnknownVendorId"


@dataclass(frozen=True, slots=True)
class Registered:
    """The answer to a boot; `interval` in seconds is the heartbeat's when accepted, else the next boot's."""

    status: Registration
    now: datetime
    interval: int


@dataclass(frozen=True, slots=True)
class Clock:
    """The answer to a heartbeat."""

    now: datetime


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a station is told about a token."""

    status: AuthorizationStatus
    expires: datetime | None = None
    group: IdToken | None = None
    language: str | None = None
    message: str | None = None
    priority: int | None = None
    certificate_status: str | None = None
    allowed_transfer: tuple[str, ...] = ()
    tariff: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StartTaken:
    """The answer to 1.6's StartTransaction: our number, and whether the token may go on."""

    transaction: int
    authorization: Authorization


@dataclass(frozen=True, slots=True)
class EventTaken:
    """The answer to StopTransaction and TransactionEvent: always taken; the rest where there is something to say."""

    authorization: Authorization | None = None
    total_cost: Decimal | None = None
    priority: int | None = None
    message: str | None = None
    limits: Mapping[str, Any] | None = None


TAKEN: Final = EventTaken()
"""Nothing to say, as nearly always."""


@dataclass(frozen=True, slots=True)
class DataTaken:
    """The answer to a DataTransfer."""

    status: DataStatus
    data: Any = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer that is no more than yes or no (SignCertificate)."""

    accepted: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Nothing to say: taken note of."""


Reply = (
    Registered
    | Clock
    | Authorization
    | StartTaken
    | EventTaken
    | DataTaken
    | Verdict
    | NeedsTaken
    | SetpointGiven
    | EvCertificate
    | CertificateState
    | ChainState
    | SettlementTaken
    | VatNumberJudged
    | Acknowledged
)
