"""Exact money. An amount is a Decimal counted in 1/3600 of the currency unit, so that seconds × price/hour never
divides.

excl = quantity × price, incl = excl × (100 + vat)/100: both are finite decimals in that unit, hence exact. The
context EXACT raises instead of losing a digit. Only `money` divides: half away from zero, to 4 decimals (types: "4
decimals"; ocpi/ocpi#401).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, localcontext
from fractions import Fraction

HOUR = 3600
ZERO = Decimal(0)
EXACT = Context(
    prec=100, rounding=ROUND_HALF_UP, Emin=-999, Emax=999, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow]
)
# A quotient of 130 digits cannot be mistaken for a tie: a value of at most 100 digits over 3600 that is no tie
# itself misses every tie of 4 decimals by more than 1e-108 of its size.
QUOTIENT = Context(prec=130, rounding=ROUND_HALF_UP, Emin=-999, Emax=999, traps=[InvalidOperation, Overflow])
PLACES = tuple(Decimal(1).scaleb(-places) for places in range(5))
ONE = PLACES[0]
_HOUR = Decimal(HOUR)
_divide = QUOTIENT.divide


def exact() -> AbstractContextManager[Context]:
    return localcontext(EXACT)


def money(amount: Decimal, places: int = 4) -> Decimal:
    """An amount in currency units with all its places: 5.0000."""
    return _divide(amount, _HOUR).quantize(PLACES[places], ROUND_HALF_UP, QUOTIENT)


def tidy(amount: Decimal, places: int = 4) -> Decimal:
    """An amount in currency units without trailing zeros: 5."""
    return plain(money(amount, places))


def rounded(value: Fraction, places: int = 4) -> Decimal:
    """A ratio half away from zero: for the few places where a ratio cannot be avoided (price limits, cents)."""
    whole, rest = divmod(abs(value.numerator) * 10**places, value.denominator)
    if rest * 2 >= value.denominator:
        whole += 1
    return plain(Decimal(-whole if value < 0 else whole).scaleb(-places))


def plain(value: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent: 5.0000 -> 5, 10 stays 10, -0 is 0."""
    if not value:
        return ZERO
    value = EXACT.normalize(value)
    return EXACT.quantize(value, ONE) if "E+" in str(value) else value


def fraction(amount: Decimal) -> Fraction:
    """The exact value of an amount in currency units."""
    return Fraction(amount) / HOUR
