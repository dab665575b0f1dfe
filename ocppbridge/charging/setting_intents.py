"""What we want of a station's settings and its device model (block B)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ocppbridge.charging.tokens import STATION, Place


@dataclass(frozen=True, slots=True)
class Variable:
    """A setting: 2.x's component and variable, or 1.6's configuration key as `name` without a component."""

    name: str
    component: str | None = None
    instance: str | None = None
    component_instance: str | None = None
    place: Place = STATION
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class ReadVariables:
    """Read settings; none named means all of them (1.6 only)."""

    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteVariables:
    """Change settings; 1.6 takes one at a time."""

    values: tuple[tuple[Variable, str], ...]


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """Have the device model reported: Configuration, Full or Summary inventory (B07)."""

    request_id: int
    inventory: str = "FullInventory"


@dataclass(frozen=True, slots=True)
class ReportSome:
    """Have part of the device model reported (B08)."""

    request_id: int
    variables: tuple[Variable, ...] = ()
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetNetwork:
    """Store a way to reach a CSMS in a slot (B09). `version` is OCPP16, OCPP20, OCPP21…, empty for the station's own;
    `apn` and `vpn` are in 2.x's words. `identity` and `password` on that way came with 2.1.
    """

    slot: int
    url: str
    security_profile: int
    interface: str = "Wired0"
    timeout: int = 30
    version: str = ""
    identity: str = ""
    password: str = ""
    apn: Mapping[str, Any] = field(default_factory=dict)
    vpn: Mapping[str, Any] = field(default_factory=dict)
