"""Charging profiles (CHP-01 to CHP-19, rule D11). A is per phase, W is the total (CHP-14)."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from roaming.ocpi.types import Count, DateTime, HttpUrl, Number, Violation


class ChargingRateUnit(StrEnum):
    W = "W"
    A = "A"


class ChargingProfileResponseType(StrEnum):
    ACCEPTED = "ACCEPTED"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    REJECTED = "REJECTED"
    TOO_OFTEN = "TOO_OFTEN"
    UNKNOWN_SESSION = "UNKNOWN_SESSION"


class ChargingProfileResultType(StrEnum):
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"


class ChargingProfilePeriod(Struct, omit_defaults=True):
    start_period: Count
    limit: Number

    def __post_init__(self) -> None:
        _check_one_decimal("limit", self.limit)


class ChargingProfile(Struct, omit_defaults=True):
    charging_rate_unit: ChargingRateUnit
    start_date_time: DateTime | None = None  # absent: relative to the start of charging
    duration: Count | None = None
    min_charging_rate: Number | None = None
    charging_profile_period: list[ChargingProfilePeriod] | None = None

    def __post_init__(self) -> None:
        if self.min_charging_rate is not None:
            _check_one_decimal("min_charging_rate", self.min_charging_rate)
        for earlier, later in pairwise(self.charging_profile_period or ()):
            if later.start_period <= earlier.start_period:
                raise Violation("charging_profile_period", "the periods are not in order of start_period")


class SetChargingProfile(Struct, omit_defaults=True):
    charging_profile: ChargingProfile
    response_url: HttpUrl


class ActiveChargingProfile(Struct, omit_defaults=True):
    start_date_time: DateTime
    charging_profile: ChargingProfile


class ChargingProfileResponse(Struct, omit_defaults=True):
    result: ChargingProfileResponseType
    timeout: Count


class ActiveChargingProfileResult(Struct, omit_defaults=True):
    result: ChargingProfileResultType
    profile: ActiveChargingProfile | None = None

    def __post_init__(self) -> None:
        if self.profile is not None and self.result is not ChargingProfileResultType.ACCEPTED:
            raise Violation("profile", "has a place only where result is ACCEPTED")


class ChargingProfileResult(Struct, omit_defaults=True):
    result: ChargingProfileResultType


class ClearProfileResult(Struct, omit_defaults=True):
    result: ChargingProfileResultType


def _check_one_decimal(field: str, number: Decimal) -> None:
    if (number * 10) % 1:
        raise Violation(field, "has more than one decimal")
