"""Charging profiles in the domain's own words (block K), for all versions: what is installed, asked for and reported.

Names follow OCPP 2.1; what a version cannot say, its writer refuses or its loss table names. A current is per phase, a
power is the total of the phases; where L2 or L3 is given, the first figure is L1's alone (2.1, ChargingSchedulePeriod).
Charging is positive, discharging negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final


class Purpose(StrEnum):
    """What a profile limits, in 2.1's words; 1.6 calls the first ChargePointMaxProfile."""

    STATION_MAX = "ChargingStationMaxProfile"
    EXTERNAL = "ChargingStationExternalConstraints"
    TX_DEFAULT = "TxDefaultProfile"
    TX = "TxProfile"
    PRIORITY = "PriorityCharging"
    LOCAL = "LocalGeneration"


class Kind(StrEnum):
    """What the periods of a schedule are counted from."""

    ABSOLUTE = "Absolute"
    RECURRING = "Recurring"
    RELATIVE = "Relative"
    DYNAMIC = "Dynamic"


class Recurrency(StrEnum):
    """How often a recurring schedule begins anew."""

    DAILY = "Daily"
    WEEKLY = "Weekly"


class Unit(StrEnum):
    """A per phase, W in total."""

    A = "A"
    W = "W"


class OperationMode(StrEnum):
    """Who says what the car does in a period (2.1, Q)."""

    IDLE = "Idle"
    CHARGING_ONLY = "ChargingOnly"
    CENTRAL_SETPOINT = "CentralSetpoint"
    EXTERNAL_SETPOINT = "ExternalSetpoint"
    EXTERNAL_LIMITS = "ExternalLimits"
    CENTRAL_FREQUENCY = "CentralFrequency"
    LOCAL_FREQUENCY = "LocalFrequency"
    LOCAL_LOAD_BALANCING = "LocalLoadBalancing"


AMOUNTS: Final[Mapping[str, str]] = {
    "limit": "limit",
    "limit_l2": "limit_L2",
    "limit_l3": "limit_L3",
    "discharge_limit": "dischargeLimit",
    "discharge_limit_l2": "dischargeLimit_L2",
    "discharge_limit_l3": "dischargeLimit_L3",
    "setpoint": "setpoint",
    "setpoint_l2": "setpoint_L2",
    "setpoint_l3": "setpoint_L3",
    "setpoint_reactive": "setpointReactive",
    "setpoint_reactive_l2": "setpointReactive_L2",
    "setpoint_reactive_l3": "setpointReactive_L3",
}
"""Field of a Period → its name on the wire. A dynamic update (ChargingScheduleUpdateType) is made of the same."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` seconds on, until the next begins."""

    start: int
    limit: Decimal | None = None
    limit_l2: Decimal | None = None
    limit_l3: Decimal | None = None
    discharge_limit: Decimal | None = None
    discharge_limit_l2: Decimal | None = None
    discharge_limit_l3: Decimal | None = None
    setpoint: Decimal | None = None
    setpoint_l2: Decimal | None = None
    setpoint_l3: Decimal | None = None
    setpoint_reactive: Decimal | None = None
    setpoint_reactive_l2: Decimal | None = None
    setpoint_reactive_l3: Decimal | None = None
    phases: int | None = None
    phase_to_use: int | None = None
    preconditioning: bool | None = None
    evse_sleep: bool | None = None
    v2x_baseline: Decimal | None = None
    operation_mode: OperationMode | None = None
    freq_watt_curve: tuple[tuple[Decimal, Decimal], ...] = ()
    """(hertz, watts)."""
    signal_watt_curve: tuple[tuple[int, Decimal], ...] = ()
    """(AFRR signal, watts)."""

    @property
    def due(self) -> Decimal | None:
        """What the car is to do: its setpoint, below 0 while it gives back; nothing in Idle; else what it may draw."""
        if self.setpoint is not None:
            return self.setpoint
        return Decimal() if self.operation_mode is OperationMode.IDLE else self.limit


@dataclass(frozen=True, slots=True)
class Schedule:
    """Periods from a beginning on. Without a duration the last goes on; without a start it is the profile's kind."""

    unit: Unit
    periods: tuple[Period, ...]
    start: datetime | None = None
    duration: int | None = None
    minimum: Decimal | None = None
    schedule_id: int | None = None
    """2.x numbers schedules; None: as the profile."""
    limit_at_soc: tuple[int, Decimal] | None = None
    power_tolerance: Decimal | None = None
    use_local_time: bool | None = None
    randomized_delay: int | None = None
    signature_id: int | None = None
    digest_value: str | None = None
    sales_tariff: Mapping[str, Any] | None = None
    absolute_price: Mapping[str, Any] | None = None
    price_levels: Mapping[str, Any] | None = None


def disorder(starts: Sequence[int]) -> str:
    """Why periods that begin at these seconds are no schedule (K01.FR.31); empty: they are."""
    ordered = starts[:1] == [0] and all(earlier < later for earlier, later in pairwise(starts))
    return "" if ordered else "the periods begin with 0 and follow each other (K01.FR.31)"


def flaw(periods: Sequence[Period]) -> str:
    """Why nobody may limit a car so; empty: he may. OCPP takes a limit below 0 for discharging, for the sake of older
    systems; that is a plan's, which looks at what the station offers and the contract allows (block Q)."""
    if said := disorder([one.start for one in periods]):
        return said
    limits = (figure for one in periods for figure in (one.limit, one.limit_l2, one.limit_l3) if figure is not None)
    if any(limit < 0 for limit in limits):
        return "a limit is not below 0: a car gives energy back by a plan only"
    return ""


@dataclass(frozen=True, slots=True)
class ChargingProfile:
    """A profile. Several schedules are alternatives that an ISO 15118 car chooses from (K15): the first is ours."""

    profile_id: int
    level: int
    purpose: Purpose
    kind: Kind
    schedules: tuple[Schedule, ...]
    recurrency: Recurrency | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction: str | None = None
    max_offline: int | None = None
    """Seconds offline after which it does not hold (2.1, maxOfflineDuration)."""
    invalid_after_offline: bool | None = None
    """Then it is dropped for good."""
    update_interval: int | None = None
    """Seconds between the station's pulls of a dynamic profile (dynUpdateInterval)."""
    updated_at: datetime | None = None
    price_signature: str | None = None

    @property
    def schedule(self) -> Schedule:
        """The one that counts."""
        return self.schedules[0]


@dataclass(frozen=True, slots=True)
class Installed:
    """A profile at its place: EVSE 0 is the station as a whole, or every EVSE for a TxDefaultProfile."""

    profile: ChargingProfile
    evse: int = 0
    source: str = "CSO"
    """chargingLimitSource: CSO is us; EMS, SO and Other set theirs without asking."""
