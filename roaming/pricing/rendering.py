"""A bill as text: who, when, rows that say why, totals, what is free, findings."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from roaming.pricing.amounts import exact, money
from roaming.pricing.clock import Seconds
from roaming.pricing.lines import CHARGING, Line, part_of
from roaming.pricing.rates import ENERGY, FLAT, PER
from roaming.pricing.restrictions import shown

if TYPE_CHECKING:
    from roaming.pricing.bill import Bill


def render(bill: Bill, *, detail: bool) -> str:
    with exact():
        parts = groups(bill.lines, detail)
        rows = [head(bill), *[row(group) for group in parts], *foot(bill, parts)]
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


class Told(NamedTuple):
    """What one row of a bill says; amounts are exact (see amounts.py)."""

    where: str
    what: str
    quantity: str
    price: str
    excl: Decimal
    incl: Decimal
    because: str


def told(group: list[Line]) -> Told:
    """A group of lines as one row."""
    first = last = group[0]
    rate = first.rate
    measured, billed, excl, incl = first.measured, first.billed, first.excl, first.incl
    where = f"period {first.period + 1}"
    because = first.because
    if len(group) > 1:
        last = group[-1]
        for line in group[1:]:
            measured += line.measured
            billed += line.billed
            excl += line.excl
            incl += line.incl
        where = f"periods {first.period + 1}-{last.period + 1}"
        because = "; ".join((because, *last.remarks))
    what = rate.dimension if first.phase == CHARGING else f"{first.phase} {rate.dimension}"
    quantity = amount(measured, rate.dimension)
    if billed != measured:
        quantity += f", billed {amount(billed, rate.dimension)}"
    price = f"{shown(rate.price)}/{PER[rate.dimension]} " + (
        "no VAT" if rate.vat is None else f"VAT {shown(rate.vat)} %"
    )
    return Told(where, what, quantity, price, excl, incl, because)


def row(group: list[Line]) -> str:
    one = told(group)
    amounts = f"{money(one.excl)!s:>10} {money(one.incl)!s:>10}"
    return f"{one.where:>14}  {one.what:<13} {one.quantity:<22} {one.price:<20} {amounts}  {one.because}"


def amount(value: Seconds, dimension: str) -> str:
    if dimension == ENERGY:
        return f"{shown(value)} kWh"
    if dimension == FLAT:
        return "once"
    whole = int(value)
    if whole != value:
        return f"{shown(value)} s"
    minutes, seconds = divmod(whole, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02} h"


def foot(bill: Bill, parts: list[list[Line]]) -> list[str]:
    rows = []
    named = [part_of(group[0]) for group in parts]
    if len(set(named)) < len(named):  # a part with one row needs no sum
        for part, cost in bill.costs.items():
            if named.count(part) > 1:
                rows.append(total(f"total_{part}_cost", money(cost.excl), money(cost.incl)))
    if bill.limited:
        rows.append(total(f"before {bill.limited[2]}", money(bill.raw.excl), money(bill.raw.incl)))
    excl, incl = bill.due
    rows.append(f"{total('total_cost excl. and incl. VAT', excl, incl)} {bill.currency}")
    if bill.export_kwh:
        earned = f"{-bill.export_credit.excl_vat:f} {bill.currency} excl. VAT"
        rows.append(f"imported {shown(bill.import_kwh)} kWh, fed back {shown(bill.export_kwh)} kWh for {earned}")
    return rows


def total(name: str, excl: Decimal, incl: Decimal | None) -> str:
    return f"{name:<74} {excl!s:>10} {incl!s:>10}"
