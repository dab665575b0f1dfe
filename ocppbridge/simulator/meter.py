"""An energy meter: a lifetime register in whole Wh that runs while power flows, and what it says, which may be wrong.

``speed`` multiplies the energy only, so that a session of seconds is worth looking at; clocks and timestamps stay true.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass
class Meter:
    """The register of one EVSE."""

    register: int
    power: int
    speed: int = 1
    running_since: datetime | None = None
    given: int = 0
    """The register of energy given back (Wh): it runs while the power is below 0."""
    offset: int = 0
    """What the figure said is off by: a meter that was swapped or began anew (field quirk 3)."""
    frozen: int | None = None
    """The figure of a meter that is stuck."""
    silent: bool = False
    unit: str = "Wh"

    def start(self, at: datetime) -> None:
        self.register, self.given, self.running_since = self.read(at), self.read_given(at), at

    def stop(self, at: datetime) -> None:
        self.register, self.given, self.running_since = self.read(at), self.read_given(at), None

    def flow(self, power: int, at: datetime) -> None:
        """From now on at another power; below 0 energy is given back."""
        if self.running_since is not None:
            self.start(at)
        self.power = power

    def read(self, at: datetime) -> int:
        """Wh at an instant; never less than before (a clock that was set back must not run it backwards)."""
        return self.register + self._flowed(at, max(0, self.power))

    def read_given(self, at: datetime) -> int:
        """The same of what was given back."""
        return self.given + self._flowed(at, max(0, -self.power))

    def _flowed(self, at: datetime, power: int) -> int:
        if self.running_since is None:
            return 0
        seconds = max(0, int((at - self.running_since).total_seconds()))
        return power * self.speed * seconds // 3600

    def said(self, at: datetime) -> int:
        """Wh as the meter has it."""
        return self.read(at) + self.offset if self.frozen is None else self.frozen

    def figure(self, at: datetime) -> Decimal:
        """The same in its own unit."""
        return Decimal(self.said(at)) / (1000 if self.unit == "kWh" else 1)

    def show(self, register: int, at: datetime) -> None:
        """From now on it counts from another figure."""
        self.offset = register - self.read(at)

    @property
    def power_now(self) -> int:
        return self.power if self.running_since is not None else 0
