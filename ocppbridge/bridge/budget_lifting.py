"""Limits of a site's budget taken away: the budget was removed or is off, or the station has moved away.

A share without a budget, or with one that is off, is what is still to be said to its station: both profiles are cleared
as soon as it is there, and the share goes, or is empty, when it has said yes. Without that the offline limit would
hold for ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from ocppbridge.charging.intents import ClearProfiles
from ocppbridge.models import BudgetShare, Call
from ocppbridge.services import budget_shares, calls, many_calls
from ocppbridge.services.budget_shares import PURPOSE
from ocppbridge.services.many_calls import Wanted

FALLBACK_ID, SHARE_ID = 900_000_001, 900_000_002
PATIENCE: Final = timedelta(seconds=60)
AT_ONCE: Final = 500
_TOLD: Final = Q(call__isnull=False) | Q(fallback_call__isnull=False) | Q(accepted__isnull=False)
_CLEAR: Final = ClearProfiles.__name__
_EMPTY: Final = dict.fromkeys(
    ("call", "fallback_call", "sent", "sent_lease_end", "fallback_sent", "accepted", "lease_end", "fallback", "wanted")
)


@transaction.atomic
def lift(now: datetime) -> list[Call]:
    """Say it to whom it has not been said; the calls made."""
    rows = BudgetShare.objects.filter(Q(budget=None) | (Q(budget__active=False) & (_TOLD | Q(fallback__isnull=False))))
    waiting = budget_shares.locked(rows.select_related("station__connection"), skip_locked=True)[:AT_ONCE]
    due: dict[int, BudgetShare] = {}
    for one in waiting:
        if _lifted(one) or not one.station.subprotocol:
            _done(one)
        elif not _under_way(one, now) and one.station.connection_id is not None:
            due[one.station_id] = one
    wanted = [
        Wanted(one.station, ClearProfiles(number), str(one.budget_id or 0))
        for one in due.values()
        for number in (SHARE_ID, FALLBACK_ID)
    ]
    made, refused = many_calls.queue(wanted, purpose=PURPOSE, expires_in=PATIENCE)
    for refusal, why in refused:
        due[refusal.station.pk].trouble = why[:255]
    for call in made:
        which = "call" if call.intent_data["profile_id"] == SHARE_ID else "fallback_call"
        setattr(due[call.station_id], which, call)
    for one in due.values():
        one.sent = one.fallback_sent = one.sent_lease_end = None
        one.save(update_fields=["call", "fallback_call", "sent", "fallback_sent", "sent_lease_end", "trouble"])
    return made


def _lifted(one: BudgetShare) -> bool:
    """Nothing was ever said to it, or it has said yes to both."""
    said = (one.call, one.fallback_call)
    if not any((*said, one.accepted, one.fallback)):
        return True
    clears = [call is not None and call.intent == _CLEAR for call in said]
    return all(clears) and all(budget_shares.accepted(call) for call in said)


def _under_way(one: BudgetShare, now: datetime) -> bool:
    """Its answer is waited for, or it has refused just now."""
    clears = [call for call in (one.call, one.fallback_call) if call is not None and call.intent == _CLEAR]
    return any(call.state in calls.OPEN or budget_shares.failed_lately(call, now) for call in clears)


def _done(one: BudgetShare) -> None:
    if one.budget_id is None:
        one.delete()
    else:
        BudgetShare.objects.filter(pk=one.pk).update(**_EMPTY, trouble="", turn_since=None)
