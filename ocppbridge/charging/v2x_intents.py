"""What we want of a station about bidirectional charging (block Q) and grid support (block R). OCPP 2.1 only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ocppbridge.charging.setpoints import Setpoints


@dataclass(frozen=True, slots=True)
class AllowTransfer:
    """Which kinds of energy transfer the car may choose from, in this transaction (Q01, Q02)."""

    transaction: str
    transfers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UpdateSetpoint:
    """New figures for a dynamic profile (K28): what is left out stays as it is."""

    profile_id: int
    figures: Setpoints


@dataclass(frozen=True, slots=True)
class SignalGrid:
    """A frequency restoration signal for profiles with a signal-watt curve (Q07)."""

    at: datetime
    signal: int


@dataclass(frozen=True, slots=True)
class SetDer:
    """A control of grid support (R04); `settings` are those of its kind, as the schema has them."""

    control_id: str
    kind: str
    default: bool
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AskDer:
    """Have controls reported: one, those of a kind, or all."""

    request_id: int
    default: bool | None = None
    kind: str | None = None
    control_id: str | None = None


@dataclass(frozen=True, slots=True)
class ClearDer:
    """Take controls away: one, those of a kind, or all default or scheduled ones."""

    default: bool
    kind: str | None = None
    control_id: str | None = None


# The field of SetDERControl that a kind of control fills; all others are curves.
SETTINGS_OF: Final[Mapping[str, str]] = {
    "EnterService": "enterService",
    "FixedPFAbsorb": "fixedPFAbsorb",
    "FixedPFInject": "fixedPFInject",
    "FixedVar": "fixedVar",
    "FreqDroop": "freqDroop",
    "Gradients": "gradient",
    "LimitMaxDischarge": "limitMaxDischarge",
}
CURVES: Final = (
    "FreqWatt", "HFMustTrip", "HFMayTrip", "HVMustTrip", "HVMomCess", "HVMayTrip", "LFMustTrip", "LVMustTrip",
    "LVMomCess", "LVMayTrip", "PowerMonitoringMustTrip", "VoltVar", "VoltWatt", "WattPF", "WattVar",
)  # fmt: skip
KINDS: Final = tuple(sorted({*SETTINGS_OF, *CURVES}))
