"""Block K: the ends of our charging profiles, told to whoever asked for them."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.bridge import profiles
from ocppbridge.charging.intents import AskSchedule, ClearProfile, SetProfile
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.handlers.registry import settles
from ocppbridge.models import Call


@settles(SetProfile)
@settles(ClearProfile)
@settles(AskSchedule)
def settled(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """CHP-05."""
    profiles.settled(call, outcome, now)
