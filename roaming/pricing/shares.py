"""A CDR's total by VAT rate. The total is what is owed; the bill says in which proportion its rates stand.

Under one rate all of it. Under several each part of the bill, fitted to the total: as it is where the bill comes to the
same, with the other sign for a credit, else in proportion, the last ten-thousandths at the largest part. Where nothing
tells, the rate is unknown; it is never guessed from the quotient of two totals.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from roaming.pricing.amounts import ZERO, plain, rounded

NO_VAT, UNKNOWN = "none", "unknown"


class Part(NamedTuple):
    """Of a bill; the rate is percent, None: VAT does not apply."""

    rate: Decimal | None
    excl: Decimal
    incl: Decimal


class Share(NamedTuple):
    """Of a CDR's total; `incl` is None where the CDR does not say it."""

    rate: str
    excl: Decimal
    incl: Decimal | None


def shares(excl: Decimal, incl: Decimal | None, parts: Sequence[Part]) -> list[Share]:
    """By ascending rate."""
    merged = _merged(parts)
    if len(merged) == 1:
        return [Share(_named(merged[0].rate), excl, incl)]
    excls = fitted(excl, [part.excl for part in merged])
    incls = None if incl is None else fitted(incl, [part.incl for part in merged])
    if not merged or excls is None or (incl is not None and incls is None):
        return [Share(UNKNOWN, excl, incl)]
    return [Share(_named(part.rate), excls[at], None if incls is None else incls[at]) for at, part in enumerate(merged)]


def fitted(total: Decimal, parts: Sequence[Decimal]) -> list[Decimal] | None:
    """Parts that come to the total, with 4 decimals; None where these cannot."""
    whole = sum(parts, ZERO)
    if total == whole:
        return list(parts)
    if total == -whole:
        return [-part for part in parts]
    if not whole:
        return None
    found = [rounded(Fraction(part) * Fraction(total) / Fraction(whole)) for part in parts]
    largest = max(range(len(parts)), key=lambda at: abs(parts[at]))
    found[largest] += total - sum(found, ZERO)
    return found


def _merged(parts: Sequence[Part]) -> list[Part]:
    rates: dict[Decimal | None, Part] = {}
    for part in parts:
        known = rates.get(part.rate, Part(part.rate, ZERO, ZERO))
        rates[part.rate] = Part(part.rate, known.excl + part.excl, known.incl + part.incl)
    return sorted(rates.values(), key=lambda part: (part.rate is not None, part.rate or ZERO))


def _named(rate: Decimal | None) -> str:
    return NO_VAT if rate is None else f"{plain(rate):f}"
