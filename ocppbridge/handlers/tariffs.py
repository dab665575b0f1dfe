"""Block I: what becomes of the tariffs that we send to stations, take away and ask for."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.bridge import tariff_changes
from ocppbridge.charging.intents import AskTariffs, ChangeTariff, ClearTariffs, SetTariff
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.handlers.registry import settles
from ocppbridge.models import Call
from ocppbridge.services import station_tariffs


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
    """I11."""
    tariff_changes.settled(call, outcome, now)
