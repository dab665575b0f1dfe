"""Block N: monitors, and what they tell by streams. What events tell stands with availability (G01)."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.bridge import decisions
from ocppbridge.charging.intents import (
    AdjustStream,
    ClearMonitors,
    ListStreams,
    ReportMonitors,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
)
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.replies import Acknowledged, Verdict
from ocppbridge.charging.upkeep_messages import MonitorsPart, StreamClosed, StreamOpening, StreamTold
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Call, Enquiry
from ocppbridge.services import calls, enquiries, monitoring, streams
from ocppbridge.services.turns import Turn
from roaming.decisions import Choices


@answers(MonitorsPart)
@answers(StreamClosed)
@answers(StreamTold)
def take_page(message: MonitorsPart | StreamClosed | StreamTold, asked: Asked) -> Acknowledged:
    """N02, N14; a stream's values come by SEND and are never answered."""
    return Acknowledged()


@records(MonitorsPart, priority=1)
def monitors(message: MonitorsPart, turn: Turn) -> None:
    """N02."""
    monitoring.take(turn.station, message, turn.received)


@answers(StreamOpening)
def open_stream(message: StreamOpening, asked: Asked) -> Verdict:
    """N11."""
    accepted = _streams(asked.choices, asked.account.identity)
    return Verdict(accepted, None if accepted else "events come by NotifyEvent here")


@records(StreamOpening)
def stream_opened(message: StreamOpening, turn: Turn) -> None:
    """As it was answered."""
    streams.opened(turn.station, message, _streams(decisions.choices(), turn.station.identity), turn.received)


@records(StreamClosed)
def stream_closed(message: StreamClosed, turn: Turn) -> None:
    """N14."""
    streams.closed(turn.station, message.stream_id, turn.received)


@records(StreamTold, priority=1)
def stream_told(message: StreamTold, turn: Turn) -> None:
    """N15."""
    streams.told(turn.station, message, turn.received)


@settles(SetMonitors)
def monitors_set(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """N04."""
    intent = calls.intent_of(call)
    if isinstance(intent, SetMonitors):
        monitoring.answered(call, intent, outcome)


@settles(ClearMonitors)
def monitors_cleared(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """N06."""
    monitoring.cleared(call.station, outcome)


@settles(ReportMonitors)
def monitors_asked(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """N02.FR.03: pages will come, or there is nothing to tell."""
    row = enquiries.answered(int(call.reference or 0), call.station, outcome)
    if row is not None and row.state == Enquiry.State.EMPTY and row.everything:
        monitoring.none_left(row)


@settles(SetMonitoringBase)
@settles(SetMonitoringLevel)
def scope_set(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """N03, N05."""
    intent = calls.intent_of(call)
    if isinstance(intent, SetMonitoringBase | SetMonitoringLevel):
        monitoring.scoped(call.station, intent, outcome, now)


@settles(AdjustStream)
def stream_adjusted(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """N13."""
    intent = calls.intent_of(call)
    if isinstance(intent, AdjustStream):
        streams.adjusted(call.station, intent, outcome)


@settles(ListStreams)
def streams_listed(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """N12."""
    if isinstance(outcome, Accepted):
        streams.listed(call.station, outcome.data["streams"], now)


def _streams(choices: Choices, identity: str) -> bool:
    return choices.value("EVENT-STREAMS", station=identity) == "accept"  # decision: EVENT-STREAMS
