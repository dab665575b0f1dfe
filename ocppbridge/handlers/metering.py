"""Block J: meter values outside transaction events."""

from __future__ import annotations

from ocppbridge.charging.messages import Metered
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.services.turns import Turn


@answers(Metered)
def take_readings(message: Metered, asked: Asked) -> Acknowledged:
    """J01."""
    return Acknowledged()


@records(Metered, priority=1)
def metered(message: Metered, turn: Turn) -> None:
    """They belong to the transaction they name, or to the one on the EVSE; else only the journal keeps them."""
    if message.transaction is not None:
        row = turn.transaction(message.transaction)
    else:
        row = None if message.place.is_station else turn.running_at(message.place.evse)
    if row is not None:
        turn.advance(row, message)
