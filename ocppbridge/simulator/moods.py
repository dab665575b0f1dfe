"""Answers that a station gives instead of the right one: silence, a CALLERROR, or any payload, valid or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ocppbridge.simulator.wire import Asked, Payload, Wire


@dataclass(frozen=True)
class Mood:
    """Neither a payload nor an error: silence."""

    payload: Payload | None = None
    error: str = ""


def answered_in(mood: Mood, asked: Asked, wire: Wire, now: datetime) -> tuple[str, datetime]:
    """Answer in that mood; (event, when) for the note."""
    if mood.payload is not None:
        wire.answer(asked.message_id, mood.payload)
        return "answered_oddly", now
    if mood.error:
        wire.refuse(asked.message_id, mood.error, "as the scenario has it")
        return "refused", now
    return "kept_silent", now
