"""Transactions that end without their station's word: by staff, or because the station has lost the end (E14).

A closed one is told and billed like any other, as of its last news; a late end of the station's own corrects it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from ocppbridge.bridge import places, telling
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.models import Call, Station, Transaction
from ocppbridge.services import alerts, shards, silence, transactions
from roaming.models import Assessment
from roaming.services import cdrs, desk
from roaming.services.decisions import choices

HUB = "the hub: the station has lost the end"


class HasEnded(ValueError):
    """There is nothing to close."""


@transaction.atomic
def close(row: Transaction, by: str, now: datetime) -> Transaction:
    """Staff's wish. Raises HasEnded."""
    locked = locked_row(row.pk)
    if locked.state != Transaction.State.RUNNING:
        raise HasEnded(f"{locked} has ended")
    transactions.close(locked, by)
    telling.tell_transaction(locked, now)
    return locked


@transaction.atomic
def release(row: Transaction, now: datetime, by: str = "staff") -> Transaction:
    """Staff have looked at the findings: the CDR that waits for them at the desk goes out (S42)."""
    locked = locked_row(row.pk)
    if locked.state == Transaction.State.RUNNING:
        raise HasEnded(f"{locked} still runs")
    locked.released_at = now
    locked.save(update_fields=["released_at"])
    waiting = waits(locked)
    if waiting is None:
        telling.tell_transaction(locked, now)
    else:
        desk.release(waiting, by, "Released on the page of its transaction", now)
    return locked


def waits(row: Transaction) -> Assessment | None:
    """What the desk says of its CDR, if that is withheld."""
    if not row.cdr_id:
        return None
    out = cdrs.find(places.owner(row.station), row.cdr_id)
    return Assessment.objects.filter(cdr=out).first() if out is not None and out.withheld else None


def told(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The station's answer to GetTransactionStatus; what is queued there will tell by itself."""
    row = silence.asked_about(call) if isinstance(outcome, Accepted) else None
    if row is None or outcome is None or row.state != Transaction.State.RUNNING or outcome.data.get("queued"):
        return
    if outcome.data.get("ongoing"):
        row.last_news_at, row.silent_since = now, None
        row.save(update_fields=["last_news_at", "silent_since"])
        return
    untold = choices().value("TRANSACTION-END-UNTOLD", station=row.station.identity)  # decision: TRANSACTION-END-UNTOLD
    if untold == "close":
        transactions.close(row, HUB)
        telling.tell_transaction(row, now)
    else:
        row.silent_since = row.silent_since or row.last_news_at
        row.save(update_fields=["silent_since"])
    text = f"{row} is over by the word of its station, which has nothing more to tell of it"
    alerts.raise_alert(row.station_id, "TRANSACTION-END-LOST", text, now)


def locked_row(pk: int) -> Transaction:
    """For a verb of staff: between two batches of the drain, which else would write what it has read before."""
    shards.wait_for(Station.objects.values_list("shard", flat=True).get(transactions=pk))
    rows = Transaction.objects.select_for_update(of=("self",)).select_related("station")
    return rows.get(pk=pk)
