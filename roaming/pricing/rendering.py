"""A bill as text: who, when, rows that say why, totals, what is free, findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.pricing.amounts import exact, money
from roaming.pricing.clock import Seconds
from roaming.pricing.lines import Line
from roaming.pricing.rates import FLAT, per
from roaming.pricing.restrictions import shown

if TYPE_CHECKING:
    from roaming.pricing.bill import Bill

NAMES = (
    ("total_fixed_cost", "fixed"),
    ("total_energy_cost", "energy"),
    ("total_time_cost", "time"),
    ("total_parking_cost", "parking"),
    ("total_reservation_cost", "reservation"),
)


def render(bill: Bill, *, detail: bool) -> str:
    with exact():
        rows = [head(bill)]
        for group in groups(bill.lines, detail):
            rows.append(row(group))
        rows += foot(bill)
    rows += [free.render() for free in bill.unpriced]
    rows += [finding.render() for finding in bill.findings]
    return "\n".join(rows)


def head(bill: Bill) -> str:
    zone = f", local times of {bill.time_zone}" if bill.time_zone else ""
    return f"Bill in {bill.currency}, tariff {', '.join(bill.tariff_ids) or 'none'}{zone}"


def groups(lines: list[Line], detail: bool) -> list[list[Line]]:
    """Neighbouring lines of a dimension at one rate; a line with a remark of its own ends its group."""
    if detail:
        return [[line] for line in lines]
    found: list[list[Line]] = []
    open_groups: dict[str, list[Line]] = {}
    for line in lines:
        dimension = line.rate.dimension
        group = open_groups.get(dimension)
        if group is not None and group[0].rate is line.rate and not group[-1].remarks and group[0].phase == line.phase:
            group.append(line)
        else:
            open_groups[dimension] = group = [line]
            found.append(group)
    return found


def row(group: list[Line]) -> str:
    first, last = group[0], group[-1]
    rate = first.rate
    measured, billed, excl, incl = first.measured, first.billed, first.excl, first.incl
    for line in group[1:]:
        measured += line.measured
        billed += line.billed
        excl += line.excl
        incl += line.incl
    where = f"period {first.period}" if first is last else f"periods {first.period}-{last.period}"
    what = rate.dimension if first.phase == "charging" else f"{first.phase} {rate.dimension}"
    quantity = "" if rate.dimension == FLAT else f"{amount(measured, first.unit)}"
    if billed != measured:
        quantity += f", billed {amount(billed, first.unit)}"
    vat = "no VAT" if rate.vat is None else f"VAT {shown(rate.vat)} %"
    price = f"{shown(rate.price)}/{per(rate.dimension)} {vat}"
    because = first.because if first is last or not last.remarks else "; ".join((first.because, *last.remarks))
    return f"{where:>14}  {what:<13} {quantity:<22} {price:<20} {money(excl):>10} {money(incl):>10}  {because}"


def amount(value: Seconds, unit: str) -> str:
    if unit != "s":
        return f"{shown(value)} {unit}"
    whole = int(value)
    if whole != value:
        return f"{shown(value)} s"
    hours, rest = divmod(whole, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02} h"


def foot(bill: Bill) -> list[str]:
    rows = [f"{name:<74} {money(bill.costs[part].excl):>10} {money(bill.costs[part].incl):>10}" for name, part in NAMES if bill.costs[part].incl]
    if bill.limited:
        rows.append(f"{'before ' + bill.limited[2]:<74} {money(bill.raw.excl):>10} {money(bill.raw.incl):>10}")
    total = bill.total_cost
    assert total.incl_vat is not None
    rows.append(f"{'total_cost excl. and incl. VAT':<74} {total.excl_vat:>10f} {total.incl_vat:>10f} {bill.currency}")
    if bill.export_kwh:
        export = bill.export_credit
        rows.append(f"imported {shown(bill.import_kwh)} kWh, fed back {shown(bill.export_kwh)} kWh for {-export.excl_vat:f} excl. VAT")
    return rows


