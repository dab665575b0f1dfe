"""Tariff objects (TAR-06 to TAR-31, rules D6 and D7). What they cost is `roaming.pricing`'s."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from roaming.ocpi.types import (
    CalendarDay,
    Clock,
    Count,
    CountryCode,
    Currency,
    DateTime,
    DisplayText,
    EnergyMix,
    Id36,
    Number,
    PartyCode,
    Price,
    Url,
    Violation,
)

DayOfWeek = Literal["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
ReservationRestrictionType = Literal["RESERVATION", "RESERVATION_EXPIRES"]


class TariffType(StrEnum):
    AD_HOC_PAYMENT = "AD_HOC_PAYMENT"
    PROFILE_CHEAP = "PROFILE_CHEAP"
    PROFILE_FAST = "PROFILE_FAST"
    PROFILE_GREEN = "PROFILE_GREEN"
    REGULAR = "REGULAR"


class TariffDimensionType(StrEnum):
    ENERGY = "ENERGY"
    FLAT = "FLAT"
    PARKING_TIME = "PARKING_TIME"
    TIME = "TIME"


class PriceComponent(Struct, omit_defaults=True):
    """A step_size of 0 is accepted and means no rounding (TAR-21); absent vat is not 0 % (TAR-23)."""

    type: TariffDimensionType
    price: Number
    step_size: Count
    vat: Number | None = None


class TariffRestrictions(Struct, omit_defaults=True):
    start_time: Clock | None = None
    end_time: Clock | None = None
    start_date: CalendarDay | None = None
    end_date: CalendarDay | None = None
    min_kwh: Number | None = None
    max_kwh: Number | None = None
    min_current: Number | None = None
    max_current: Number | None = None
    min_power: Number | None = None
    max_power: Number | None = None
    min_duration: Count | None = None
    max_duration: Count | None = None
    day_of_week: list[DayOfWeek] | None = None
    reservation: ReservationRestrictionType | None = None


class TariffElement(Struct, omit_defaults=True):
    price_components: Annotated[list[PriceComponent], Meta(min_length=1)]
    restrictions: TariffRestrictions | None = None

    def __post_init__(self) -> None:
        if self.restrictions is None or self.restrictions.reservation is None:
            return
        for component in self.price_components:
            if component.type not in (TariffDimensionType.FLAT, TariffDimensionType.TIME):
                raise Violation("price_components", f"a reservation has FLAT and TIME only, not {component.type}")


class Tariff(Struct, omit_defaults=True):
    country_code: CountryCode
    party_id: PartyCode
    id: Id36
    currency: Currency
    elements: Annotated[list[TariffElement], Meta(min_length=1)]
    last_updated: DateTime
    type: TariffType | None = None  # absent: valid for all sessions (TAR-06)
    tariff_alt_text: list[DisplayText] | None = None
    tariff_alt_url: Url | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    start_date_time: DateTime | None = None
    end_date_time: DateTime | None = None
    energy_mix: EnergyMix | None = None

    def __post_init__(self) -> None:
        if self.min_price is None or self.max_price is None:
            return
        low, high = self.min_price.incl_vat, self.max_price.incl_vat
        if self.min_price.excl_vat > self.max_price.excl_vat or (low is not None and high is not None and low > high):
            raise Violation("max_price", "is less than min_price")
