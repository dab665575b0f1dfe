"""EVSE and Connector, the two lower levels of a Location (LOC-18 to LOC-20, LOC-31, LOC-39).

Enums that code decides by are StrEnums; lists that are only checked are Literals. All are closed in 2.2.1.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from roaming.ocpi.types import (
    CiString48,
    Count,
    DateTime,
    DisplayText,
    GeoLocation,
    Id36,
    Image,
    String4,
    String16,
    Url,
    Violation,
)

ConnectorType = Literal[
    "CHADEMO",
    "CHAOJI",
    "DOMESTIC_A",
    "DOMESTIC_B",
    "DOMESTIC_C",
    "DOMESTIC_D",
    "DOMESTIC_E",
    "DOMESTIC_F",
    "DOMESTIC_G",
    "DOMESTIC_H",
    "DOMESTIC_I",
    "DOMESTIC_J",
    "DOMESTIC_K",
    "DOMESTIC_L",
    "DOMESTIC_M",
    "DOMESTIC_N",
    "DOMESTIC_O",
    "GBT_AC",
    "GBT_DC",
    "IEC_60309_2_single_16",
    "IEC_60309_2_three_16",
    "IEC_60309_2_three_32",
    "IEC_60309_2_three_64",
    "IEC_62196_T1",
    "IEC_62196_T1_COMBO",
    "IEC_62196_T2",
    "IEC_62196_T2_COMBO",
    "IEC_62196_T3A",
    "IEC_62196_T3C",
    "NEMA_5_20",
    "NEMA_6_30",
    "NEMA_6_50",
    "NEMA_10_30",
    "NEMA_10_50",
    "NEMA_14_30",
    "NEMA_14_50",
    "PANTOGRAPH_BOTTOM_UP",
    "PANTOGRAPH_TOP_DOWN",
    "TESLA_R",
    "TESLA_S",
]
ConnectorFormat = Literal["SOCKET", "CABLE"]
PowerType = Literal["AC_1_PHASE", "AC_2_PHASE", "AC_2_PHASE_SPLIT", "AC_3_PHASE", "DC"]
ParkingRestriction = Literal["EV_ONLY", "PLUGGED", "DISABLED", "CUSTOMERS", "MOTORCYCLES"]


class Status(StrEnum):
    AVAILABLE = "AVAILABLE"
    BLOCKED = "BLOCKED"
    CHARGING = "CHARGING"
    INOPERATIVE = "INOPERATIVE"
    OUTOFORDER = "OUTOFORDER"
    PLANNED = "PLANNED"
    REMOVED = "REMOVED"
    RESERVED = "RESERVED"
    UNKNOWN = "UNKNOWN"


class Capability(StrEnum):
    CHARGING_PROFILE_CAPABLE = "CHARGING_PROFILE_CAPABLE"
    CHARGING_PREFERENCES_CAPABLE = "CHARGING_PREFERENCES_CAPABLE"
    CHIP_CARD_SUPPORT = "CHIP_CARD_SUPPORT"
    CONTACTLESS_CARD_SUPPORT = "CONTACTLESS_CARD_SUPPORT"
    CREDIT_CARD_PAYABLE = "CREDIT_CARD_PAYABLE"
    DEBIT_CARD_PAYABLE = "DEBIT_CARD_PAYABLE"
    PED_TERMINAL = "PED_TERMINAL"
    REMOTE_START_STOP_CAPABLE = "REMOTE_START_STOP_CAPABLE"
    RESERVABLE = "RESERVABLE"
    RFID_READER = "RFID_READER"
    START_SESSION_CONNECTOR_REQUIRED = "START_SESSION_CONNECTOR_REQUIRED"
    TOKEN_GROUP_CAPABLE = "TOKEN_GROUP_CAPABLE"
    UNLOCK_CAPABLE = "UNLOCK_CAPABLE"


class StatusSchedule(Struct, omit_defaults=True):
    """Information only: the real change is pushed as `status` when it happens (LOC-34)."""

    period_begin: DateTime
    status: Status
    period_end: DateTime | None = None


class Connector(Struct, omit_defaults=True):
    """`id` is unique within its EVSE only (LOC-19); `max_voltage` is line to neutral for AC_3_PHASE (LOC-31)."""

    id: Id36
    standard: ConnectorType
    format: ConnectorFormat
    power_type: PowerType
    max_voltage: Count
    max_amperage: Count
    last_updated: DateTime
    max_electric_power: Count | None = None
    tariff_ids: list[Id36] | None = None
    terms_and_conditions: Url | None = None


class Evse(Struct, omit_defaults=True):
    """Has at least one connector, also when REMOVED (LOC-20)."""

    uid: Id36
    status: Status
    connectors: Annotated[list[Connector], Meta(min_length=1)]
    last_updated: DateTime
    evse_id: CiString48 | None = None
    status_schedule: list[StatusSchedule] | None = None
    capabilities: list[Capability] | None = None
    floor_level: String4 | None = None
    coordinates: GeoLocation | None = None
    physical_reference: String16 | None = None
    directions: list[DisplayText] | None = None
    parking_restrictions: list[ParkingRestriction] | None = None
    images: list[Image] | None = None

    def __post_init__(self) -> None:
        if len(self.connectors) > 1 and (twice := repeated([one.id for one in self.connectors])) is not None:
            raise Violation("connectors", f"the id {twice} is given twice")


LINE_TO_NEUTRAL = 347  # volt: the highest of the grids that people charge at (600 V between the lines)
PHASES = {"AC_1_PHASE": 1, "AC_2_PHASE": 2, "AC_2_PHASE_SPLIT": 2, "AC_3_PHASE": 3, "DC": 1}


def misstated(power_type: str, voltage: int, amperage: int, power: int | None) -> str:
    """What cannot be right in the figures of a connector, empty if nothing (LOC-31)."""
    if power_type == "AC_3_PHASE" and voltage > LINE_TO_NEUTRAL:
        return f"the voltage of three phases is told line to neutral: {round(voltage / 3**0.5)}, not {voltage}"
    most = voltage * amperage * PHASES.get(power_type, 1)
    if power is not None and power > most:
        return f"{power} W are more than volt and ampere give ({most} W)"
    return ""


def repeated(ids: list[str]) -> str | None:
    """The first identifier that is there already, in whatever case (TYP-03)."""
    seen: set[str] = set()
    for one in ids:
        if one.casefold() in seen:
            return one
        seen.add(one.casefold())
    return None
