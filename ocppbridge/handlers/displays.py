"""Block O: messages on displays."""

from __future__ import annotations

from ocppbridge.charging.replies import Acknowledged
from ocppbridge.charging.upkeep_messages import DisplaysPart
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.services.turns import Turn


@answers(DisplaysPart)
def take_page(message: DisplaysPart, asked: Asked) -> Acknowledged:
    """O03."""
    return Acknowledged()


@records(DisplaysPart, priority=1)
def listed(message: DisplaysPart, turn: Turn) -> None:
    """Understood later."""
