"""Block G: how connectors stand."""

from __future__ import annotations

from ocppbridge.charging.messages import StateChanged
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.charging.states import activity
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.services import evses
from ocppbridge.services.turns import Turn


@answers(StateChanged)
def take_state(message: StateChanged, asked: Asked) -> Acknowledged:
    """G01."""
    return Acknowledged()


@records(StateChanged)
def state_changed(message: StateChanged, turn: Turn) -> None:
    """The connector's state; on 1.6 also how the transaction on it stands (SuspendedEV, SuspendedEVSE: CDR-18)."""
    evses.state_changed(turn.station, message, turn.received)
    if activity(message.state) is not None and not message.place.is_station:
        row = turn.running_at(message.place.evse)
        if row is not None:
            turn.advance(row, message)
