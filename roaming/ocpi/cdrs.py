"""CDR objects (CDR-08 to CDR-31, rule D9), and what sessions share with them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from roaming.ocpi.evses import ConnectorFormat, ConnectorType, PowerType
from roaming.ocpi.tariffs import Tariff
from roaming.ocpi.tokens import TokenType
from roaming.ocpi.types import (
    CiString32,
    CiString36,
    CiString39,
    CiString48,
    Count,
    CountryAlpha3,
    CountryCode,
    Currency,
    DateTime,
    GeoLocation,
    Id36,
    Id39,
    Number,
    Opaque512,
    Opaque5000,
    PartyCode,
    Price,
    String10,
    String45,
    String255,
)

MAX_PERIODS = 20_000  # two weeks, a period a minute (S29)


class AuthMethod(StrEnum):
    AUTH_REQUEST = "AUTH_REQUEST"
    COMMAND = "COMMAND"
    WHITELIST = "WHITELIST"


class CdrDimensionType(StrEnum):
    CURRENT = "CURRENT"
    ENERGY = "ENERGY"
    ENERGY_EXPORT = "ENERGY_EXPORT"
    ENERGY_IMPORT = "ENERGY_IMPORT"
    MAX_CURRENT = "MAX_CURRENT"
    MIN_CURRENT = "MIN_CURRENT"
    MAX_POWER = "MAX_POWER"
    MIN_POWER = "MIN_POWER"
    PARKING_TIME = "PARKING_TIME"
    POWER = "POWER"
    RESERVATION_TIME = "RESERVATION_TIME"
    STATE_OF_CHARGE = "STATE_OF_CHARGE"
    TIME = "TIME"


class CdrDimension(Struct, omit_defaults=True):
    type: CdrDimensionType
    volume: Number  # of this period, not a meter reading (SES-23); negative where energy went back (TAR-31)


class ChargingPeriod(Struct, omit_defaults=True):
    start_date_time: DateTime
    dimensions: Annotated[list[CdrDimension], Meta(min_length=1)]
    tariff_id: CiString36 | None = None


class CdrToken(Struct, omit_defaults=True):
    country_code: CountryCode
    party_id: PartyCode
    uid: Id36
    type: TokenType
    contract_id: CiString36


class CdrLocation(Struct, omit_defaults=True):
    """`address` and `state` as long as a Location's, which they are copied from (TYP-10)."""

    id: Id36
    address: String255
    city: String45
    country: CountryAlpha3
    coordinates: GeoLocation
    evse_uid: CiString36
    evse_id: CiString48
    connector_id: CiString36
    connector_standard: ConnectorType
    connector_format: ConnectorFormat
    connector_power_type: PowerType
    name: String255 | None = None
    postal_code: String10 | None = None
    state: String45 | None = None


class SignedValue(Struct, omit_defaults=True):
    """Passed on byte for byte, so no rule about their characters (CDR-26)."""

    nature: CiString32
    plain_data: Opaque5000
    signed_data: Opaque5000


class SignedData(Struct, omit_defaults=True):
    encoding_method: CiString36
    signed_values: Annotated[list[SignedValue], Meta(min_length=1)]
    encoding_method_version: Count | None = None
    public_key: Opaque512 | None = None
    url: Opaque512 | None = None


class Cdr(Struct, omit_defaults=True):
    """Immutable once sent (CDR-04). A location that nobody has published is no fault (CDR-31).

    Fields that contradict each other (CDR-08, CDR-12, CDR-16, D9) are findings of the desk, not of this class: what a
    payer has taken is owed, so it is kept where staff find it.
    """

    country_code: CountryCode
    party_id: PartyCode
    id: Id39
    start_date_time: DateTime
    end_date_time: DateTime
    cdr_token: CdrToken
    auth_method: AuthMethod
    cdr_location: CdrLocation
    currency: Currency
    charging_periods: Annotated[list[ChargingPeriod], Meta(min_length=1, max_length=MAX_PERIODS)]
    total_cost: Price
    total_energy: Number
    total_time: Number
    last_updated: DateTime
    session_id: CiString36 | None = None
    authorization_reference: CiString36 | None = None
    meter_id: String255 | None = None
    tariffs: list[Tariff] | None = None
    signed_data: SignedData | None = None
    total_fixed_cost: Price | None = None
    total_energy_cost: Price | None = None
    total_time_cost: Price | None = None
    total_parking_time: Number | None = None
    total_parking_cost: Price | None = None
    total_reservation_cost: Price | None = None
    remark: String255 | None = None
    invoice_reference_id: CiString39 | None = None
    credit: bool | None = None
    credit_reference_id: Id39 | None = None
    home_charging_compensation: bool | None = None
