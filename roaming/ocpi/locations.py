"""Location objects (LOC-20 to LOC-36, rules D2 to D5)."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from roaming.ocpi.evses import Capability, Connector, Evse, Status, repeated
from roaming.ocpi.tokens import TokenType
from roaming.ocpi.types import (
    LATITUDE,
    LONGITUDE,
    BusinessDetails,
    CiString36,
    Clock,
    CountryAlpha3,
    CountryCode,
    DateTime,
    DisplayText,
    EnergyMix,
    GeoLocation,
    Id36,
    Image,
    PartyCode,
    String10,
    String45,
    String64,
    String255,
    Violation,
)

__all__ = [
    "AdditionalGeoLocation",
    "Capability",
    "Connector",
    "Evse",
    "ExceptionalPeriod",
    "Hours",
    "Location",
    "PublishTokenType",
    "RegularHours",
    "Status",
]

MAX_EVSES = 5_000  # no site has more, and no receiver should be made to hold it (S29)
Facility = Literal[
    "HOTEL",
    "RESTAURANT",
    "CAFE",
    "MALL",
    "SUPERMARKET",
    "SPORT",
    "RECREATION_AREA",
    "NATURE",
    "MUSEUM",
    "BIKE_SHARING",
    "BUS_STOP",
    "TAXI_STAND",
    "TRAM_STOP",
    "METRO_STATION",
    "TRAIN_STATION",
    "AIRPORT",
    "PARKING_LOT",
    "CARPOOL_PARKING",
    "FUEL_STATION",
    "WIFI",
]
ParkingType = Literal[
    "ALONG_MOTORWAY",
    "PARKING_GARAGE",
    "PARKING_LOT",
    "ON_DRIVEWAY",
    "ON_STREET",
    "UNDERGROUND_GARAGE",
]


class AdditionalGeoLocation(Struct, omit_defaults=True):
    latitude: Annotated[str, Meta(max_length=10, pattern=LATITUDE)]
    longitude: Annotated[str, Meta(max_length=11, pattern=LONGITUDE)]
    name: DisplayText | None = None


class PublishTokenType(Struct, omit_defaults=True):
    """One way to be entitled to see an unpublished location (LOC-23)."""

    uid: CiString36 | None = None
    type: TokenType | None = None
    visual_number: String64 | None = None
    issuer: String64 | None = None
    group_id: CiString36 | None = None

    def __post_init__(self) -> None:
        if self.uid is None and self.visual_number is None and self.group_id is None:
            raise Violation("uid", "one of uid, visual_number and group_id is needed")
        if self.uid is not None and self.type is None:
            raise Violation("type", "is required beside uid")
        if self.visual_number is not None and self.issuer is None:
            raise Violation("issuer", "is required beside visual_number")


class RegularHours(Struct, omit_defaults=True):
    """Local time; weekday 1 is Monday."""

    weekday: Annotated[int, Meta(ge=1, le=7)]
    period_begin: Clock
    period_end: Clock

    def __post_init__(self) -> None:
        if self.period_end <= self.period_begin:
            raise Violation("period_end", "is not later than period_begin")


class ExceptionalPeriod(Struct, omit_defaults=True):
    period_begin: DateTime
    period_end: DateTime


class Hours(Struct, omit_defaults=True):
    twentyfourseven: bool
    regular_hours: list[RegularHours] | None = None
    exceptional_openings: list[ExceptionalPeriod] | None = None
    exceptional_closings: list[ExceptionalPeriod] | None = None

    def __post_init__(self) -> None:
        if self.twentyfourseven and self.regular_hours:
            raise Violation("regular_hours", "has no place beside twentyfourseven")
        if not self.twentyfourseven and not self.regular_hours:
            raise Violation("regular_hours", "is required where twentyfourseven is false")


class Location(Struct, omit_defaults=True):
    """`address` and `state` have the longer limits of the later text (TYP-10)."""

    country_code: CountryCode
    party_id: PartyCode
    id: Id36
    publish: bool
    address: String255
    city: String45
    country: CountryAlpha3
    coordinates: GeoLocation
    time_zone: String255
    last_updated: DateTime
    publish_allowed_to: list[PublishTokenType] | None = None
    name: String255 | None = None
    postal_code: String10 | None = None
    state: String45 | None = None
    related_locations: list[AdditionalGeoLocation] | None = None
    parking_type: ParkingType | None = None
    evses: Annotated[list[Evse], Meta(max_length=MAX_EVSES)] | None = None
    directions: list[DisplayText] | None = None
    operator: BusinessDetails | None = None
    suboperator: BusinessDetails | None = None
    owner: BusinessDetails | None = None
    facilities: list[Facility] | None = None
    opening_times: Hours | None = None
    charging_when_closed: bool | None = None  # default true (LOC-28)
    images: list[Image] | None = None
    energy_mix: EnergyMix | None = None

    def __post_init__(self) -> None:
        if self.publish and self.publish_allowed_to:
            raise Violation("publish_allowed_to", "has no place where publish is true")
        if not _is_time_zone(self.time_zone):
            raise Violation("time_zone", "is not a name of the IANA time zone database")
        if (twice := repeated([evse.uid for evse in self.evses or ()])) is not None:
            raise Violation("evses", f"the uid {twice} is given twice")


@lru_cache(maxsize=1024)
def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # a folder of the database, a path, an unknown name
        return False
    return True
