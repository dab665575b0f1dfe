"""Block O: messages on displays."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.charging.intents import HideMessage, ListMessages, ShowMessage
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.charging.upkeep_messages import DisplaysPart
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Call, Enquiry
from ocppbridge.services import calls, displays, enquiries
from ocppbridge.services.turns import Turn


@answers(DisplaysPart)
def take_page(message: DisplaysPart, asked: Asked) -> Acknowledged:
    """O03."""
    return Acknowledged()


@records(DisplaysPart, priority=1)
def listed(message: DisplaysPart, turn: Turn) -> None:
    """O03."""
    displays.take(turn.station, message, turn.received)


@settles(ShowMessage)
def shown(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """O01, O02, O06."""
    intent = calls.intent_of(call)
    if isinstance(intent, ShowMessage):
        displays.shown(call.station, intent.display.message_id, outcome)


@settles(HideMessage)
def hidden(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """O05."""
    intent = calls.intent_of(call)
    if isinstance(intent, HideMessage):
        displays.hidden(call.station, intent.message_id, outcome)


@settles(ListMessages)
def asked_for(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """O03.FR.02: pages will come, or there is no such message."""
    row = enquiries.answered(int(call.reference or 0), call.station, outcome)
    if row is not None and row.state == Enquiry.State.EMPTY and row.everything:
        displays.none_left(row)
