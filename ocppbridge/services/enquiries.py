"""Questions whose answer comes in pages: asked, assembled, given up when no page follows any more.

Pages come in any order and twice; a question is answered when every page up to the last has come (charging.device_model
has the rule). NotifyDisplayMessages has no numbers: there the order of arrival counts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from ocppbridge.charging.device_model import Report
from ocppbridge.charging.intents import Intent
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.models import Enquiry, Station
from ocppbridge.services import calls

State = Enquiry.State
OPEN: Final = (State.ASKED, State.COMING)
SILENT_AFTER: Final = timedelta(minutes=5)
EMPTY: Final = ("EmptyResultSet", "Unknown")


@transaction.atomic
def ask(
    station: Station, kind: str, intent: Callable[[int], Intent], *, about: str = "", everything: bool = True,
    clears: bool = False, id_token: str = "", requested_by: str = "",
) -> Enquiry:  # fmt: skip
    """Put a question; `intent` gets its number. Raises NotOffered or InvalidPayload."""
    row = Enquiry.objects.create(
        station=station, kind=kind, about=about[:255], everything=everything, clears=clears, id_token=id_token,
        requested_by=requested_by[:150], asked_at=timezone.now(),
    )  # fmt: skip
    row.call = calls.queue(station, intent(row.pk), purpose="enquiry", reference=str(row.pk), requested_by=requested_by)
    row.save(update_fields=["call"])
    return row


def answered(row_id: int, station: Station, outcome: Outcome | None, *, pages: bool = True) -> Enquiry | None:
    """What the station made of it. `pages`: whether any will come; else its yes is all there is."""
    row = _locked(station).filter(pk=row_id).first()
    if row is None or row.state not in OPEN:
        return row
    if outcome is None:
        row.state, row.reason = State.BROKEN, "the station did not answer"
    elif not isinstance(outcome, Accepted):
        row.state, row.reason = State.REFUSED, f"{outcome.status} {outcome.reason}".strip()[:255]
    elif outcome.status in EMPTY:
        row.state = State.EMPTY
    elif not pages:
        row.state = State.WHOLE
    row.save(update_fields=["state", "reason"])
    return row


def take(
    station: Station, kind: str, request_id: int, part: int | None, last: bool, entries: int, now: datetime
) -> Enquiry | None:
    """One page has come; the question, if it was ours. `part` None: the next."""
    row = _locked(station).filter(pk=request_id, kind=kind).first()
    if row is None:
        return None
    known = Report(row.pk, dict.fromkeys(row.parts, ()), row.last_part)
    number = len(known.parts) if part is None else part
    if number not in known.parts:
        row.entries += entries
    parts = {**known.parts, number: ()}
    known = Report(row.pk, parts, number if last else known.last)
    row.parts, row.last_part, row.heard_at = sorted(known.parts), known.last, now
    if row.state in (*OPEN, State.BROKEN):
        row.state, row.reason = (State.WHOLE if known.whole else State.COMING), ""
    row.save(update_fields=["parts", "last_part", "heard_at", "state", "entries", "reason"])
    return row


@transaction.atomic
def give_up(now: datetime) -> int:
    """Questions whose pages have fallen silent. How many."""
    silent = Enquiry.objects.annotate(last=Coalesce("heard_at", "asked_at")).filter(
        Q(state=State.COMING) | Q(state=State.ASKED, call__state="answered"), last__lt=now - SILENT_AFTER
    )
    rows = list(silent.select_for_update(of=("self",), skip_locked=True)[:50])
    for row in rows:
        row.state, row.reason = State.BROKEN, f"pages missing after page {max(row.parts, default=-1)}"
        row.save(update_fields=["state", "reason"])
    return len(rows)


def _locked(station: Station) -> QuerySet[Enquiry]:
    return Enquiry.objects.select_for_update(of=("self",)).select_related("station").filter(station=station)
