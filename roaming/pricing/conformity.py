"""Quantities and times of a CDR against each other: what does not need a tariff."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from roaming.pricing.amounts import HOUR, ZERO, money, plain, tidy
from roaming.pricing.claims import Claims
from roaming.pricing.clock import Seconds, seconds
from roaming.pricing.documents import Document
from roaming.pricing.findings import Finding, error, note, warning
from roaming.pricing.rates import PARKING_TIME
from roaming.pricing.timeline import Timeline

SESSION_ONLY = frozenset({"CURRENT", "POWER", "ENERGY_EXPORT", "ENERGY_IMPORT", "STATE_OF_CHARGE"})
CDR_DIMENSIONS = frozenset(
    {
        *("ENERGY", "TIME", "PARKING_TIME", "RESERVATION_TIME"),
        *("MIN_CURRENT", "MAX_CURRENT", "MIN_POWER", "MAX_POWER"),
    }
)
NO_DATA = "#NA"  # a required text whose value cannot exist (ENV-09)
ENERGY_SLACK = Decimal("0.001")  # kWh
CLOCK_SLACK = 1  # s


def conformity(document: Document, timeline: Timeline, claims: Claims) -> Iterator[Finding]:
    yield from dimensions(document)
    yield from place(document, claims)
    if placeholder := [name for name in ("start", "end") if getattr(timeline, name).year == 1970]:
        fields = " and ".join(f"{name}_date_time" for name in placeholder)
        message = f"{fields} of 1970 stands for an unknown time: allowed only where the parties agreed on it (CDR-29)"
        yield warning("placeholder_time", f"/{placeholder[0]}_date_time", message)
        return
    yield from energy(timeline, claims)
    yield from times(timeline, claims)
    yield from clocks(timeline)


def dimensions(document: Document) -> Iterator[Finding]:
    if not document.charging_periods:
        yield error("no_charging_periods", "/charging_periods", "a CDR has at least one charging period")
    for at, period in enumerate(document.charging_periods or []):
        if not period.dimensions:
            yield error("period_without_dimensions", f"/charging_periods/{at}/dimensions", "has no dimension (CDR-15)")
        for index, dimension in enumerate(period.dimensions):
            pointer = f"/charging_periods/{at}/dimensions/{index}/type"
            if dimension.type in SESSION_ONLY:
                message = f"{dimension.type} belongs to Sessions only: ignored for the price (CDR-16)"
                yield warning("session_only_dimension", pointer, message)
            elif dimension.type not in CDR_DIMENSIONS:
                message = f"{dimension.type} is not a dimension of OCPI 2.2.1: ignored for the price"
                yield warning("unknown_dimension", pointer, message)


def place(document: Document, claims: Claims) -> Iterator[Finding]:
    """Energy comes out of a connector (ENV-09, CDR-24)."""
    where = document.cdr_location
    if where is None or not claims.total_energy or claims.total_energy < 0:
        return
    names = ("evse_uid", "evse_id", "connector_id")
    if field := next((name for name in names if getattr(where, name) == NO_DATA), ""):
        message = f"is {NO_DATA}, which is for reservations that were never charged on"
        yield error("charged_nowhere", f"/cdr_location/{field}", message)


def energy(timeline: Timeline, claims: Claims) -> Iterator[Finding]:
    told = [piece.energy for piece in timeline.slices if piece.energy is not None]
    claimed = claims.total_energy
    if claimed is None:
        yield error("missing_field", "/total_energy", "is required in a CDR")
    elif not told:
        if claimed:
            message = f"claims {claimed:f} kWh, but no period carries ENERGY"
            yield warning("total_energy_without_periods", "/total_energy", message)
    elif abs(claimed - (total := sum(told, ZERO))) > ENERGY_SLACK:
        message = f"claims {claimed:f} kWh, the periods add up to {plain(total):f}"
        amounts = {"claimed": claimed, "calculated": plain(total)}
        yield error("total_energy_mismatch", "/total_energy", message, amounts=amounts)


def times(timeline: Timeline, claims: Claims) -> Iterator[Finding]:
    """total_time with or without the reservation before it; total_parking_time as the periods have it (CDR-17)."""
    whole = seconds(timeline.end - timeline.start)
    charging = ZERO if timeline.charge_start is None else seconds(timeline.end - timeline.charge_start)
    parking = sum((piece.quantities.get(PARKING_TIME, 0) for piece in timeline.slices), ZERO)
    if claims.total_time is None:
        yield error("missing_field", "/total_time", "is required in a CDR")
    elif not any(near(claims.total_time, length) for length in (whole, charging)):
        message = f"claims {claims.total_time:f} h, start and end are {tidy(Decimal(charging or whole)):f} h apart"
        amounts = {"claimed": claims.total_time, "calculated": tidy(Decimal(charging or whole))}
        yield warning("total_time_mismatch", "/total_time", message, amounts=amounts)
    if claims.total_parking_time is not None and not near(claims.total_parking_time, parking):
        message = f"claims {claims.total_parking_time:f} h, the periods add up to {tidy(Decimal(parking)):f} h"
        amounts = {"claimed": claims.total_parking_time, "calculated": tidy(Decimal(parking))}
        yield warning("total_parking_time_mismatch", "/total_parking_time", message, amounts=amounts)


def near(hours: Decimal, length: Seconds) -> bool:
    """Within half of the last digit that the hours have, and a second."""
    exponent = hours.as_tuple().exponent
    digit = Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent > -4 else Decimal("0.0001")
    return abs(hours * HOUR - length) <= digit * HOUR / 2 + CLOCK_SLACK


def clocks(timeline: Timeline) -> Iterator[Finding]:
    if timeline.slices and timeline.slices[0].at > timeline.start:
        pointer = f"/charging_periods/{timeline.slices[0].index}/start_date_time"
        yield note("gap_before_first_period", pointer, "the first period starts after start_date_time (CDR-15)")
    for piece in timeline.slices:
        told = [length for kind, length in piece.quantities.items() if kind != "ENERGY"]
        if piece.reserved is not None:
            told.append(piece.reserved)
        if not told or piece.clock is None:
            continue
        total = sum(map(Decimal, told), ZERO)
        if abs(total - piece.clock) > CLOCK_SLACK:
            message = f"tells {plain(total):f} s of time in {plain(Decimal(piece.clock)):f} s on the clock"
            amounts = {"told": money(total), "clock": money(Decimal(piece.clock))}
            yield warning(
                "period_time_differs_from_clock", f"/charging_periods/{piece.index}", message, amounts=amounts
            )


def currencies(cdr: dict[str, Any], tariffs: list[tuple[str, str]]) -> Iterator[Finding]:
    """The CDR and every tariff in it share one currency; a CDR has one."""
    currency = cdr.get("currency")
    if not currency:
        yield error("missing_field", "/currency", "is required in a CDR")
        return
    for pointer, other in tariffs:
        if other != currency:
            yield error("currency_mismatch", pointer, f"the CDR is in {currency}, this tariff in {other}")
