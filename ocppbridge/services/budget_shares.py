"""Shares of a site's budget as rows: with what a station counts, and what its answer changes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from ocppbridge.charging.charging_profiles import Unit
from ocppbridge.charging.intents import InstallProfile
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.models import BudgetShare, Call
from ocppbridge.services import alerts, calls

ONE: Final = {Unit.A: Decimal("0.1"), Unit.W: Decimal(1)}
"""Shares are rounded down to these."""
PURPOSE: Final = "budget"


def counted(one: BudgetShare, now: datetime) -> Decimal:
    """What it may be drawing: what it has accepted, or may have; under its offline limit once its lease has ended."""
    base = one.built_for if one.accepted is None else one.accepted
    if one.lease_end is not None and one.lease_end <= now and one.accepted is not None:
        base = one.built_for if one.fallback is None else min(base, one.fallback)
    return base if one.sent is None else max(base, one.sent)


def waits(one: BudgetShare) -> bool:
    """Whether it has been told something and has not answered yet."""
    return one.sent is not None


def settled(call: Call, outcome: Outcome | None, now: datetime) -> int | None:
    """The answer to a share or an offline limit; the budget that is to be shared anew."""
    kind, _, key = call.reference.partition(":")
    intent = calls.intent_of(call)
    if call.purpose != PURPOSE or not key.isdecimal() or not isinstance(intent, InstallProfile):
        return None
    rows = BudgetShare.objects.select_for_update()
    one = rows.filter(pk=int(key), station=call.station_id).first()
    if one is None:
        return None
    amount = intent.profile.schedule.periods[0].limit
    if kind == "fallback":
        one.fallback = amount if isinstance(outcome, Accepted) else one.fallback
    elif one.call_id == call.pk:
        _share_settled(one, outcome, now)
    one.save()
    return one.budget_id


def _share_settled(one: BudgetShare, outcome: Outcome | None, now: datetime) -> None:
    if isinstance(outcome, Accepted):
        one.accepted_at = now if one.accepted != one.sent else one.accepted_at
        one.accepted, one.lease_end, one.trouble = one.sent, one.sent_lease_end, ""
    elif outcome is None:  # it may have it all the same: counted with the higher of the two
        sent, accepted = one.sent, one.accepted
        if sent is not None and accepted is not None and sent > accepted:
            one.accepted, one.lease_end = sent, one.sent_lease_end
        one.trouble = "it does not answer"
    else:
        one.trouble = f"{outcome.status} {outcome.reason}".strip()[:255]
    if one.trouble:
        text = f"its share of the site's budget is not taken: {one.trouble}"
        alerts.raise_alert(one.station_id, "BUDGET-NOT-TAKEN", text, now)
    one.sent, one.sent_lease_end = None, None
