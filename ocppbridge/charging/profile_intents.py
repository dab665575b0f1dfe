"""What we want of a station about the power of one transaction (block K): a limit, no limit, and what holds now.

A limit is an upper one, never a target (CHP-18). Currents are per phase, powers are totals, in both protocols (CHP-14).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ocppbridge.charging.tokens import Place


@dataclass(frozen=True, slots=True)
class LimitPeriod:
    """From `start` seconds on, until the next begins."""

    start: int
    limit: Decimal
    phases: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """In "A" or "W". Without a start it begins with the transaction; without a duration its last period goes on."""

    unit: str
    periods: tuple[LimitPeriod, ...]
    start: datetime | None = None
    duration: int | None = None
    minimum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SetProfile:
    """A TxProfile for a running transaction; one with the same id is replaced (K01.FR.05)."""

    profile_id: int
    transaction: str
    place: Place
    limits: Limits
    level: int = 0


@dataclass(frozen=True, slots=True)
class ClearProfile:
    """Take a profile away."""

    profile_id: int


@dataclass(frozen=True, slots=True)
class AskSchedule:
    """The limits that hold on an EVSE for so many seconds from now: the composite schedule."""

    place: Place
    duration: int
    unit: str | None = None
