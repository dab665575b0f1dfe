"""Block G: how connectors, EVSEs and the station stand, and what they were asked to be."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.bridge import decisions
from ocppbridge.charging.events import alarming, availability
from ocppbridge.charging.intents import ChangeAvailability
from ocppbridge.charging.messages import EventsSeen, StateChanged
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.charging.states import activity
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Call
from ocppbridge.services import alerts, availabilities, calls, evses, monitoring
from ocppbridge.services.turns import Turn


@answers(StateChanged)
def take_state(message: StateChanged, asked: Asked) -> Acknowledged:
    """G01."""
    return Acknowledged()


@records(StateChanged)
def state_changed(message: StateChanged, turn: Turn) -> None:
    """The connector's state; on 1.6 also how the transaction on it stands (SuspendedEV, SuspendedEVSE: CDR-18)."""
    connector = evses.state_changed(turn.station, message, turn.received)
    if connector is not None:
        turn.out.connector(connector)
    availabilities.seen(turn.station, message.place, message.state, turn.received)
    if activity(message.state) is not None and not message.place.is_station:
        row = turn.running_at(message.place.evse)
        if row is not None:
            turn.advance(row, message)


@answers(EventsSeen)
def take_events(message: EventsSeen, asked: Asked) -> Acknowledged:
    """N07; G01 where it tells a state."""
    return Acknowledged()


@records(EventsSeen)
def events(message: EventsSeen, turn: Turn) -> None:
    """Kept for staff; states among them count like a StatusNotification, a lock that fails is told (TC_G_20)."""
    which = decisions.choices().value(
        "EVENT-ALERT-SEVERITY", station=turn.station.identity
    )  # decision: EVENT-ALERT-SEVERITY
    monitoring.events(turn.station, message.events, turn.received, None if which == "none" else int(which))
    for event in message.events:
        told = availability(event)
        if told is not None and told.whole_evse:
            evses.evse_changed(turn.station, told.place.evse, told.state)
            availabilities.seen(turn.station, told.place, told.state, turn.received)
        elif told is not None:
            state_changed(StateChanged(told.place, told.state, message.at), turn)
        trouble = alarming(event)
        if trouble:
            alerts.raise_alert(turn.station.pk, "CONNECTOR-LOCK", trouble, turn.received)


@settles(ChangeAvailability)
def availability_asked(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """Done, scheduled until the transaction ends (G03.FR.05), or refused: known for each place."""
    intent = calls.intent_of(call)
    if isinstance(intent, ChangeAvailability):
        availabilities.settled(call, intent, outcome, now)
