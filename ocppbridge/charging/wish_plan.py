"""What a driver's wishes come to in power: what he needs until he leaves, for cheap and green no more (SES-03)."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Final

from ocppbridge.charging.composite import Supply
from ocppbridge.charging.composite.units import TENTH

LEAST: Final = Decimal(6)
"""Below 6 A a car does not charge (IEC 61851)."""
MARGIN: Final = Decimal("1.1")
PLANNED: Final = frozenset({"CHEAP", "GREEN"})


def amperes(
    kind: str, now: datetime, departure: datetime | None, energy_wh: Decimal | None, supply: Supply
) -> Decimal | None:
    """Per phase; None: nothing limits him. With a tenth to spare, and never below what a car charges with."""
    if kind not in PLANNED or departure is None or energy_wh is None or departure <= now:
        return None
    hours = Decimal((departure - now).total_seconds()) / 3600
    needed = supply.amperes(energy_wh / hours * MARGIN).quantize(TENTH, ROUND_CEILING)
    limit = max(needed, LEAST)
    return None if supply.most is not None and limit >= supply.most else limit
