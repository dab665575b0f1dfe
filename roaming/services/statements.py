"""Monthly statements: drawn up in slices, looked at by staff, issued once and for all.

On it is every accepted CDR of the pair that ended before the month's end and stands on no statement yet: so one that
came late, or was released late, is on the next. A credit is on it only where its original counts or was billed: nobody
is given back what nobody has claimed. What waits at the desk is counted, not billed. Between drawing up and issuing a
verdict may change: then the draft must be drawn up anew.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Upper
from django.utils import timezone

from roaming import nudges
from roaming.hub.addressing import CHARGING_SIDE, DRIVING_SIDE
from roaming.models import Assessment, Cdr, Party, Statement, StatementRow
from roaming.services import billing_bills
from roaming.services.billing_cdrs import PENDING, VERDICTS, behind, month, place_of
from roaming.services.locks import Lock, held
from roaming.services.statement_sums import summed

TASK = "roaming.statement"
BUDGET, BATCH = 15.0, 500
STALLED = timedelta(seconds=60)


class NotPossible(ValueError):
    """In words for staff."""


@dataclass(frozen=True)
class Pair:
    """Who sold to whom."""

    country_code: str
    party_id: str
    token_country_code: str
    token_party_id: str

    @classmethod
    def of(cls, row: Statement | Cdr) -> Pair:
        return cls(row.country_code, row.party_id, row.token_country_code, row.token_party_id)

    @property
    def columns(self) -> dict[str, str]:
        return dict(vars(self))


def pairs(first: date) -> list[Pair]:
    """Who has something to state of a month, or of an earlier one still."""
    found = _open(first).filter(_billable())
    names = ("country_code", "party_id", "token_country_code", "token_party_id")
    return [Pair(*row) for row in found.order_by(*names).values_list(*names).distinct()]


def draw_up(pair: Pair, first: date, now: datetime) -> Statement:
    """A draft is begun; a worker collects. Raises NotPossible where there is one, or the month is not over."""
    if _end(first) > now:
        raise NotPossible(f"{first:%Y-%m} is not over (in UTC)")
    later = Statement.objects.filter(**pair.columns, month__gte=first).order_by("-month").first()
    if later is not None:
        raise NotPossible(f"there is statement {later.number} already ({later.get_state_display()})")
    try:
        with transaction.atomic():
            row = Statement.objects.create(
                **pair.columns, month=first, created_at=now, moved_at=now, seller_name=_name(pair, seller=True),
                payer_name=_name(pair, seller=False),
            )  # fmt: skip
    except IntegrityError:
        raise NotPossible("somebody else has just begun it") from None
    nudges.nudge(TASK, row.pk)
    return row


def run(statement_id: int, budget: float = BUDGET) -> None:
    """One slice of collecting; the next is nudged."""
    nudges.begun(TASK, statement_id)
    with held(Lock.STATEMENT, statement_id) as free:
        row = Statement.objects.filter(pk=statement_id, state=Statement.State.COLLECTING).first()
        if not free or row is None or _collected(row, time.monotonic() + budget):
            return
    nudges.nudge(TASK, statement_id)


def anew(row: Statement, now: datetime) -> None:
    """The same draft from the beginning."""
    with transaction.atomic():
        draft = _draft(row)
        draft.rows.all().delete()
        draft.state, draft.collected, draft.place = Statement.State.COLLECTING, 0, ""
        draft.sums, draft.unbilled, draft.moved_at = [], {}, now
        draft.save()
        nudges.nudge(TASK, draft.pk)


def discard(row: Statement) -> None:
    """Its CDRs are free for another."""
    with transaction.atomic():
        _draft(row).delete()


def issue(row: Statement, by: str, now: datetime) -> None:
    """Fixed from now on. Raises NotPossible where it is no draft, or what it was drawn up from has changed."""
    with transaction.atomic():
        draft = _draft(row)
        if draft.state != Statement.State.DRAFT:
            raise NotPossible("it is still being drawn up")
        if not draft.collected:
            raise NotPossible("there is nothing on it")
        gone = draft.rows.count() - Cdr.objects.filter(_billable(), statement_row__statement=draft).count()
        if gone:
            raise NotPossible(f"{gone} of its CDRs are no longer accepted: draw it up anew")
        draft.state, draft.issued_at, draft.issued_by = Statement.State.ISSUED, now, by
        draft.save()


def unfinished(now: datetime) -> QuerySet[Statement]:
    """Those that nobody draws up any more: what the sweep nudges."""
    return Statement.objects.filter(state=Statement.State.COLLECTING, moved_at__lte=now - STALLED)


def month_of(text: str) -> date:
    """Raises ValueError."""
    return month(text)[0].date()


def _collected(row: Statement, until: float) -> bool:
    """Whether that was all."""
    found = _open(row.month, Pair.of(row)).filter(_billable())
    while batch := list(behind(found.select_related("assessment"), row.place)[:BATCH]):
        row.place = place_of(batch[-1].end_date_time, batch[-1].pk)
        row.collected += len(batch)
        with transaction.atomic():
            StatementRow.objects.bulk_create(_line(row, cdr) for cdr in batch)
            Statement.objects.filter(pk=row.pk).update(
                place=row.place, collected=row.collected, moved_at=timezone.now()
            )
        if time.monotonic() >= until:
            return False
    row.sums, row.unbilled, row.state = summed(lines(row)), _unbilled(row), Statement.State.DRAFT
    row.save(update_fields=["sums", "unbilled", "state"])
    return True


def lines(row: Statement) -> Iterator[StatementRow]:
    """Its CDRs, so many at a time."""
    last = 0
    while batch := list(row.rows.filter(pk__gt=last).order_by("pk")[:2000]):
        yield from batch
        last = batch[-1].pk


def _line(row: Statement, cdr: Cdr) -> StatementRow:
    return StatementRow(
        statement=row, cdr=cdr, currency=cdr.currency, credit=cdr.credit, excl_vat=cdr.total_cost_excl_vat,
        incl_vat=cdr.total_cost_incl_vat, imported=cdr.total_energy_import, exported=cdr.total_energy_export,
        shares=[billing_bills.told(share) for share in billing_bills.by_rate(cdr)],
    )  # fmt: skip


def _open(first: date, pair: Pair | None = None) -> QuerySet[Cdr]:
    """CDRs that ended before the end of the month and stand on no statement."""
    found = Cdr.objects.filter(end_date_time__lt=_end(first), statement_row=None)
    return found if pair is None else found.filter(**pair.columns)


def _billable() -> Q:
    """Accepted; of credits those that count, and those of what was billed and is disputed only since (CDR-09)."""
    original = Cdr.objects.filter(
        country_code=OuterRef("country_code"), party_id=OuterRef("party_id"),
        object_key=Upper(OuterRef("credit_reference_id")), statement_row__statement__state=Statement.State.ISSUED,
    )  # fmt: skip
    owed = Q(credit=False) | Q(assessment__stands=True) | Q(Exists(original))
    return Q(assessment__verdict=Assessment.Verdict.ACCEPTED) & owed


def _unbilled(row: Statement) -> dict[str, Any]:
    """By verdict; those of earlier months that still wait are among them."""
    found = _open(row.month, Pair.of(row)).exclude(assessment__verdict=Assessment.Verdict.ACCEPTED)
    counts = dict(found.values_list("assessment__verdict").annotate(Count("pk")))
    counts[PENDING] = counts.pop(None, 0)
    return {verdict: counts.get(verdict, 0) for verdict in VERDICTS if verdict != Assessment.Verdict.ACCEPTED}


def _draft(row: Statement) -> Statement:
    found = Statement.objects.select_for_update().get(pk=row.pk)
    if found.state == Statement.State.ISSUED:
        raise NotPossible("it was issued and does not change any more")
    return found


def _end(first: date) -> datetime:
    return month(f"{first:%Y-%m}")[1].astimezone(UTC)


def _name(pair: Pair, *, seller: bool) -> str:
    country, party = (pair.country_code, pair.party_id) if seller else (pair.token_country_code, pair.token_party_id)
    roles = CHARGING_SIDE if seller else DRIVING_SIDE
    found = Party.objects.filter(country_code=country, party_id=party, role__in=roles).first()
    return "" if found is None else (found.business_details.get("name") or found.name)[:100]
