"""Block N: monitors, what they tell by streams, and what a station keeps of its customers."""

from __future__ import annotations

from ocppbridge.charging.replies import Acknowledged, Verdict
from ocppbridge.charging.upkeep_messages import (
    CustomerPart,
    MonitorsPart,
    StreamClosed,
    StreamOpening,
    StreamTold,
)
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.services.turns import Turn


@answers(CustomerPart)
@answers(MonitorsPart)
@answers(StreamClosed)
@answers(StreamTold)
def take_page(message: CustomerPart | MonitorsPart | StreamClosed | StreamTold, asked: Asked) -> Acknowledged:
    """N02, N09; a stream's values are never answered."""
    return Acknowledged()


@answers(StreamOpening)
def open_stream(message: StreamOpening, asked: Asked) -> Verdict:
    """N11."""
    return Verdict(True)


@records(CustomerPart)
@records(MonitorsPart, priority=1)
@records(StreamClosed)
@records(StreamOpening)
@records(StreamTold, priority=1)
def told(message: CustomerPart | MonitorsPart | StreamClosed | StreamOpening | StreamTold, turn: Turn) -> None:
    """Understood later."""
