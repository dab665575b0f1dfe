"""step_size: once, at the very end, over the priced quantities only (ocpi/ocpi#546), with the step of the last
component.

ENERGY has its own total. PARKING_TIME, where priced at all, takes the rounding of time and TIME stays exact
(ocpi/ocpi#386), else TIME is rounded. The TIME of a reservation is a pool of its own. Segments at price 0 count; 0
means no rounding; exact multiples stay. The surplus is billed on the last line of the dimension (TAR-20); export is
never rounded. No rounding at a switch of element or tariff. The other readings (Steps) exist to explain the CDRs of
others: 2.2.1 as first printed rounded TIME and PARKING_TIME as one total.
"""

from __future__ import annotations

from roaming.pricing.lines import Line
from roaming.pricing.options import Steps
from roaming.pricing.rates import ENERGY
from roaming.pricing.restrictions import shown


class Pools:
    """The lines that are rounded together, in order of time."""

    __slots__ = ("energy", "parking", "reservation", "time", "times")

    def __init__(self) -> None:
        self.energy: list[Line] = []
        self.time: list[Line] = []
        self.parking: list[Line] = []
        self.times: list[Line] = []  # time and parking as they come
        self.reservation: list[Line] = []

    def round(self, steps: Steps) -> None:  # decision: TARIFF-STEP-SIZE
        if steps == Steps.OFF:
            return
        raise_to_step(self.energy)
        raise_to_step(self.reservation)
        if steps == Steps.TIME_AND_PARKING_TOGETHER:
            raise_to_step(self.times)
            return
        raise_to_step(self.parking or self.time)
        if self.parking and self.time and self.time[-1].rate.step > 1:
            self.time[-1].remarks += ("not rounded up: PARKING_TIME takes the step_size of the session",)


def raise_to_step(lines: list[Line]) -> None:
    if not lines:
        return
    last = lines[-1]
    step = last.rate.step
    if not step:
        return
    total = last.measured if len(lines) == 1 else sum(line.measured for line in lines)
    wh = last.rate.dimension == ENERGY
    parts = total * 1000 if wh else total
    rest = parts % step
    if rest:
        surplus = step - rest
        last.billed = last.measured + (surplus.scaleb(-3) if wh else surplus)
        billed = f"{shown(parts + surplus)} {'Wh' if wh else 's'} by step_size {shown(step)} of the last component"
        last.remarks += (f"{shown(total)} {last.unit} in all, up to {billed}",)
