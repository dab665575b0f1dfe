"""What we want of a station about power (block K): profiles in, out and told, what holds now, and who goes first.

A limit is an upper one, never a target (CHP-18). Currents are per phase, powers are totals, in both protocols (CHP-14).
"""

from __future__ import annotations

from dataclasses import dataclass

from ocppbridge.charging.charging_profiles import ChargingProfile, Purpose, Unit
from ocppbridge.charging.tokens import STATION, Place


@dataclass(frozen=True, slots=True)
class InstallProfile:
    """A profile at its place; one with the same id, or the same purpose and level there, is replaced (K01.FR.05)."""

    profile: ChargingProfile
    place: Place = STATION


@dataclass(frozen=True, slots=True)
class ClearProfiles:
    """Take away the profile with that id, or all that fit; without a word: all (K10)."""

    profile_id: int | None = None
    place: Place | None = None
    purpose: Purpose | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class AskProfiles:
    """Which profiles are there? (K09). The answer says only whether any are; they come by ProfilesReported."""

    request_id: int
    place: Place | None = None
    profile_ids: tuple[int, ...] = ()
    purpose: Purpose | None = None
    level: int | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskSchedule:
    """The limits that hold on an EVSE for so many seconds from now: the composite schedule (K08)."""

    place: Place
    duration: int
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class UsePriority:
    """Let the PriorityCharging profile hold for a transaction, or no more (K21)."""

    transaction: str
    activate: bool = True
