"""What a station says of bidirectional charging (block Q, K15 to K18) and of grid support (block R).

Figures keep the names that the schemas give them; `charging.ev_needs` reads those that matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class NeedsTold:
    """NotifyEVChargingNeeds: what the car wants, and what it can do (ISO 15118)."""

    evse: int
    requested: str
    at: datetime | None = None
    available: tuple[str, ...] = ()
    control_mode: str | None = None
    mobility: str | None = None
    departure: datetime | None = None
    most_tuples: int | None = None
    ac: Mapping[str, Any] = field(default_factory=dict)
    dc: Mapping[str, Any] = field(default_factory=dict)
    v2x: Mapping[str, Any] = field(default_factory=dict)
    der: Mapping[str, Any] = field(default_factory=dict)
    offer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvScheduleTold:
    """NotifyEVChargingSchedule: what the car will do with the schedule that it was offered."""

    evse: int
    base: datetime
    schedule: Mapping[str, Any]
    selected: int | None = None
    tolerance_accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class SetpointPulled:
    """PullDynamicScheduleUpdate: what is the setpoint now?"""

    profile_id: int


@dataclass(frozen=True, slots=True)
class DerReported:
    """One page of ReportDERControl; `last` when no page follows. The controls by the schema's name of their kind."""

    request_id: int
    last: bool
    controls: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DerAlarmed:
    """NotifyDERAlarm: a fault of the grid, or its end."""

    control_type: str
    at: datetime
    fault: str | None = None
    ended: bool | None = None
    info: str | None = None


@dataclass(frozen=True, slots=True)
class DerSwitched:
    """NotifyDERStartStop: a scheduled control begins or ends to hold."""

    control_id: str
    started: bool
    at: datetime
    superseded: tuple[str, ...] = ()
