"""Block Q, and the needs of cars (K15 to K18): answered from data, recorded, followed by a plan."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from ocppbridge.bridge import energy_needs
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import Verdict
from ocppbridge.charging.v2x_intents import AllowTransfer, SignalGrid, UpdateSetpoint
from ocppbridge.charging.v2x_messages import EvScheduleTold, NeedsTold, SetpointPulled
from ocppbridge.charging.v2x_replies import NeedsTaken, SetpointGiven
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Call, Transaction
from ocppbridge.services import alerts, charging_profiles, energy_plans, ev_needs
from ocppbridge.services.turns import Turn


@answers(NeedsTold, waits=True)
def needs(message: NeedsTold, asked: Asked) -> NeedsTaken:
    """K15.FR.03 and on; charging.ev_needs has the table."""
    return energy_needs.answer(message, asked.account, asked.now, asked.choices)


@records(NeedsTold)
def needs_heard(message: NeedsTold, turn: Turn) -> None:
    """Whose they are, and what follows."""
    row = _charging(turn, message.evse)
    found = energy_needs.heard(message, turn.station, row, turn.received)
    said = f"{message.requested}: {found.status} {found.code}".strip() if found else message.requested
    turn.report("NotifyEVChargingNeeds", _plain(message), said)


@answers(EvScheduleTold)
def schedule(message: EvScheduleTold, asked: Asked) -> Verdict:
    """K15.FR.10: that we were told; whether it fits is seen when it is recorded."""
    return Verdict(accepted=True)


@records(EvScheduleTold, priority=1)
def schedule_heard(message: EvScheduleTold, turn: Turn) -> None:
    """K15.FR.11: a car that means to take more than it may is told again what holds."""
    row = _charging(turn, message.evse)
    kept = ev_needs.keep_schedule(turn.station, row, message, turn.received)
    if kept.excess and row is not None:
        energy_needs.exceeded(row, kept.excess, turn.received)


@answers(SetpointPulled, waits=True)
def setpoint(message: SetpointPulled, asked: Asked) -> SetpointGiven:
    """K28: the figures of our own profiles; of others we know none."""
    found = energy_plans.pulled(asked.account.station_id, message.profile_id)
    return SetpointGiven(found, "" if found else "no dynamic profile of that id holds")


@records(SetpointPulled, priority=1)
def setpoint_pulled(message: SetpointPulled, turn: Turn) -> None:
    """That the station is up to date."""
    energy_plans.was_pulled(turn.station, message.profile_id, turn.received)


@settles(AllowTransfer)
@settles(UpdateSetpoint)
def settled(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """What the station made of it; figures of a profile that is no car's plan are kept with it (K28)."""
    if call.purpose == energy_plans.PURPOSE:
        energy_plans.settled(call, outcome, now)
    else:
        charging_profiles.settled(call, outcome, now)


@settles(SignalGrid)
def signal_heard(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """Q07: a station that does not follow the grid is for staff to look at."""
    if outcome is not None and outcome.status != "Accepted":
        alerts.raise_alert(call.station_id, "GRID-SIGNAL-REFUSED", f"AFRRSignal: {outcome.status}", now)


def _charging(turn: Turn, evse: int) -> Transaction | None:
    row = turn.running_at(evse)
    if row is not None:
        turn.out.flush()  # what follows looks at the rows themselves
    return row


def _plain(message: NeedsTold) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(message)
    return said
