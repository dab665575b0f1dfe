"""What the journal of HTTP forgets, and when (S49): first the bodies, later the rows; once a day, in small steps."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Max, Min, Q, QuerySet

from roaming.models import Exchange
from roaming.services.decisions import choices

STEP = 5_000  # rows

_done: date | None = None


def mind(now: datetime) -> None:
    """Called often; does something once a day."""
    global _done
    if _done != now.date():
        forget(now)
        _done = now.date()


def forget(now: datetime) -> tuple[int, int]:
    """How many exchanges lost their bodies, and how many went."""
    rows = timedelta(days=int(choices().number("EXCHANGE-RETENTION")))  # decision: EXCHANGE-RETENTION
    bodies = timedelta(days=int(choices().number("BODY-RETENTION")))  # decision: BODY-RETENTION
    gone = sum(step.delete()[0] for step in _steps(now - rows))
    full = ~Q(request_body="") | ~Q(response_body="")
    emptied = sum(step.filter(full).update(request_body="", response_body="") for step in _steps(now - bodies))
    return emptied, gone


def _steps(before: datetime) -> list[QuerySet[Exchange]]:
    """What is older, a piece at a time: no statement holds many rows for long."""
    old = Exchange.objects.filter(at__lt=before)
    ends = old.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return []
    starts = range(ends["first"], ends["last"] + 1, STEP)
    return [old.filter(pk__gte=start, pk__lt=start + STEP) for start in starts]
