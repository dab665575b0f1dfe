"""Block K: what stations say about power, and the ends of our calls about it."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.bridge import profiles
from ocppbridge.charging.intents import AskProfiles, AskSchedule, ClearProfiles, InstallProfile, UsePriority
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.charging.smart_messages import LimitCleared, LimitSet, PriorityChanged, ProfilesReported
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Call
from ocppbridge.services import energy_plans
from ocppbridge.services.turns import Turn


@answers(LimitSet)
@answers(LimitCleared)
@answers(ProfilesReported)
@answers(PriorityChanged)
def take_note(message: LimitSet | LimitCleared | ProfilesReported | PriorityChanged, asked: Asked) -> Acknowledged:
    """K09, K12, K13, K22."""
    return Acknowledged()


@records(LimitSet)
def limited(message: LimitSet, turn: Turn) -> None:
    """K12: somebody else limits it."""
    turn.report("NotifyChargingLimit", {"source": message.source, "evse": message.place.evse}, message.source)


@records(LimitCleared)
def freed(message: LimitCleared, turn: Turn) -> None:
    """K13: and does so no more."""
    turn.report("ClearedChargingLimit", {"source": message.source, "evse": message.place.evse}, message.source)


@records(ProfilesReported)
def reported(message: ProfilesReported, turn: Turn) -> None:
    """K09: which profiles it has."""
    turn.report("ReportChargingProfiles", {"request": message.request_id}, message.source)


@records(PriorityChanged)
def prioritised(message: PriorityChanged, turn: Turn) -> None:
    """K22: the driver, or somebody on the spot, wants to go first."""
    turn.report("NotifyPriorityCharging", {"transaction": message.transaction, "activated": message.activated})


@settles(InstallProfile)
@settles(ClearProfiles)
@settles(AskProfiles)
@settles(AskSchedule)
@settles(UsePriority)
def settled(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """CHP-05; a plan of a car that gives energy back is no partner's profile."""
    if call.purpose == energy_plans.PURPOSE:
        energy_plans.settled(call, outcome, now)
        return
    profiles.settled(call, outcome, now)
