"""Block N: how uploads of logs go; 1.6's diagnostics are one of them."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.charging.intents import FetchLog
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.charging.upkeep_messages import LogProgressed
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Call
from ocppbridge.services import logs
from ocppbridge.services.turns import Turn


@answers(LogProgressed)
def take_progress(message: LogProgressed, asked: Asked) -> Acknowledged:
    """N01."""
    return Acknowledged()


@records(LogProgressed)
def progressed(message: LogProgressed, turn: Turn) -> None:
    """One step of an upload; what is about none of ours is kept for staff."""
    if logs.told(turn.station, message, turn.received) is None:
        said = {"status": message.status, "requestId": message.request_id}
        turn.report("LogStatusNotification", said, message.status)


@settles(FetchLog)
def log_asked(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """N01.FR.20: the station has answered with the name of the file, or will not."""
    logs.answered(int(call.reference or 0), call.station, outcome, now)
