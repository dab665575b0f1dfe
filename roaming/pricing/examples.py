"""What typical sessions cost by one tariff: a few that everybody knows, and any other that can be described so.

An example charges with constant power until its energy is in, then stays connected (parking) as long as it says. It
is cut and priced as real sessions are. The tariff's own validity is not looked at: what it costs once it holds is
the question.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import Any

import msgspec

from roaming.pricing.bill import Bill
from roaming.pricing.clock import moment, zone
from roaming.pricing.cutting import WORK, session_document
from roaming.pricing.errors import BadInput
from roaming.pricing.facts import MeterPoint, SessionFacts
from roaming.pricing.options import PricingOptions
from roaming.pricing.pricing import DEFAULTS, price

AC_VOLTS, DC_VOLTS = Decimal(230), Decimal(400)  # what turns power into current, summed over the phases
DC_FROM = Decimal(43)  # kW; above it nobody charges with AC
MOST_DAYS = 31
TUESDAY, SATURDAY = 1, 5


class Example(msgspec.Struct, frozen=True):
    """`start` is local time without a zone; `reserved` is how long the EVSE was held before (None: it was not)."""

    name: str
    start: datetime
    kwh: Decimal
    power_kw: Decimal
    connected: timedelta
    reserved: timedelta | None = None
    comes: bool = True
    """False: the reservation expires."""


def typical(at: datetime, time_zone: str) -> tuple[Example, ...]:
    """In the days after `at`, by the clock of `time_zone`."""
    local = at.astimezone(zone(time_zone)).replace(tzinfo=None)
    workday, saturday = _next(local, TUESDAY), _next(local, SATURDAY)
    ten, half = workday + timedelta(hours=10), timedelta(minutes=30)
    little, slow, four = Decimal(20), Decimal(5), timedelta(hours=4)
    return (
        Example("AC: 20 kWh in 4 h", ten, little, slow, four),
        Example("DC: 50 kWh in 40 min", ten, Decimal(50), Decimal(75), timedelta(minutes=40)),
        Example("Night: 40 kWh in 8 h", workday + timedelta(hours=23), Decimal(40), slow, timedelta(hours=8)),
        Example("Weekend: 20 kWh in 4 h", saturday + timedelta(hours=12), little, slow, four),
        Example("Overstay: 20 kWh in 4 h, leaves after 7 h", ten, little, slow, timedelta(hours=7)),
        Example("Reserved 30 min before, 20 kWh in 4 h", ten, little, slow, four, half),
        Example("Reserved for 30 min, nobody comes", ten, Decimal(0), slow, timedelta(0), half, comes=False),
    )


def around(tariff: Mapping[str, Any], now: datetime) -> datetime:
    """The time from which examples are taken: now, or a time at which the tariff holds."""
    start, end = moment(tariff.get("start_date_time")), moment(tariff.get("end_date_time"))
    if start is not None and start > now:
        return start
    return end - timedelta(days=8) if end is not None and end <= now else now


def bill(example: Example, tariff: Mapping[str, Any], time_zone: str, options: PricingOptions = DEFAULTS) -> Bill:
    """What it costs and why."""
    timeless = {name: value for name, value in tariff.items() if name not in ("start_date_time", "end_date_time")}
    return price(session_document(described(example, time_zone), timeless), timeless, options=options)


def described(example: Example, time_zone: str) -> SessionFacts:
    """The example as a station would tell it."""
    _check(example)
    begin = example.start.replace(tzinfo=zone(time_zone)).astimezone(UTC)
    held = None if example.reserved is None else begin - example.reserved
    if not example.comes and held is not None:
        return SessionFacts(None, begin, time_zone, reservation=(held, begin))
    told = facts(begin, time_zone, example.kwh, example.power_kw, example.connected)
    return told if held is None else msgspec.structs.replace(told, reservation=(held, begin))


def facts(start: datetime, time_zone: str, energy: Decimal, power: Decimal, length: timedelta) -> SessionFacts:
    """A session of constant power: it charges until the energy is in, then the vehicle asks for no more."""
    full = start + min(charging_time(energy, power), length)
    end = start + length
    with localcontext(WORK):
        watt, still = power * 1000, Decimal(0)
        ampere = watt / (DC_VOLTS if power > DC_FROM else AC_VOLTS)
        readings = [
            MeterPoint(start, still, power_w=watt, current_a=ampere),
            MeterPoint(full, energy * 1000, power_w=still, current_a=still),
        ]
    return SessionFacts(start, end, time_zone, readings, [(full, "suspended_ev")] if full < end else [])


def charging_time(energy: Decimal, power: Decimal) -> timedelta:
    """How long it takes, to the second."""
    with localcontext(WORK):
        return timedelta(seconds=int((energy * 3600 / power).to_integral_value(ROUND_CEILING)))


def _next(local: datetime, weekday: int) -> datetime:
    day = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _check(example: Example) -> None:
    """What a person may have typed."""
    for name, value in (("kwh", example.kwh), ("power_kw", example.power_kw)):
        if not value.is_finite() or value < 0 or (name == "power_kw" and not value):
            raise BadInput(f"/{name}", f"{value} is not above 0", "example")
    if not timedelta(0) <= example.connected <= timedelta(days=MOST_DAYS):
        raise BadInput("/connected", f"is not from 0 to {MOST_DAYS} days", "example")
    if example.reserved is not None and not timedelta(0) < example.reserved <= timedelta(days=MOST_DAYS):
        raise BadInput("/reserved", f"is not above 0 and at most {MOST_DAYS} days", "example")
    if example.comes and charging_time(example.kwh, example.power_kw) > example.connected:
        raise BadInput("/kwh", "does not fit into the time at this power", "example")
