"""Block N: how uploads of logs and diagnostics go."""

from __future__ import annotations

from ocppbridge.charging.replies import Acknowledged
from ocppbridge.charging.upkeep_messages import LogProgressed
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.services.turns import Turn


@answers(LogProgressed)
def take_progress(message: LogProgressed, asked: Asked) -> Acknowledged:
    """N01."""
    return Acknowledged()


@records(LogProgressed)
def progressed(message: LogProgressed, turn: Turn) -> None:
    """Kept for staff."""
    said = {"status": message.status, "requestId": message.request_id}
    turn.report("LogStatusNotification", said, message.status)
