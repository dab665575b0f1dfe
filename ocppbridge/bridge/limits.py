"""Limits of a transaction (E16): told with the answer that can carry them; reached, they are told to staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ocppbridge.bridge.decisions import choices
from ocppbridge.charging.intents import NotOffered, StopCharging
from ocppbridge.charging.messages import Started, TransactionFacts
from ocppbridge.models import Alert, Transaction
from ocppbridge.services import alerts, calls, transaction_limits, transactions

ASKED: Final = "Trigger"  # the triggerReason of an event that we have asked for


def of(row: Transaction, message: TransactionFacts, now: datetime) -> Mapping[str, Any] | None:
    """With the answer to a start: what its token is held to; with any other: what waits to be told."""
    if row.limits_due or message.token is None or not isinstance(message, Started):
        return transaction_limits.due(row)
    limits = transaction_limits.of_token(message.token.value, now)
    if limits and limits != row.limits:
        Transaction.objects.filter(pk=row.pk).update(limits=limits)
    return limits or None


def due(station_id: int, message: TransactionFacts) -> Mapping[str, Any] | None:
    """With the answer to an event that we have asked for."""
    row = transactions.find(station_id, message.transaction)
    return transaction_limits.due(row) if row is not None else None


def reached(row: Transaction, now: datetime) -> None:
    """Once for each transaction."""
    limits = ", ".join(f"{name} {value}" for name, value in row.limits.items())
    text = f"{row}: {row.limit_reached} ({limits or 'its own'})"
    alerts.raise_alert(row.station_id, "LIMIT-REACHED", text, now, Alert.Severity.INFO)
    which = choices().value("LIMIT-REACHED", station=row.station.identity)  # decision: LIMIT-REACHED
    if which == "stop" and row.state == Transaction.State.RUNNING and row.transaction_id:
        try:
            calls.queue(row.station, StopCharging(row.transaction_id), purpose="limit", reference=str(row.session_id))
        except (NotOffered, calls.InvalidPayload) as problem:
            alerts.raise_alert(row.station_id, "LIMIT-NOT-STOPPED", str(problem), now)
