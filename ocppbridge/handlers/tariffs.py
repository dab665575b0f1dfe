"""Block I: what becomes of the tariffs that we send to stations, take away and ask for."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.charging.intents import AskTariffs, ChangeTariff, ClearTariffs, SetTariff
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.handlers.registry import settles
from ocppbridge.models import Call, Transaction
from ocppbridge.services import alerts, station_tariffs


@settles(SetTariff)
def taken(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """I07."""
    station_tariffs.taken(call, outcome, now)


@settles(ClearTariffs)
def cleared(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """I10."""
    station_tariffs.cleared(call, outcome, now)


@settles(AskTariffs)
def told(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """I09."""
    station_tariffs.told(call, outcome, now)


@settles(ChangeTariff)
def changed(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """I11: where the station goes on by its old tariff, its sums will differ; the bill does not follow it."""
    if isinstance(outcome, Accepted):
        return
    why = f"{outcome.status} {outcome.reason}".strip() if outcome is not None else "no answer"
    if call.reference:
        Transaction.objects.filter(station=call.station_id, session_id=call.reference).update(station_tariff="")
    alerts.raise_alert(call.station_id, "TARIFF-NOT-CHANGED", f"a transaction keeps its tariff: {why}", now)
