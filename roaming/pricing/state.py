"""What a period looks like at its start: all that a restriction may ask (tariff semantics: priced at the start state)."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal

from roaming.pricing.amounts import HOUR
from roaming.pricing.clock import Seconds

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
Reading = tuple[Decimal | int, Decimal | int]


class State:
    """`since` counts from the start of the phase, `kwh` is the import so far; power and current are those of this period."""

    __slots__ = ("_day", "_minute", "at", "current", "kwh", "missing", "power", "since", "straddled", "zone")

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
        self.zone = zone
        self.since = since
        self.kwh = kwh
        self.power = power
        self.current = current
        self._minute = -1
        self._day: date | None = None
        self.missing: list[str] = []  # what a restriction asked for in vain
        self.straddled: list[str] = []  # bounds that lie between MIN_x and MAX_x of the period

    def _look(self) -> None:
        local = self.at.astimezone(self.zone)
        self._minute = local.hour * 60 + local.minute
        self._day = local.date()

    @property
    def minute(self) -> int:
        if self._minute < 0:
            self._look()
        return self._minute

    @property
    def day(self) -> date:
        if self._day is None:
            self._look()
        assert self._day is not None
        return self._day

    @property
    def weekday(self) -> str:
        return DAYS[self.day.weekday()]


def reading(
    lowest: Decimal | None, highest: Decimal | None, energy: Decimal | int | None, clock: Seconds | None, parked: bool
) -> Reading | None:
    """MIN_x and MAX_x, each standing in for the other; else nothing flows while parked; else energy over time (power only)."""
    if lowest is not None or highest is not None:
        low = highest if lowest is None else lowest
        high = lowest if highest is None else highest
        assert low is not None and high is not None
        return low, high
    if parked:
        return 0, 0
    if energy is None or not clock:
        return None
    return average(energy, clock)


def average(energy: Decimal | int, clock: Seconds) -> Reading:
    """kWh over seconds in kW, down to 12 decimals below and above: a bound is compared on the right side of the true value."""
    whole, rest = divmod((Decimal(energy) * HOUR).scaleb(12), clock)
    if rest < 0:
        whole -= 1
    low = whole.scaleb(-12)
    return low, (low if not rest else low + Decimal(1).scaleb(-12))
