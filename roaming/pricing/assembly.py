"""From periods to lines: the states of each period, the rate of each dimension, and what is noticed on the way."""

from __future__ import annotations

from datetime import tzinfo
from decimal import Decimal

from roaming.pricing.amounts import ZERO
from roaming.pricing.bill import Bill
from roaming.pricing.clock import Seconds, seconds
from roaming.pricing.findings import Finding, note, warning
from roaming.pricing.limits import limited
from roaming.pricing.lines import CHARGING, RESERVED, Line, Unpriced
from roaming.pricing.options import Export, Flat, PricingOptions
from roaming.pricing.rates import ENERGY, FLAT, PARKING_TIME, TIME, Dimensions, Plan, PricedElement, Rate, choose
from roaming.pricing.state import State
from roaming.pricing.steps import Pools
from roaming.pricing.tariffs import Book
from roaming.pricing.timeline import Slice, Timeline

RESERVATION_DIMENSIONS = frozenset({TIME, FLAT})


class Assembly:
    def __init__(self, timeline: Timeline, book: Book, zone: tzinfo | None, options: PricingOptions) -> None:
        self.timeline = timeline
        self.book = book
        self.zone = zone
        self.options = options
        self.lines: list[Line] = []
        self.pools = Pools()
        self.unpriced: dict[tuple[str, str], Unpriced] = {}
        self.flats: dict[str, list[Rate]] = {CHARGING: [], RESERVED: []}
        self.noticed: dict[tuple[str, str], list[int]] = {}  # (code, what) -> periods
        self.first: Plan | None = None
        self.used: list[str] = []

    def bill(self) -> Bill:
        bill = Bill(self.book.plans[0].currency, self.options.places)
        kwh = ZERO
        for piece in self.timeline.slices:
            plan = self.book.of(piece)
            if plan is not None:
                if self.first is None:
                    self.first = plan
                if plan.id not in self.used:
                    self.used.append(plan.id)
            if piece.reserved is not None:
                self._reserved(piece, plan, piece.reserved)
            if piece.quantities:
                self._charging(piece, plan, kwh)
            energy = piece.energy
            if energy:
                if energy > 0:
                    kwh += energy
                else:
                    bill.export_kwh -= energy
            bill.parking_seconds += piece.quantities.get(PARKING_TIME, 0)
        bill.import_kwh = kwh
        self._finish(bill)
        return bill

    def _finish(self, bill: Bill) -> None:
        self.pools.round(self.options.steps)
        bill.add(self.lines)
        timeline, first = self.timeline, self.first
        if timeline.charge_start is not None:
            bill.seconds = max(seconds(timeline.end - timeline.charge_start), 0)
            if first is not None and (first.min_price or first.max_price) and bill.raw.incl.is_finite():
                bill.limited = limited(first, bill.raw.excl, bill.raw.incl)
        if first is not None:
            bill.currency = first.currency
        bill.tariff_ids = self.used
        bill.unpriced = list(self.unpriced.values())
        bill.findings = [*timeline.findings, *self.book.findings, *self._findings()]

    def _reserved(self, piece: Slice, plan: Plan | None, measured: Seconds) -> None:
        if plan is None:
            self._free(piece, "RESERVATION_TIME", measured, "no tariff is relevant")
            return
        elements = plan.expired if self.timeline.expired else plan.reserved
        state = State(piece.at, self.zone, seconds(piece.at - self.timeline.start), ZERO)
        chosen = choose(elements, RESERVATION_DIMENSIONS, state)
        if FLAT in chosen:
            self._flat(piece, RESERVED, chosen[FLAT], state, elements)
        if rate := chosen.get(TIME):
            line = Line(piece.index, RESERVED, rate, measured, state, elements)
            self.lines.append(line)
            self.pools.reservation.append(line)
        else:
            self._free(piece, "RESERVATION_TIME", measured, f"no element of tariff {plan.id} prices this reservation")

    def _charging(self, piece: Slice, plan: Plan | None, kwh: Decimal) -> None:
        quantities = piece.quantities
        if plan is None:
            for dimension, measured in quantities.items():
                self._free(piece, dimension, measured, "no tariff is relevant")
            return
        elements = plan.charging
        since = seconds(piece.at - (self.timeline.charge_start or piece.at))
        state = State(piece.at, self.zone, since, kwh, piece.power(), piece.current())
        wanted, absent = asked(quantities, plan.flats > len(self.flats[CHARGING]))
        chosen = choose(elements, wanted, state)
        if FLAT in chosen:
            self._flat(piece, CHARGING, chosen[FLAT], state, elements)
        for dimension, measured in quantities.items():
            rate = chosen.get(dimension)
            if rate is None:
                self._free(
                    piece, dimension, measured, f"no element of tariff {plan.id} that matches prices {dimension}"
                )
                continue
            line = Line(piece.index, CHARGING, rate, measured, state, elements)
            self.lines.append(line)
            if dimension != ENERGY:
                (self.pools.time if dimension == TIME else self.pools.parking).append(line)
                self.pools.times.append(line)
            elif measured >= 0:
                self.pools.energy.append(line)
            else:
                self._export(piece, line)
        if absent and absent in chosen and chosen[absent].price > 0:
            self._notice("missing_dimension", absent, piece)
        for what in state.missing:
            self._notice("missing_measurement", what, piece)
        for what in state.straddled:
            self._notice("measurement_straddles_bound", what, piece)

    def _export(self, piece: Slice, line: Line) -> None:
        """Energy fed back is a credit, never rounded."""
        if line.rate.for_export:
            line.remarks = ("energy fed back, credited by the tariff's own element for it",)
        elif self.options.export == Export.CREDIT_AT_SAME_PRICE:  # decision: TARIFF-EXPORT-CREDIT
            line.remarks = ("energy fed back, credited at the price of charging",)
            self._notice("export_at_import_price", "ENERGY", piece)
        else:
            line.billed = ZERO
            line.remarks = ("energy fed back is not credited",)
            self._notice("export_not_credited", "ENERGY", piece)

    def _flat(self, piece: Slice, phase: str, rate: Rate, state: State, elements: list[PricedElement]) -> None:
        charged = self.flats[phase]
        if rate in charged:
            return
        if charged:
            self._notice("multiple_flat_components", phase, piece)
        if not charged or self.options.flat == Flat.EACH_COMPONENT_ONCE:  # decision: TARIFF-FLAT
            line = Line(piece.index, phase, rate, 1, state, elements)
            line.remarks = (f"once for the {phase} phase",)
            self.lines.append(line)
            charged.append(rate)

    def _free(self, piece: Slice, dimension: str, measured: Seconds, why: str) -> None:
        key = dimension, why
        free = self.unpriced.get(key)
        if free is None:
            free = self.unpriced[key] = Unpriced(dimension, why)
        free.measured += measured
        free.periods.append(piece.index)

    def _notice(self, code: str, what: str, piece: Slice) -> None:
        self.noticed.setdefault((code, what), []).append(piece.index)

    def _findings(self) -> list[Finding]:
        return [noticed(code, what, sorted(set(periods))) for (code, what), periods in self.noticed.items()]


NOTICES = {
    "missing_dimension": (warning, "no {what} in {periods}, although the tariff prices it: not charged"),
    "missing_measurement": (warning, "no {what} measured in {periods}: elements restricted by it do not match"),
    "measurement_straddles_bound": (
        warning,
        "the {what} of {periods} lies on both sides of a bound: MIN is held to it below, MAX above",
    ),
    "export_at_import_price": (note, "{what} fed back in {periods} is credited at the price of charging"),
    "export_not_credited": (note, "{what} fed back in {periods} is not credited"),
    "multiple_flat_components": (
        warning,
        "{periods}: another FLAT component of the {what} matches than the one charged first",
    ),
}


def noticed(code: str, what: str, periods: list[int]) -> Finding:
    kind, text = NOTICES[code]
    where = f"period {periods[0]}" if len(periods) == 1 else f"{len(periods)} periods from {periods[0]} on"
    return kind(code, f"/charging_periods/{periods[0]}", text.format(what=what, periods=where))


def asked(quantities: dict[str, Seconds], flat: bool) -> tuple[Dimensions, str]:
    """The dimensions to look for, and the one among them that the period should carry and does not; parking lacks
    nothing.
    """
    absent = ""
    if TIME in quantities:
        absent = "" if ENERGY in quantities else ENERGY
    elif quantities.get(ENERGY) and PARKING_TIME not in quantities:
        absent = TIME
    key = tuple(quantities), absent, flat
    wanted = _asked.get(key)
    if wanted is None:
        wanted = _asked[key] = frozenset((*quantities, *filter(None, (absent, FLAT if flat else ""))))
    return wanted, absent


_asked: dict[tuple[tuple[str, ...], str, bool], Dimensions] = {}  # at most 24 entries
