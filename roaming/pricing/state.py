"""A period at its start: all that a restriction may ask."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal

from roaming.pricing.amounts import HOUR
from roaming.pricing.clock import Seconds

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
Reading = tuple[Decimal | int, Decimal | int]


class State:
    """`since` counts from the start of the phase, `kwh` is the import so far; power and current are those of this
    period.
    """

    __slots__ = (
        "at",
        "current",
        "kwh",
        "local",
        "minute",
        "missing",
        "power",
        "refusals",
        "since",
        "straddled",
        "weekday",
    )

    def __init__(
        self,
        at: datetime,
        zone: tzinfo | None,
        since: Seconds,
        kwh: Decimal | int,
        power: Reading | None = None,
        current: Reading | None = None,
    ) -> None:
        self.at = at
        self.since = since
        self.kwh = kwh
        self.power = power
        self.current = current
        self.missing: tuple[str, ...] = ()  # what a restriction asked for in vain
        self.straddled: tuple[str, ...] = ()  # what lies on both sides of a bound
        self.refusals: dict[int, str] = {}  # why an element does not match, once it has been told
        # The local wall clock; without a zone no tariff at hand looks at it.
        local = at if zone is None else at.astimezone(zone)
        self.minute = local.hour * 60 + local.minute
        self.weekday = local.weekday()
        self.local = local

    @property
    def day(self) -> date:
        return self.local.date()


def reading(
    lowest: Decimal | None, highest: Decimal | None, energy: Decimal | int | None, clock: Seconds | None, parked: bool
) -> Reading | None:
    """MIN_x and MAX_x, each standing in for the other; else nothing flows while parked; else energy over time (power
    only).
    """
    if lowest is not None:
        return lowest, lowest if highest is None else highest
    if highest is not None:
        return highest, highest
    if parked:
        return 0, 0
    if energy is None or not clock:
        return None
    return average(energy, clock)


def average(energy: Decimal | int, clock: Seconds) -> Reading:
    """kWh over seconds in kW, down to 12 decimals below and above: a bound is compared on the right side of the true
    value.
    """
    whole, rest = divmod((Decimal(energy) * HOUR).scaleb(12), clock)
    if rest < 0:
        whole -= 1
    low = whole.scaleb(-12)
    return low, (low if not rest else low + Decimal(1).scaleb(-12))
