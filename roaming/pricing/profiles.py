"""Rounding profiles: what a partner's totals become when it rounds here or there (ocpi/ocpi#401: up to each party).

The profile that gives a CDR's claimed totals to the last digit is that partner's; the first in this order wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from fractions import Fraction

from roaming.pricing.amounts import fraction
from roaming.pricing.bill import Bill
from roaming.pricing.lines import Line, part_of

Pair = tuple[Fraction, Fraction]  # excl. and incl. VAT
Totals = dict[str, Pair]  # by field of the CDR
# Currencies whose smallest coin is not a hundredth (ISO 4217).
MINOR_UNITS = {
    **dict.fromkeys(("BIF", "CLP", "ISK", "JPY", "KRW", "PYG", "RWF", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


class Profile(StrEnum):
    EXACT = "exact"
    FOUR_DECIMALS = "four_decimals"
    CENTS_TOTAL = "cents_total"  # each total on its own
    CENTS_PER_DIMENSION = "cents_per_dimension"  # the total is the sum of rounded parts
    CENTS_PER_PERIOD = "cents_per_period"  # each line excl. VAT, then VAT on the sum
    CENTS_PER_PERIOD_INCL = "cents_per_period_incl"  # each line, excl. and incl. VAT


def totals(bill: Bill, profile: Profile) -> Totals:
    """What `profile` makes of a bill: total_cost and each total_*_cost."""
    places = 4 if profile is Profile.FOUR_DECIMALS else MINOR_UNITS.get(bill.currency, 2)
    parts, whole = RULES[profile](bill, places)
    if bill.limited is not None:
        excl, incl = bill.exact_total
        whole = (excl, incl) if profile is Profile.EXACT else (to(excl, places), to(incl, places))
    return {"total_cost": whole, **{f"total_{name}_cost": pair for name, pair in parts.items()}}


def to(value: Fraction, places: int) -> Fraction:
    """Half away from zero."""
    above, below, scale = value.numerator, value.denominator, 10**places
    if not above:
        return value
    whole = (2 * abs(above) * scale + below) // (2 * below)
    return Fraction(whole if above > 0 else -whole, scale)


Rule = Callable[[Bill, int], tuple[Totals, Pair]]


def _exact(bill: Bill, places: int) -> tuple[Totals, Pair]:
    parts = {name: (fraction(cost.excl), fraction(cost.incl)) for name, cost in bill.costs.items()}
    return parts, _sum(parts.values())


def _each_total(bill: Bill, places: int) -> tuple[Totals, Pair]:
    parts, whole = _exact(bill, places)
    return {name: _round(pair, places) for name, pair in parts.items()}, _round(whole, places)


def _parts(bill: Bill, places: int) -> tuple[Totals, Pair]:
    parts, _ = _each_total(bill, places)
    return parts, _sum(parts.values())


def _lines_then_vat(bill: Bill, places: int) -> tuple[Totals, Pair]:
    def taxed(lines: list[Line]) -> Pair:
        excl = incl = Fraction(0)
        for vat in {line.rate.vat for line in lines}:
            net = sum((to(fraction(line.excl), places) for line in lines if line.rate.vat == vat), Fraction(0))
            excl += net
            incl += net * (1 + Fraction(vat or 0) / 100)
        return excl, to(incl, places)

    return _by_part(bill, taxed), taxed(bill.lines)


def _lines(bill: Bill, places: int) -> tuple[Totals, Pair]:
    def rounded(lines: list[Line]) -> Pair:
        return _sum(_round((fraction(line.excl), fraction(line.incl)), places) for line in lines)

    return _by_part(bill, rounded), rounded(bill.lines)


RULES: dict[Profile, Rule] = {
    Profile.EXACT: _exact,
    Profile.FOUR_DECIMALS: _each_total,
    Profile.CENTS_TOTAL: _each_total,
    Profile.CENTS_PER_DIMENSION: _parts,
    Profile.CENTS_PER_PERIOD: _lines_then_vat,
    Profile.CENTS_PER_PERIOD_INCL: _lines,
}


def _by_part(bill: Bill, rule: Callable[[list[Line]], Pair]) -> Totals:
    return {name: rule([line for line in bill.lines if part_of(line) == name]) for name in bill.costs}


def _round(pair: Pair, places: int) -> Pair:
    return to(pair[0], places), to(pair[1], places)


def _sum(pairs: Iterable[Pair]) -> Pair:
    excl = incl = Fraction(0)
    for pair in pairs:
        excl += pair[0]
        incl += pair[1]
    return excl, incl
