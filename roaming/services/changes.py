"""The change cursor: numbers are given after commit, by one assigner at a time, so nothing is missed, nothing twice.

What changed lies unnumbered until it has committed (triggers, see `models.billing_change`). `assign` takes the lock,
then looks: it sees everything that committed before, and whoever comes next sees its numbers. So once position n can be
read, nothing will ever appear at or below n. Readers assign for themselves before they read; a sweep does it besides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from roaming.models import BillingChange, BillingCounter, Party
from roaming.services.billing_cdrs import seen_by
from roaming.services.locks import Lock

BATCH = 5000
FORGOTTEN_AT_ONCE = 20_000

_CURSOR = re.compile(r"([0-9a-f]{8})\.([0-9]{1,18})", re.ASCII)
_FIRST = """
INSERT INTO roaming_billingcounter (id, epoch, last, forgotten)
VALUES (1, substr(md5(random()::text || clock_timestamp()), 1, 8), 0, 0) ON CONFLICT DO NOTHING
"""
_MOVE = """
WITH taken AS (
    DELETE FROM roaming_unnumberedchange
    WHERE id IN (SELECT id FROM roaming_unnumberedchange ORDER BY id LIMIT %s) RETURNING *
), room AS (
    UPDATE roaming_billingcounter SET last = last + (SELECT count(*) FROM taken) WHERE id = 1
    RETURNING last - (SELECT count(*) FROM taken) AS before
)
INSERT INTO roaming_billingchange (position, numbered_at, cdr_id, kind, verdict, at, country_code, party_id,
    token_country_code, token_party_id)
SELECT room.before + row_number() OVER (ORDER BY taken.id), clock_timestamp(), cdr_id, kind, verdict, at, country_code,
    party_id, token_country_code, token_party_id
FROM taken, room
"""


class UnknownCursor(ValueError):
    """It was never given out here: mistyped, of another database, or of this one before it was set back."""


class CursorTooOld(ValueError):
    """Changes behind it have been forgotten: what was missed must be exported."""


@dataclass(frozen=True)
class Page:
    """Some changes, where the next page begins, and whether there is more already."""

    changes: list[BillingChange]
    cursor: str
    more: bool


def assign(limit: int = BATCH) -> int:
    """Number what has committed; how many. Who comes while another assigns waits for it, then sees its numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM roaming_unnumberedchange)")
        if not cursor.fetchone()[0]:
            return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [Lock.CHANGES.value])
        cursor.execute(_FIRST)
        cursor.execute(_MOVE, [limit])  # a statement of its own: its view of the tables begins under the lock
        return int(cursor.rowcount)


def page(parties: Sequence[Party] | None, after: str, limit: int) -> Page:
    """The changes behind a cursor, of some parties or (None) of all. Raises UnknownCursor, CursorTooOld."""
    assign()
    counter = _counter()
    since = counter.forgotten if after == "" else _position(after, counter)
    rows = BillingChange.objects.filter(seen_by(parties, "cdr__"), position__gt=since, position__lte=counter.last)
    found = list(rows.order_by("position")[: limit + 1])
    here = found[:limit]
    more = len(found) > limit
    return Page(here, _cursor(counter, here[-1].position if more else counter.last), more)


def newest() -> str:
    """Where a reader begins that wants only what comes from now on: everything committed by now lies before it."""
    while assign() == BATCH:
        pass
    counter = _counter()
    return _cursor(counter, counter.last)


def last_position() -> int:
    """The highest position given out."""
    assign()
    return _counter().last


def cursor_at(position: int) -> str:
    """The cursor of a reader that has taken this change."""
    return _cursor(_counter(), position)


def forgotten_before() -> int:
    """Up to which position changes are gone."""
    return _counter().forgotten


def forget(now: datetime) -> int:
    """Changes older than BILLING_CHANGES_DAYS; how many. Some at a time, the oldest first."""
    old = BillingChange.objects.filter(numbered_at__lt=now - timedelta(days=settings.BILLING_CHANGES_DAYS))
    oldest = BillingChange.objects.order_by("position").values("position")[:FORGOTTEN_AT_ONCE]
    with transaction.atomic():
        until = old.filter(position__in=oldest).aggregate(Max("position"))["position__max"]
        if until is None:
            return 0
        BillingCounter.objects.filter(pk=1).update(forgotten=until)
        return BillingChange.objects.filter(position__lte=until)._raw_delete("default")


def _counter() -> BillingCounter:
    found = BillingCounter.objects.filter(pk=1).first()
    if found is not None:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_FIRST)
    return BillingCounter.objects.get(pk=1)


def _cursor(counter: BillingCounter, position: int) -> str:
    return f"{counter.epoch}.{position}"


def _position(cursor: str, counter: BillingCounter) -> int:
    match = _CURSOR.fullmatch(cursor)
    if match is None or match[1] != counter.epoch or int(match[2]) > counter.last:
        raise UnknownCursor("this cursor was not given out by this hub")
    position = int(match[2])
    if position < counter.forgotten:
        raise CursorTooOld(f"changes behind it are kept for {settings.BILLING_CHANGES_DAYS} days and are gone")
    return position
