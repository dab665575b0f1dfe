"""The figures of a dynamic profile: what a push or a pull changes (ChargingScheduleUpdateType, K28, Q04).

Watts or amperes as the profile says; charging is positive, discharging negative; a discharge limit is never positive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from ocppbridge.charging.charging_profiles import AMOUNTS, ChargingProfile


@dataclass(frozen=True, slots=True)
class Setpoints:
    """What is None is not said."""

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

    def said(self) -> dict[str, Decimal]:
        """What has a figure."""
        return {name: value for name in AMOUNTS if (value := getattr(self, name)) is not None}

    def to_json(self) -> dict[str, str]:
        """As JSON, exact."""
        return {name: str(value) for name, value in self.said().items()}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Setpoints:
        """What `to_json` wrote."""
        return Setpoints(**{name: Decimal(str(data[name])) for name in AMOUNTS if name in data})

    def over(self, before: Setpoints) -> Setpoints:
        """These figures where they say something, those before elsewhere."""
        return Setpoints(**{**before.said(), **self.said()})

    @property
    def discharges(self) -> bool:
        """Whether any figure has the car give energy back."""
        return any(value < 0 for name, value in self.said().items() if not name.startswith("setpoint_reactive"))


def refigured(profile: ChargingProfile, figures: Setpoints, at: datetime) -> ChargingProfile:
    """A dynamic profile with new figures in its one period, which hold from then on (K28); the others stay."""
    said: dict[str, Any] = dict(figures.said())
    period = replace(profile.schedule.periods[0], **said)
    return replace(profile, schedules=(replace(profile.schedule, periods=(period,)),), updated_at=at)
