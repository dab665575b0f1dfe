"""Block D: the ends of SendLocalList and GetLocalListVersion."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.bridge import local_lists
from ocppbridge.charging.intents import AskListVersion, SendList
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.handlers.registry import settles
from ocppbridge.models import Call


@settles(SendList)
def sent(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """D01."""
    local_lists.sent(call, outcome, now)


@settles(AskListVersion)
def versioned(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """D02."""
    local_lists.versioned(call, outcome, now)
