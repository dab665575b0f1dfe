"""Session objects and charging preferences (SES-03 to SES-23, rule D8)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from roaming.ocpi.cdrs import MAX_PERIODS, AuthMethod, CdrToken, ChargingPeriod
from roaming.ocpi.tokens import ProfileType
from roaming.ocpi.types import (
    NO_DATA,
    CiString36,
    CountryCode,
    Currency,
    DateTime,
    Id36,
    Number,
    PartyCode,
    Price,
    String255,
    Violation,
)


class SessionStatus(StrEnum):
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    INVALID = "INVALID"
    PENDING = "PENDING"
    RESERVATION = "RESERVATION"

    @classmethod
    def _missing_(cls, value: object) -> SessionStatus | None:
        """The prose of the specification says RESERVED, and peers copy it (E2)."""
        return cls.RESERVATION if value == "RESERVED" else None


FINAL = frozenset({SessionStatus.COMPLETED, SessionStatus.INVALID})


class Session(Struct, omit_defaults=True):
    country_code: CountryCode
    party_id: PartyCode
    id: Id36
    start_date_time: DateTime
    kwh: Number
    cdr_token: CdrToken
    auth_method: AuthMethod
    location_id: Id36
    evse_uid: CiString36
    connector_id: CiString36
    currency: Currency
    status: SessionStatus
    last_updated: DateTime
    end_date_time: DateTime | None = None
    authorization_reference: CiString36 | None = None
    meter_id: String255 | None = None
    charging_periods: Annotated[list[ChargingPeriod], Meta(max_length=MAX_PERIODS)] | None = None
    total_cost: Price | None = None  # 0.00 is free, absent is unknown (SES-15)

    def __post_init__(self) -> None:
        if self.status is SessionStatus.COMPLETED and self.end_date_time is None:
            raise Violation("end_date_time", "is required where status is COMPLETED")
        if self.status is SessionStatus.ACTIVE and NO_DATA in (self.evse_uid, self.connector_id):
            raise Violation("evse_uid", "#NA is for reservations only")


class ChargingPreferences(Struct, omit_defaults=True):
    profile_type: ProfileType
    departure_time: DateTime | None = None
    energy_need: Number | None = None
    discharge_allowed: bool = False  # SES-06


class ChargingPreferencesResponse(StrEnum):
    ACCEPTED = "ACCEPTED"
    DEPARTURE_REQUIRED = "DEPARTURE_REQUIRED"
    ENERGY_NEED_REQUIRED = "ENERGY_NEED_REQUIRED"
    NOT_POSSIBLE = "NOT_POSSIBLE"
    PROFILE_TYPE_NOT_SUPPORTED = "PROFILE_TYPE_NOT_SUPPORTED"
