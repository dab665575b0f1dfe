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
from roaming.pricing.rates import ENERGY, FLAT, PARKING_TIME, TIME, Plan, PricedElement, Rate, choose
from roaming.pricing.state import State
from roaming.pricing.steps import Pools
from roaming.pricing.tariffs import Book
from roaming.pricing.timeline import Slice, Timeline


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
            if piece.reserves:
                self._reserved(piece, plan)
            if piece.charges:
                self._charging(piece, plan, kwh)
            energy = piece.energy
            if energy:
                if energy > 0:
                    kwh += energy
                else:
                    bill.export_kwh -= energy
            bill.parking_seconds += piece.hours.get(PARKING_TIME, 0)
        bill.import_kwh = kwh
        self._finish(bill)
        return bill

    def _finish(self, bill: Bill) -> None:
        self.pools.round(self.options.steps)
        bill.add(self.lines)
        timeline, first = self.timeline, self.first
        if timeline.charge_start is not None:
            bill.seconds = max(seconds(timeline.end - timeline.charge_start), 0)
            if first is not None and (first.min_price or first.max_price):
                bill.limited = limited(first, bill.raw.excl, bill.raw.incl)
        if first is not None:
            bill.currency = first.currency
        bill.tariff_ids = self.used
        bill.unpriced = list(self.unpriced.values())
        bill.findings = [*timeline.findings, *self.book.findings, *self._findings()]

    def _reserved(self, piece: Slice, plan: Plan | None) -> None:
        measured = piece.hours["RESERVATION_TIME"]
        if plan is None:
            self._free(piece, "RESERVATION_TIME", measured, "no tariff is relevant")
            return
        elements = plan.expired if self.timeline.expired else plan.reserved
        state = State(piece.at, self.zone, seconds(piece.at - self.timeline.start), ZERO)
        chosen = choose(elements, [TIME, FLAT], state)
        self._flat(piece, RESERVED, chosen, state, elements)
        if rate := chosen.get(TIME):
            self.pools.reservation.append(self._line(piece, RESERVED, rate, measured, state, elements))
        else:
            self._free(piece, "RESERVATION_TIME", measured, f"no element of tariff {plan.id} prices this reservation")

    def _charging(self, piece: Slice, plan: Plan | None, kwh: Decimal) -> None:
        quantities = self._quantities(piece)
        if plan is None:
            for dimension, measured in quantities.items():
                self._free(piece, dimension, measured, "no tariff is relevant")
            return
        elements = plan.charging
        assert self.timeline.charge_start is not None
        since = seconds(piece.at - self.timeline.charge_start)
        state = State(piece.at, self.zone, since, kwh, piece.power(), piece.current())
        absent = absent_dimensions(quantities)
        chosen = choose(elements, [*quantities, *absent, FLAT], state)
        self._flat(piece, CHARGING, chosen, state, elements)
        for dimension, measured in quantities.items():
            if rate := chosen.get(dimension):
                line = self._line(piece, CHARGING, rate, measured, state, elements)
                if dimension == ENERGY:
                    self._energy(piece, line)
                else:
                    (self.pools.time if dimension == TIME else self.pools.parking).append(line)
                    self.pools.times.append(line)
            else:
                self._free(piece, dimension, measured, f"no element of tariff {plan.id} that matches prices {dimension}")
        for dimension in absent:
            if dimension in chosen and chosen[dimension].price > 0:
                self._notice("missing_dimension", dimension, piece)
        for what in state.missing:
            self._notice("missing_measurement", what, piece)
        for what in state.straddled:
            self._notice("measurement_straddles_bound", what, piece)

    def _quantities(self, piece: Slice) -> dict[str, Seconds]:
        quantities: dict[str, Seconds] = {}
        if piece.energy is not None:
            quantities[ENERGY] = piece.energy
        for dimension in (TIME, PARKING_TIME):
            if dimension in piece.hours:
                quantities[dimension] = piece.hours[dimension]
        return quantities

    def _energy(self, piece: Slice, line: Line) -> None:
        """Import is rounded up at the end; export is a credit, never rounded."""
        if line.measured >= 0:
            self.pools.energy.append(line)
        elif line.rate.priced.for_export:
            line.remarks = ("energy fed back, credited by the tariff's own element for it",)
        elif self.options.export is Export.CREDIT_AT_SAME_PRICE:  # decision: TARIFF-EXPORT-CREDIT
            line.remarks = ("energy fed back, credited at the price of charging",)
            self._notice("export_at_import_price", "ENERGY", piece)
        else:
            line.billed = ZERO
            line.remarks = ("energy fed back is not credited",)
            self._notice("export_not_credited", "ENERGY", piece)

    def _flat(
        self, piece: Slice, phase: str, chosen: dict[str, Rate], state: State, elements: list[PricedElement]
    ) -> None:
        rate = chosen.get(FLAT)
        charged = self.flats[phase]
        if rate is None or rate in charged:
            return
        if charged:
            self._notice("multiple_flat_components", phase, piece)
        if not charged or self.options.flat is Flat.EACH_COMPONENT_ONCE:  # decision: TARIFF-FLAT
            line = self._line(piece, phase, rate, 1, state, elements)
            line.remarks = (f"once for the {phase}",)
            charged.append(rate)

    def _line(
        self, piece: Slice, phase: str, rate: Rate, measured: Seconds, state: State, elements: list[PricedElement]
    ) -> Line:
        line = Line(piece.index, phase, rate, measured, state, elements)
        self.lines.append(line)
        return line

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
    "measurement_straddles_bound": (warning, "the {what} of {periods} lies on both sides of a bound: MIN is held to it below, MAX above"),
    "export_at_import_price": (note, "{what} fed back in {periods} is credited at the price of charging"),
    "export_not_credited": (note, "{what} fed back in {periods} is not credited"),
    "multiple_flat_components": (warning, "{periods}: another FLAT component of the {what} matches than the one charged first"),
}


def noticed(code: str, what: str, periods: list[int]) -> Finding:
    kind, text = NOTICES[code]
    where = f"period {periods[0]}" if len(periods) == 1 else f"{len(periods)} periods from {periods[0]} on"
    return kind(code, f"/charging_periods/{periods[0]}", text.format(what=what, periods=where))


def absent_dimensions(quantities: dict[str, Seconds]) -> list[str]:
    """What a period that charges should carry as well; parking alone lacks nothing."""
    absent = []
    if ENERGY not in quantities and TIME in quantities:
        absent.append(ENERGY)
    if quantities.get(ENERGY) and TIME not in quantities and PARKING_TIME not in quantities:
        absent.append(TIME)
    return absent
