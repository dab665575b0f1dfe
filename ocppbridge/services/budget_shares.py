"""Shares of a site's budget as rows: with what a station counts, and what its answers change.

Only whoever shares the budget writes them: what stations answer stands in their calls until then. So a drain that
settles calls and a site that is shared anew never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet

from ocppbridge.charging.charging_profiles import Unit
from ocppbridge.charging.intents import ClearProfiles
from ocppbridge.charging.outcomes import Accepted, of_status
from ocppbridge.models import BudgetShare, Call
from ocppbridge.services import alerts, calls

ONE: Final = {Unit.A: Decimal("0.1"), Unit.W: Decimal(1)}
"""Shares are rounded down to these."""
PURPOSE: Final = "budget"
AGAIN_AFTER: Final = timedelta(seconds=60)
_READ: Final = ("state", "intent", "outcome", "settled_at", "answer", "error_description")
_CALLS: Final = [f"{call}__{name}" for call in ("call", "fallback_call") for name in _READ]
_OWN: Final = [field.name for field in BudgetShare._meta.concrete_fields]


def locked(rows: QuerySet[BudgetShare], **more: Any) -> list[BudgetShare]:
    """With the calls by which their stations were told."""
    found = rows.select_related("call", "fallback_call").only(*_OWN, *_CALLS)
    return list(found.select_for_update(of=("self",), **more).order_by("pk"))


def counted(one: BudgetShare, now: datetime) -> Decimal:
    """What it may be drawing: what it has accepted, or may have; under its offline limit once its lease has ended."""
    base = one.built_for if one.accepted is None else one.accepted
    if one.lease_end is not None and one.lease_end <= now and one.accepted is not None:
        base = one.built_for if one.fallback is None else min(base, one.fallback)
    return base if one.sent is None else max(base, one.sent)


def waits(one: BudgetShare) -> bool:
    """Whether it has been told something and has not answered yet."""
    return one.sent is not None or one.fallback_sent is not None


def heed(shares: Iterable[BudgetShare], now: datetime) -> None:
    """What their stations have answered since they were told; a call that is there no more was not answered."""
    for one in shares:
        if one.fallback_sent is not None and not _open(one.fallback_call):
            one.fallback = one.fallback_sent if accepted(one.fallback_call) else one.fallback
            one.fallback_sent = None
        if one.sent is not None and not _open(one.call):
            _share_settled(one, now)


def accepted(call: Call | None) -> bool:
    """Whether the station has done what it was told; what it had not to begin with is gone too."""
    if call is None or call.state != Call.State.ANSWERED:
        return False
    gone = call.intent == ClearProfiles.__name__ and call.outcome == "Unknown"
    return gone or isinstance(of_status(call.outcome), Accepted)


def failed_lately(call: Call | None, now: datetime) -> bool:
    """Whether it was not taken just now: then there is a while before it is said again."""
    if call is None or _open(call) or accepted(call):
        return False
    return now - (call.settled_at or now) < AGAIN_AFTER


def _open(call: Call | None) -> bool:
    return call is not None and call.state in calls.OPEN


def _share_settled(one: BudgetShare, now: datetime) -> None:
    call = one.call
    if accepted(call):
        at = (call.settled_at if call is not None else None) or now
        one.accepted_at = at if one.accepted != one.sent else one.accepted_at
        one.accepted, one.lease_end, one.trouble = one.sent, one.sent_lease_end, ""
    elif call is None or call.state == Call.State.UNANSWERED:  # it may have it: counted with the higher of the two
        sent, before = one.sent, one.accepted
        if sent is not None and before is not None and sent > before:
            one.accepted, one.lease_end = sent, one.sent_lease_end
        one.trouble = "it does not answer"
    else:
        one.trouble = f"{call.outcome} {_reason(call)}".strip()[:255]
    if one.trouble:
        text = f"its share of the site's budget is not taken: {one.trouble}"
        alerts.raise_alert(one.station_id, "BUDGET-NOT-TAKEN", text, now)
    one.sent, one.sent_lease_end = None, None


def _reason(call: Call) -> str:
    told = (call.answer or {}).get("statusInfo") if isinstance(call.answer, dict) else None
    return str((told or {}).get("reasonCode") or call.error_description)
