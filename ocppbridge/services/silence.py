"""Transactions of which nothing is heard: flagged for staff, and asked about where the station can tell (E14).

A 2.x station that was away is asked about each transaction that it had, once for each connection and not before what it
had queued could come in; so is one whose transaction has been flagged.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from ocppbridge.charging.intents import AskTransaction
from ocppbridge.models import Call, Transaction
from ocppbridge.services import alerts, calls
from roaming.decisions import Choices

# What a station has queued while it was away comes first.
SETTLED: Final = timedelta(seconds=60)
AT_ONCE: Final = 50
REFERENCE: Final = "transaction:"


def flag(now: datetime, choices: Choices) -> int:
    """Mark what has been silent for too long, and tell staff."""
    hours = float(choices.number("TRANSACTION-SILENCE"))  # decision: TRANSACTION-SILENCE
    rows = Transaction.objects.filter(
        state=Transaction.State.RUNNING, silent_since=None, last_news_at__lte=now - timedelta(hours=hours)
    )
    silent = list(rows.select_related("station")[:AT_ONCE])
    for row in silent:
        marked = Transaction.objects.filter(pk=row.pk, silent_since=None, last_news_at=row.last_news_at)
        if marked.update(silent_since=row.last_news_at):
            text = f"nothing was heard of {row} for {hours:g} h"
            alerts.raise_alert(row.station_id, "TRANSACTION-SILENT", text, now)
    return len(silent)


def ask(now: datetime) -> int:
    """Ask 2.x stations that have come back, or whose transaction is flagged, whether it still runs."""
    asked = Call.objects.filter(
        station_id=OuterRef("station_id"),
        intent=AskTransaction.__name__,
        reference=Concat(Value(REFERENCE), Cast(OuterRef("pk"), CharField())),
        created_at__gte=OuterRef("station__connection__opened_at"),
    )
    rows = Transaction.objects.filter(
        ~Exists(asked),
        Q(last_news_at__lt=F("station__connection__opened_at")) | Q(silent_since__isnull=False),
        state=Transaction.State.RUNNING,
        station__connection__opened_at__lte=now - SETTLED,
        station__subprotocol__in=("ocpp2.0.1", "ocpp2.1"),
    ).exclude(transaction_id="")
    waiting = list(rows.select_related("station__connection")[:AT_ONCE])
    for row in waiting:
        intent = AskTransaction(row.transaction_id)
        calls.queue(row.station, intent, purpose="outage", reference=f"{REFERENCE}{row.pk}")
    return len(waiting)


def asked_about(call: Call) -> Transaction | None:
    """The transaction that a question was about, locked."""
    key = call.reference.removeprefix(REFERENCE)
    if not call.reference.startswith(REFERENCE) or not key.isdecimal():
        return None
    rows = Transaction.objects.select_for_update(of=("self",)).select_related("station")
    return rows.filter(pk=int(key), station=call.station).first()
