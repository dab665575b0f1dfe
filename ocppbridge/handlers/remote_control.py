"""Block F: the ends of our starts, stops and unlocks, told to whoever commanded them."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.bridge import commands
from ocppbridge.charging.intents import StartCharging, StopCharging, Unlock
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.handlers.registry import settles
from ocppbridge.models import Call


@settles(StartCharging)
@settles(StopCharging)
@settles(Unlock)
def settled(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """Nobody else waits for these: what a start leads to is said by the transaction that begins (CMD-17)."""
    commands.settled(call, outcome)
