"""An energy meter: a lifetime register in whole Wh that runs while power flows.

``speed`` multiplies the energy only, so that a session of seconds is worth looking at; clocks and timestamps stay true.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Meter:
    """The register of one EVSE."""

    register: int
    power: int
    speed: int = 1
    running_since: datetime | None = None

    def start(self, at: datetime) -> None:
        self.register, self.running_since = self.read(at), at

    def stop(self, at: datetime) -> None:
        self.register, self.running_since = self.read(at), None

    def read(self, at: datetime) -> int:
        """Wh at an instant; never less than before (a clock that was set back must not run it backwards)."""
        if self.running_since is None:
            return self.register
        seconds = max(0, int((at - self.running_since).total_seconds()))
        return self.register + self.power * self.speed * seconds // 3600

    @property
    def power_now(self) -> int:
        return self.power if self.running_since is not None else 0
