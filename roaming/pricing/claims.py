"""The totals that a CDR claims against what the tariff gives: by rounding profile, by tolerance, by other readings.

A total_*_cost that is absent is no claim. Where a FLAT meets parking or a reservation it may stand in either field,
as the attribution cannot be derived from the CDR.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import msgspec

from roaming.pricing.amounts import fraction, rounded
from roaming.pricing.bill import PARTS, Bill
from roaming.pricing.documents import Price
from roaming.pricing.findings import Finding, error
from roaming.pricing.lines import RESERVED
from roaming.pricing.profiles import Pair, Profile, Totals, totals
from roaming.pricing.rates import FLAT

FIELDS = ("total_cost", *(f"total_{name}_cost" for name in PARTS))
NOTHING: Pair = (Fraction(0), Fraction(0))


class Claims(msgspec.Struct):
    """What a CDR says of money and quantities."""

    total_cost: Price | None = None
    total_fixed_cost: Price | None = None
    total_energy_cost: Price | None = None
    total_time_cost: Price | None = None
    total_parking_cost: Price | None = None
    total_reservation_cost: Price | None = None
    total_energy: Decimal | None = None
    total_time: Decimal | None = None
    total_parking_time: Decimal | None = None

    def prices(self) -> Iterator[tuple[str, Price]]:
        for field in FIELDS:
            claimed = getattr(self, field)
            if claimed is not None:
                yield field, claimed


class Difference(NamedTuple):
    field: str
    side: str  # excl_vat or incl_vat
    claimed: Decimal
    calculated: Fraction


def fitting(claims: Claims, bill: Bill) -> Iterator[Profile]:
    """The profiles that give every claimed total to the last digit, the likeliest first."""
    return (profile for profile in Profile if not differences(claims, totals(bill, profile), bill, Fraction(0)))


def differences(claims: Claims, calculated: Totals, bill: Bill, tolerance: Fraction) -> list[Difference]:
    accepted = attributions(calculated, bill)
    found = []
    for field, price in claims.prices():
        for at, (side, claimed) in enumerate((("excl_vat", price.excl_vat), ("incl_vat", price.incl_vat))):
            if claimed is None:
                continue
            said = Fraction(claimed)
            if all(said != pair[at] and abs(said - pair[at]) > tolerance for pair in accepted[field]):
                found.append(Difference(field, side, claimed, calculated[field][at]))
    return found


def attributions(calculated: Totals, bill: Bill) -> dict[str, list[Pair]]:
    """The values that each field may have, wherever the FLATs were put."""
    accepted = {field: [pair] for field, pair in calculated.items()}
    fixed, parking, reserved = (calculated[f"total_{name}_cost"] for name in ("fixed", "parking", "reservation"))
    if fixed == NOTHING and not any(line.dimension == FLAT for line in bill.lines):
        return accepted
    if parking != NOTHING or reserved != NOTHING:
        fee = NOTHING
        for line in bill.lines:
            if line.phase == RESERVED and line.dimension == FLAT:
                fee = _plus(fee, (fraction(line.excl), fraction(line.incl)))
        accepted["total_fixed_cost"] += [NOTHING, fee, _plus(fixed, fee)]
        accepted["total_parking_cost"] += [_plus(parking, fixed)]
        accepted["total_reservation_cost"] += [_plus(reserved, fixed), _minus(reserved, fee)]
    return accepted


def mismatch(difference: Difference) -> Finding:
    calculated = rounded(difference.calculated)
    return error(
        f"{difference.field}_mismatch",
        f"/{difference.field}/{difference.side}",
        f"claims {difference.claimed:f}, the tariff gives {calculated:f}",
        amounts={
            "claimed": difference.claimed,
            "calculated": calculated,
            "difference": rounded(Fraction(difference.claimed) - difference.calculated),
        },
    )


def _plus(one: Pair, other: Pair) -> Pair:
    return one[0] + other[0], one[1] + other[1]


def _minus(one: Pair, other: Pair) -> Pair:
    return one[0] - other[0], one[1] - other[1]
