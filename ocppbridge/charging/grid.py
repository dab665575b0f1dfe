"""Signals of the grid and the market, divided among cars: so much power in all, or prices (Q, issue of aggregators).

Rule: a total is divided by what each car can do in its direction, never more than that; what no car can take is told.
Figures are whole watts.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from typing import Final, TypeVar

from ocppbridge.charging.ev_needs import Abilities

K = TypeVar("K")
ZERO: Final = Decimal()
_WATT: Final = Decimal(1)


def shared(total: Decimal, cars: Mapping[K, Abilities]) -> tuple[dict[K, Decimal], Decimal]:
    """(the setpoint of each car, what is left over). A car that does not say what it can do gets nothing to do."""
    sign = -1 if total < 0 else 1
    able = {key: (one.discharge if total < 0 else one.charge) or ZERO for key, one in cars.items()}
    whole = sum(able.values(), ZERO)
    if not whole:
        return dict.fromkeys(cars, ZERO), total
    wanted = min(abs(total), whole)
    given = {key: (wanted * most / whole).quantize(_WATT, ROUND_DOWN) for key, most in able.items()}
    rest = wanted - sum(given.values(), ZERO)
    for key in given:  # whole watts that rounding has left, one each
        more = min(_WATT, rest, able[key] - given[key])
        if more > 0:
            given[key], rest = given[key] + more, rest - more
    left = sign * (abs(total) - sum(given.values(), ZERO))
    return {key: sign * value for key, value in given.items()}, left
