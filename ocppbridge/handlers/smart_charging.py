"""Block K: what stations say about power, and the ends of our calls about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from ocppbridge.bridge import budgets, decisions, profiles, schedule_checks
from ocppbridge.charging.intents import AskProfiles, AskSchedule, ClearProfiles, InstallProfile, UsePriority
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.charging.smart_messages import LimitCleared, LimitSet, PriorityChanged, ProfilesReported
from ocppbridge.handlers.registry import Asked, answers, records, settles, settles_together
from ocppbridge.models import Call
from ocppbridge.services import budget_shares, calls, charging_profiles, energy_plans, limits, transactions
from ocppbridge.services.calls import End
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
    """K11, K12: somebody else limits it; whoever has set a profile hears how it stands now (CHP-10)."""
    limits.take(turn.station, message, turn.received)
    turn.report("NotifyChargingLimit", msgspec.to_builtins(message), message.source)
    profiles.changed_by_others(turn.station, message.place.evse)


@records(LimitCleared)
def freed(message: LimitCleared, turn: Turn) -> None:
    """K13: and does so no more."""
    limits.clear(turn.station, message, turn.received)
    turn.report("ClearedChargingLimit", msgspec.to_builtins(message), message.source)
    profiles.changed_by_others(turn.station, message.place.evse)


@records(ProfilesReported)
def reported(message: ProfilesReported, turn: Turn) -> None:
    """K09: which profiles it has; what is not as it was set may be repaired at once."""
    inquiry = charging_profiles.told(turn.station, message, turn.received)
    if inquiry is None or not message.last:
        return
    said = decisions.choices().value("PROFILE-REPAIR", station=turn.station.identity)  # decision: PROFILE-REPAIR
    if said == "repair":
        charging_profiles.repair(turn.station, decisions.choices())


@records(PriorityChanged)
def prioritised(message: PriorityChanged, turn: Turn) -> None:
    """K22: the driver, or somebody on the spot, wants to go first."""
    row = turn.transaction(message.transaction)
    if row is not None:
        limits.priority(row, message.activated, "the station", turn.received)
        profiles.changed_by_others(turn.station, row.evse_number or 0)
    turn.report("NotifyPriorityCharging", msgspec.to_builtins(message))


@settles(InstallProfile)
@settles(ClearProfiles)
@settles(AskProfiles)
@settles(AskSchedule)
def settled(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """CHP-05; a plan of a car that gives energy back is no partner's profile."""
    if call.purpose == energy_plans.PURPOSE:
        energy_plans.settled(call, outcome, now)
    charging_profiles.settled(call, outcome, now)
    schedule_checks.settled(call, outcome, now)
    if call.purpose != energy_plans.PURPOSE:
        profiles.settled(call, outcome, now)


@settles_together(budget_shares.PURPOSE)
def shares_told(ends: Sequence[End]) -> None:
    """Stations of sites have been told their shares: profiles that are no partner's either."""
    charging_profiles.all_settled(ends)
    budgets.answered({end.call.reference for end in ends})


@settles(UsePriority)
def priority_used(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """K21: asked of the station."""
    intent = calls.intent_of(call)
    row = transactions.find(call.station_id, intent.transaction) if isinstance(intent, UsePriority) else None
    if row is not None and isinstance(intent, UsePriority) and isinstance(outcome, Accepted):
        limits.priority(row, intent.activate, call.requested_by or "us", now)
