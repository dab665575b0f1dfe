"""What we want of a station's monitors and periodic event streams (block N)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ocppbridge.charging.setting_intents import Variable


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a periodic event stream tells: every so many seconds, or after so many values."""

    interval: int | None = None
    at_once: int | None = None


@dataclass(frozen=True, slots=True)
class Monitor:
    """One monitor on a variable. With an id it replaces the one that has it; with a pace it tells by a stream (2.1)."""

    variable: Variable
    type: str
    value: Decimal
    severity: int
    transaction: bool = False
    monitor_id: int | None = None
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class SetMonitoringBase:
    """All, FactoryDefault, or HardWiredOnly (N05)."""

    base: str


@dataclass(frozen=True, slots=True)
class SetMonitoringLevel:
    """Events up to this severity are told; 0 is danger, 9 is debug (N03)."""

    severity: int


@dataclass(frozen=True, slots=True)
class SetMonitors:
    """Set monitors (N04)."""

    monitors: tuple[Monitor, ...]


@dataclass(frozen=True, slots=True)
class ClearMonitors:
    """Take them off by their ids (N06)."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReportMonitors:
    """Have them reported (N02): all, those of some variables, those of some kinds."""

    request_id: int
    variables: tuple[Variable, ...] = ()
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AdjustStream:
    """Change the pace of an open stream (2.1, N13)."""

    stream_id: int
    pace: Pace


@dataclass(frozen=True, slots=True)
class ListStreams:
    """Which are open? (2.1, N12)"""
