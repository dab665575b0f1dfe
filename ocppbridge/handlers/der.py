"""Block R: grid support: what stations report and tell of it, and what they make of what we ask."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.charging.v2x_intents import AskDer, ClearDer, SetDer
from ocppbridge.charging.v2x_messages import DerAlarmed, DerReported, DerSwitched
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Call
from ocppbridge.services import der
from ocppbridge.services.turns import Turn


@answers(DerReported)
@answers(DerAlarmed)
@answers(DerSwitched)
def take(message: DerReported | DerAlarmed | DerSwitched, asked: Asked) -> Acknowledged:
    """Taken note of."""
    return Acknowledged()


@records(DerReported, priority=1)
def reported(message: DerReported, turn: Turn) -> None:
    """Page by page."""
    found = der.reported(turn.station, message, turn.received)
    turn.report("ReportDERControl", dict(message.controls), f"{found} controls")


@records(DerAlarmed)
def alarmed(message: DerAlarmed, turn: Turn) -> None:
    """R05: a fault of the grid is for staff to see at once."""
    der.alarmed(turn.station, message)
    told = {"controlType": message.control_type, "gridEventFault": message.fault, "alarmEnded": message.ended,
            "extraInfo": message.info}  # fmt: skip
    turn.report("NotifyDERAlarm", told, message.fault or message.control_type)


@records(DerSwitched)
def switched(message: DerSwitched, turn: Turn) -> None:
    """R05."""
    der.switched(turn.station, message)
    told = {"controlId": message.control_id, "started": message.started, "supersededIds": list(message.superseded)}
    turn.report("NotifyDERStartStop", told, "started" if message.started else "stopped")


@settles(SetDer)
def was_set(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """R04."""
    der.was_set(call, outcome, now)


@settles(AskDer)
def was_asked(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """R04."""
    der.was_asked(call, outcome, now)


@settles(ClearDer)
def was_cleared(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """R04."""
    der.was_cleared(call, outcome, now)
