"""What we answer about bidirectional charging: the needs of a car (K15, Q01), and a setpoint that was pulled (K28)."""

from __future__ import annotations

from dataclasses import dataclass

from ocppbridge.charging.setpoints import Setpoints


@dataclass(frozen=True, slots=True)
class NeedsTaken:
    """`status` in 2.1's words; `code` and `reason` where it is no plain yes."""

    status: str
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SetpointGiven:
    """The figures that hold now; None: there is no such profile of ours, and `reason` says why."""

    figures: Setpoints | None
    reason: str = ""
