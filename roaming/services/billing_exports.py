"""Exports in the background: asked for, written in slices, kept for a while (models.billing_export).

A slice ends well within the broker's visibility time-out. What it wrote and how far it is commit together, so another
worker goes on behind the last part, whoever is killed when. A file ends at BILLING_EXPORT_MEGABYTES and is deleted
after BILLING_EXPORT_DAYS.
"""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from roaming import nudges
from roaming.models import BillingExport, BillingExportPart, BillingToken, Cdr
from roaming.services import billing_tokens, cdr_exports
from roaming.services.billing_cdrs import Selection, rows
from roaming.services.locks import Lock, held

TASK = "roaming.billing_export"
BUDGET = 15.0  # seconds of a slice
PART = 2 * 1024 * 1024  # bytes of text, more or less
AT_ONCE = 2
"""Running exports of one token."""
STALLED = timedelta(seconds=60)


class Overtaken(Exception):
    """It was stopped, or begun anew, while a slice was being written: what that has read is thrown away."""


class TooMany(Exception):
    """The token has enough of them running."""


def ask(selection: Selection, form: str, *, by: str, token: BillingToken | None, now: datetime) -> BillingExport:
    """Begun as soon as the transaction commits. Raises TooMany."""
    with transaction.atomic():
        if token is not None:
            BillingToken.objects.select_for_update().get(pk=token.pk)
            if token.exports.filter(state=BillingExport.State.RUNNING).count() >= AT_ONCE:
                raise TooMany(f"{AT_ONCE} exports of this token are being written; wait for one of them")
        row = BillingExport.objects.create(
            token=token, asked_by=by, format=form, selection=selection.said(), created_at=now, moved_at=now
        )
        nudges.nudge(TASK, row.pk)
    return row


def run(export_id: int, budget: float = BUDGET) -> None:
    """One slice; the next is nudged."""
    nudges.begun(TASK, export_id)
    with held(Lock.EXPORT, export_id) as free:
        row = BillingExport.objects.filter(pk=export_id, state=BillingExport.State.RUNNING).first()
        if not free or row is None:
            return
        with suppress(Overtaken):
            if _slice(row, time.monotonic() + budget):
                return
    nudges.nudge(TASK, export_id)


def text(row: BillingExport) -> Iterator[bytes]:
    """The file, part by part."""
    for packed in packed_parts(row):
        yield gzip.decompress(packed)


def packed_parts(row: BillingExport) -> Iterator[bytes]:
    """The same as gzip."""
    number = -1
    while True:
        part = row.parts.filter(number__gt=number).order_by("number").first()
        if part is None:
            return
        number = part.number
        yield bytes(part.data)


def unfinished(now: datetime) -> QuerySet[BillingExport]:
    """Those that nobody writes any more: what the sweep nudges."""
    return BillingExport.objects.filter(state=BillingExport.State.RUNNING, moved_at__lte=now - STALLED)


def forget(now: datetime) -> int:
    """Files older than BILLING_EXPORT_DAYS."""
    old = BillingExport.objects.filter(
        state__in=[BillingExport.State.READY, BillingExport.State.FAILED],
        created_at__lt=now - timedelta(days=settings.BILLING_EXPORT_DAYS),
    )
    for row in old:
        with transaction.atomic():
            row.parts.all().delete()
            BillingExport.objects.filter(pk=row.pk).update(state=BillingExport.State.FORGOTTEN, stored=0)
    return len(old)


def stop(row: BillingExport, reason: str) -> None:
    """Its parts go."""
    with transaction.atomic():
        row.parts.all().delete()
        changed = BillingExport.objects.filter(pk=row.pk)
        changed.update(state=BillingExport.State.FAILED, stored=0, error=reason, finished_at=timezone.now())


def erase(holds: Callable[[str], bool], reason: str) -> int:
    """Files whose text holds it are deleted: an export is soon made again (S49). One that is being written begins anew,
    whatever it holds so far, for its worker may have read more. Call it in the transaction that changed the CDRs."""
    gone = 0
    for row in BillingExport.objects.filter(stored__gt=0).select_for_update().order_by("pk"):
        running = row.state == BillingExport.State.RUNNING
        if not running and not any(holds(_unquoted(piece.decode())) for piece in text(row)):
            continue
        gone += 1
        row.parts.all().delete()
        row.stored = 0
        if running:
            row.written, row.size, row.place = 0, 0, ""
            nudges.nudge(TASK, row.pk)
        else:
            row.state, row.error = BillingExport.State.FORGOTTEN, reason
        row.save(update_fields=["written", "size", "stored", "place", "state", "error"])
    return gone


def _unquoted(piece: str) -> str:
    """Quotes as they were before CSV or JSON wrote them."""
    return piece.replace('""', '"').replace('\\"', '"')


def _slice(row: BillingExport, until: float) -> bool:
    """Whether that was all."""
    found = _rows(row)
    if not row.parts.exists():
        row.total = found.count()
        BillingExport.objects.filter(pk=row.pk).update(total=row.total)
        _keep(row, cdr_exports.head(row.format), 0)
    done, gathered, count = True, [], 0
    for lines, many, place in cdr_exports.pieces(found, row.format, row.place):
        gathered.append(lines)
        count, row.place, done = count + many, place, time.monotonic() < until
        if not done or sum(map(len, gathered)) >= PART:
            _keep(row, b"".join(gathered), count)
            gathered, count = [], 0
        if not done or _too_large(row):
            break
    if gathered:
        _keep(row, b"".join(gathered), count)
    if _too_large(row):
        stop(row, f"larger than {settings.BILLING_EXPORT_MEGABYTES} MB; ask for a shorter time")
    elif done:
        _move(row, row.stored, state=BillingExport.State.READY, finished_at=timezone.now())
    return done or _too_large(row)


def _too_large(row: BillingExport) -> bool:
    return row.stored > settings.BILLING_EXPORT_MEGABYTES * 1_000_000


def _rows(row: BillingExport) -> QuerySet[Cdr]:
    """What its token sees now; a token that was revoked meanwhile sees nothing."""
    if row.token is not None and row.token.revoked_at is not None:
        return Cdr.objects.none()
    return rows(Selection(**row.selection), None if row.token is None else billing_tokens.sees(row.token))


def _keep(row: BillingExport, lines: bytes, count: int) -> None:
    """A part and the place behind it, together. Raises Overtaken."""
    before = row.stored
    packed = gzip.compress(lines, compresslevel=zlib.Z_BEST_SPEED, mtime=0)
    row.written, row.size, row.stored = row.written + count, row.size + len(lines), row.stored + len(packed)
    said = {name: getattr(row, name) for name in ("written", "size", "stored", "place")}
    with transaction.atomic():
        _move(row, before, **said, moved_at=timezone.now())
        BillingExportPart.objects.create(export=row, number=row.parts.count(), data=packed)


def _move(row: BillingExport, was: int, **said: Any) -> None:
    """Only from where this slice believes it to be. Raises Overtaken."""
    here = BillingExport.objects.filter(pk=row.pk, state=BillingExport.State.RUNNING, stored=was)
    if not here.update(**said):
        raise Overtaken
