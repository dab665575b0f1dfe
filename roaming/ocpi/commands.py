"""Command objects (CMD-01 to CMD-26, rule D10). The CommandResult is posted bare, without envelope (CMD-04)."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from roaming.ocpi.tokens import Token
from roaming.ocpi.types import CiString36, Count, DateTime, DisplayText, HttpUrl, Id36, Violation


class CommandType(StrEnum):
    CANCEL_RESERVATION = "CANCEL_RESERVATION"
    RESERVE_NOW = "RESERVE_NOW"
    START_SESSION = "START_SESSION"
    STOP_SESSION = "STOP_SESSION"
    UNLOCK_CONNECTOR = "UNLOCK_CONNECTOR"


class CommandResponseType(StrEnum):
    NOT_SUPPORTED = "NOT_SUPPORTED"
    REJECTED = "REJECTED"
    ACCEPTED = "ACCEPTED"
    UNKNOWN_SESSION = "UNKNOWN_SESSION"


class CommandResultType(StrEnum):
    ACCEPTED = "ACCEPTED"
    CANCELED_RESERVATION = "CANCELED_RESERVATION"
    EVSE_OCCUPIED = "EVSE_OCCUPIED"
    EVSE_INOPERATIVE = "EVSE_INOPERATIVE"
    FAILED = "FAILED"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    REJECTED = "REJECTED"
    TIMEOUT = "TIMEOUT"
    UNKNOWN_RESERVATION = "UNKNOWN_RESERVATION"


class CancelReservation(Struct, omit_defaults=True):
    response_url: HttpUrl
    reservation_id: Id36


class ReserveNow(Struct, omit_defaults=True):
    response_url: HttpUrl
    token: Token
    expiry_date: DateTime
    reservation_id: Id36
    location_id: Id36
    evse_uid: Id36 | None = None
    authorization_reference: CiString36 | None = None


class StartSession(Struct, omit_defaults=True):
    response_url: HttpUrl
    token: Token
    location_id: Id36
    evse_uid: Id36 | None = None
    connector_id: Id36 | None = None
    authorization_reference: CiString36 | None = None

    def __post_init__(self) -> None:
        if self.connector_id is not None and self.evse_uid is None:
            raise Violation("evse_uid", "is required beside connector_id")


class StopSession(Struct, omit_defaults=True):
    response_url: HttpUrl
    session_id: Id36


class UnlockConnector(Struct, omit_defaults=True):
    response_url: HttpUrl
    location_id: Id36
    evse_uid: Id36
    connector_id: Id36


Command = CancelReservation | ReserveNow | StartSession | StopSession | UnlockConnector

REQUESTS: dict[CommandType, type[Command]] = {
    CommandType.CANCEL_RESERVATION: CancelReservation,
    CommandType.RESERVE_NOW: ReserveNow,
    CommandType.START_SESSION: StartSession,
    CommandType.STOP_SESSION: StopSession,
    CommandType.UNLOCK_CONNECTOR: UnlockConnector,
}


class CommandResponse(Struct, omit_defaults=True):
    """Whether the CPO understood and passes it on, not what the station says (CMD-02)."""

    result: CommandResponseType
    timeout: Count
    message: list[DisplayText] | None = None


class CommandResult(Struct, omit_defaults=True):
    result: CommandResultType
    message: list[DisplayText] | None = None
