"""min_price and max_price: on total_cost only, minimum then maximum, excl. and incl. each against its own bound
(TAR-24).

A bound without incl_vat scales the tax: incl = bounded excl × raw incl / raw excl, ratio 1 where raw is 0. A bounded
total never has incl < excl. The lines and the component costs stay as metered; `limit_applied` tells.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from roaming.pricing.amounts import fraction
from roaming.pricing.rates import Plan


def limited(plan: Plan, raw_excl: Decimal, raw_incl: Decimal) -> tuple[Fraction, Fraction, str] | None:
    """The total after the limits and the limit that changed it last; None where none did."""
    excl, incl = first = fraction(raw_excl), fraction(raw_incl)
    applied = ""
    for name, bound, least in (("min_price", plan.min_price, True), ("max_price", plan.max_price, False)):
        if bound is None:
            continue
        pick = max if least else min
        kept = excl, incl
        excl = pick(excl, Fraction(bound.excl_vat))
        if bound.incl_vat is not None:
            incl = pick(incl, Fraction(bound.incl_vat))
        elif excl != kept[0]:
            incl = excl * (first[1] / first[0] if first[0] else 1)
        if (excl, incl) != kept:
            applied = name
    return (excl, max(excl, incl), applied) if applied else None
