"""Absurd figures (S42): what no car and no charging station can do holds a CDR back, however well it adds up.

The limits are the hub's own (decisions CDR-LIMIT-…), and a partner may have others: a depot of lorries is no car park.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from roaming.pricing.amounts import HOUR, plain
from roaming.pricing.claims import Claims
from roaming.pricing.clock import seconds
from roaming.pricing.credit import is_credit
from roaming.pricing.findings import Finding, error
from roaming.pricing.timeline import Slice, Timeline

TIMES = ("TIME", "PARKING_TIME", "RESERVATION_TIME")
SLACK = Decimal(1)  # kWh that a period of no length may tell: clocks are read in whole seconds
MOST_VAT = 2  # times the amount without: no VAT is more than 100 %
CENT = Decimal("0.01")


class Limits(msgspec.Struct, frozen=True):
    """The most that one CDR may tell before a person looks."""

    energy_kwh: Decimal = Decimal(1000)
    power_kw: Decimal = Decimal(4000)
    cost: Decimal = Decimal(1000)
    hours: Decimal = Decimal(336)
    ahead_minutes: int = 15


def sanity(
    cdr: Mapping[str, Any], timeline: Timeline, claims: Claims, limits: Limits, now: datetime | None
) -> Iterator[Finding]:
    yield from _energy(timeline, claims, limits)
    yield from _money(cdr, timeline, claims, limits)
    yield from _times(timeline, claims, limits, now)


def _energy(timeline: Timeline, claims: Claims, limits: Limits) -> Iterator[Finding]:
    total = claims.total_energy
    if total is not None and abs(total) > limits.energy_kwh:
        amounts = {"kwh": total, "limit": limits.energy_kwh}
        yield error("absurd_energy", "/total_energy", f"{total:f} kWh in one CDR", amounts=amounts)
    for piece in timeline.slices:
        power = _power(piece)
        if power is not None and power > limits.power_kw:
            pointer = f"/charging_periods/{piece.index}"
            amounts = {"kw": plain(power), "limit": limits.power_kw}
            yield error("absurd_power", pointer, f"needs a power of {plain(power):f} kW", amounts=amounts)
            return  # one is enough to look


def _power(piece: Slice) -> Decimal | None:
    """Average, in kW; None where there is nothing to tell."""
    if piece.energy is None or piece.clock is None:
        return None
    energy = max(Decimal(0), abs(piece.energy) - SLACK)
    if not energy:
        return None
    return round(energy * HOUR / max(Decimal(1), Decimal(piece.clock)), 1)


def _money(cdr: Mapping[str, Any], timeline: Timeline, claims: Claims, limits: Limits) -> Iterator[Finding]:
    for field, claimed in claims.prices():
        if abs(claimed.excl_vat) > limits.cost:
            amounts = {"claimed": claimed.excl_vat, "limit": limits.cost}
            yield error("absurd_cost", f"/{field}/excl_vat", f"claims {claimed.excl_vat:f}", amounts=amounts)
            break
    if not is_credit(cdr):  # which is held against its original
        yield from _total(timeline, claims)


def _total(timeline: Timeline, claims: Claims) -> Iterator[Finding]:
    exports = any(piece.energy is not None and piece.energy < 0 for piece in timeline.slices)
    if claims.total_cost is None or exports:  # charge and credit may stand under different rates
        return
    excl, incl = claims.total_cost.excl_vat, claims.total_cost.incl_vat
    if incl is not None and not min(excl, excl * MOST_VAT) - CENT <= incl <= max(excl, excl * MOST_VAT) + CENT:
        amounts = {"excl_vat": excl, "incl_vat": incl}
        yield error("absurd_vat", "/total_cost/incl_vat", f"is {incl:f} where {excl:f} is without VAT", amounts=amounts)
    if excl < 0:
        message = "is negative, but the CDR is no credit and tells of no energy that went back"
        yield error("negative_cost", "/total_cost/excl_vat", message, amounts={"claimed": excl})


def _times(timeline: Timeline, claims: Claims, limits: Limits, now: datetime | None) -> Iterator[Finding]:
    if timeline.end < timeline.start:
        yield error("ends_before_start", "/end_date_time", "lies before start_date_time")
    length = Decimal(seconds(timeline.end - timeline.start)) / HOUR
    if length > limits.hours and timeline.start.year != 1970:  # CDR-29 has its own finding
        amounts = {"hours": round(length, 1), "limit": limits.hours}
        yield error("absurd_duration", "/end_date_time", f"lasted {round(length, 1):f} h", amounts=amounts)
    if now is not None and timeline.end > now + timedelta(minutes=limits.ahead_minutes):
        yield error("ends_in_the_future", "/end_date_time", f"{timeline.end:%FT%TZ} has yet to come")
    for piece in timeline.slices:
        for kind in TIMES:
            if piece.volumes.get(kind, Decimal(0)) < 0:
                pointer = f"/charging_periods/{piece.index}/dimensions"
                yield error("negative_time", pointer, f"{kind} of {piece.volumes[kind]:f} h")
    if claims.total_time is not None and claims.total_time < 0:
        yield error("negative_time", "/total_time", f"{claims.total_time:f} h")
