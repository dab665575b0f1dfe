"""Block N: what a station keeps of a customer. Sealed before the station is answered, for the journal masks it."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.charging.intents import AskCustomer
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.charging.upkeep_messages import CustomerPart
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Call
from ocppbridge.services import calls, customers
from ocppbridge.services.turns import Turn


@answers(CustomerPart, waits=True)
def keep_page(message: CustomerPart, asked: Asked) -> Acknowledged:
    """N09."""
    customers.keep(asked.account.station_id, message)
    return Acknowledged()


@records(CustomerPart, priority=1)
def page(message: CustomerPart, turn: Turn) -> None:
    """That it has come; what it says is not in the journal."""
    customers.take(turn.station, message, turn.received)


@settles(AskCustomer)
def customer_asked(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """N09.FR.02, N10.FR.06."""
    intent = calls.intent_of(call)
    if isinstance(intent, AskCustomer):
        customers.answered(int(call.reference or 0), call.station, intent, outcome, now)
