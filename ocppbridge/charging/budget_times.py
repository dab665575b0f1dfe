"""A budget's limits at an instant: its own, or those of the first period of the day that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from ocppbridge.charging.charging_profiles import Unit


def limits_at(
    limit: Decimal,
    others: tuple[Decimal | None, Decimal | None],
    periods: Sequence[Mapping[str, Any]],
    local: datetime,
    unit: Unit,
) -> dict[int, Decimal]:
    """By phase; phase 0 for a total. `local` is by the clock of the place. A period's limit is that of every phase."""
    said = next((period for period in periods if _fits(period, local)), None)
    if said is not None:
        limit = Decimal(str(said["limit"]))
        others = (None, None)
    if unit is Unit.W:
        return {0: limit}
    second, third = (limit if other is None else other for other in others)
    return {1: limit, 2: second, 3: third}


def _fits(period: Mapping[str, Any], local: datetime) -> bool:
    """One that ends before it begins goes on past midnight, into the next day."""
    begin, end = time.fromisoformat(period.get("from", "00:00")), time.fromisoformat(period.get("to", "00:00"))
    days, today, now = period.get("days") or range(1, 8), local.isoweekday(), local.time()
    if begin < end:
        return today in days and begin <= now < end
    yesterday = (today - 2) % 7 + 1
    return (today in days and now >= begin) or (yesterday in days and now < end)


def faults(periods: Any) -> str:
    """What is wrong with periods that somebody has written; empty if nothing is."""
    if not isinstance(periods, list):
        return "a list of periods is needed"
    for period in periods:
        try:
            begin, end = time.fromisoformat(period.get("from", "00:00")), time.fromisoformat(period.get("to", "00:00"))
            right = Decimal(str(period["limit"])) >= 0 and set(period.get("days") or [1]) <= set(range(1, 8))
        except (AttributeError, ArithmeticError, KeyError, TypeError, ValueError):
            return f"{period}: needs a limit, and times as HH:MM"
        if not right or begin.tzinfo or end.tzinfo:
            return f"{period}: limits are not negative, days are 1 (Monday) to 7, times without a zone"
    return ""
