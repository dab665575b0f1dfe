"""What stations say about power by themselves (block K): limits of others, the profiles they have, who has priority."""

from __future__ import annotations

from dataclasses import dataclass

from ocppbridge.charging.charging_profiles import ChargingProfile, Schedule
from ocppbridge.charging.tokens import STATION, Place


@dataclass(frozen=True, slots=True)
class LimitSet:
    """NotifyChargingLimit: somebody else limits the station or an EVSE; without schedules it does not say how (K12)."""

    source: str
    place: Place = STATION
    schedules: tuple[Schedule, ...] = ()
    grid_critical: bool | None = None
    local_generation: bool | None = None


@dataclass(frozen=True, slots=True)
class LimitCleared:
    """ClearedChargingLimit: that limit is gone (K13)."""

    source: str
    place: Place = STATION


@dataclass(frozen=True, slots=True)
class ProfilesReported:
    """One page of ReportChargingProfiles; `last` when no page follows."""

    request_id: int
    source: str
    place: Place
    profiles: tuple[ChargingProfile, ...]
    last: bool = True


@dataclass(frozen=True, slots=True)
class PriorityChanged:
    """NotifyPriorityCharging: switched by the driver or on the spot (K22)."""

    transaction: str
    activated: bool
