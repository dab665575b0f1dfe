"""Periods in which the price changes although whoever made them should have cut there (CDR-14, mod_cdrs: SHALL).

Each period is looked at again one second before its end, its energy included; a period that ends on the border is
fine. A received period is never split for its price: the finding carries what it costs at the rates of its start and
of its end, and `split` makes the document in which every period is cut in proportion, for the alternative total.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_FLOOR, Context, Decimal, localcontext
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from roaming.pricing import borders
from roaming.pricing.amounts import ONE, ZERO, exact, plain, tidy
from roaming.pricing.assembly import asked
from roaming.pricing.clock import seconds
from roaming.pricing.documents import Dimension, Document, Period
from roaming.pricing.findings import Finding, warning
from roaming.pricing.meter import FOUR, at_second, second
from roaming.pricing.rates import Plan, Rate, choose
from roaming.pricing.restrictions import Restriction
from roaming.pricing.state import State
from roaming.pricing.tariffs import Book
from roaming.pricing.timeline import ADDITIVE, Slice, Timeline

DIVIDING = Context(prec=60)


def spans(timeline: Timeline, book: Book, zone: ZoneInfo | None) -> list[Finding]:
    found = []
    kwh = ZERO
    for piece in timeline.slices:
        plan = book.of(piece)
        if plan is not None and piece.quantities:
            start, end = _ends(timeline, piece, kwh, zone)
            wanted, _ = asked(piece.quantities, flat=False)
            before, after = choose(plan.charging, wanted, start), choose(plan.charging, wanted, end)
            changed = [name for name in piece.quantities if before.get(name) is not after.get(name)]
            if changed:
                found.append(_finding(piece, changed, before, after))
        if piece.energy is not None and piece.energy > 0:
            kwh += piece.energy
    return found


def _ends(timeline: Timeline, piece: Slice, kwh: Decimal, zone: ZoneInfo | None) -> tuple[State, State]:
    since = seconds(piece.at - (timeline.charge_start or piece.at))
    power, current = piece.power(), piece.current()
    start = State(piece.at, zone, since, kwh, power, current)
    energy = max(piece.energy or ZERO, ZERO)
    last = max(int(piece.clock or 0) - 1, 0)
    if piece.clock:
        with localcontext(DIVIDING):
            taken = (energy * last / piece.clock).quantize(FOUR, ROUND_FLOOR)
    else:
        taken = max(energy - FOUR, ZERO)
    end = State(at_second(second(piece.at) + last), zone, since + last, kwh + taken, power, current)
    return start, end


def _finding(piece: Slice, changed: list[str], before: dict[str, Rate], after: dict[str, Rate]) -> Finding:
    amounts = {"at_start": ZERO, "at_end": ZERO}
    for name in changed:
        for side, rates in (("at_start", before), ("at_end", after)):
            if name in rates:
                amounts[side] += piece.quantities[name] * rates[name].amount
    return warning(
        "period_spans_price_change",
        f"/charging_periods/{piece.index}",
        f"the price of {' and '.join(changed)} changes inside the period; priced as at its start",
        amounts={side: tidy(amount) for side, amount in amounts.items()},
    )


def split(document: Document, plans: Sequence[Plan], zone: ZoneInfo | None) -> Document:
    """The document with every period cut where a price may change, its quantities shared in proportion to time."""
    with exact():
        timeline = Timeline(document)
    found = borders.checks(plans)
    periods: list[Period] = []
    kwh = ZERO
    for piece in timeline.slices:
        source = (document.charging_periods or [])[piece.index]
        cuts = _cuts(timeline, piece, kwh, found, zone)
        with localcontext(DIVIDING):
            periods += _shares(source, piece, cuts)
        if piece.energy is not None and piece.energy > 0:
            kwh += piece.energy
    return msgspec.structs.replace(document, charging_periods=periods)


def _cuts(
    timeline: Timeline, piece: Slice, kwh: Decimal, found: Sequence[Restriction], zone: ZoneInfo | None
) -> list[int]:
    """Seconds after the period's start."""
    if not piece.clock or not piece.quantities:
        return []
    start, length = second(piece.at), int(piece.clock)
    times = set(borders.durations(found, second(timeline.charge_start or piece.at)))
    if zone is not None:
        times |= set(borders.calendar(found, zone, start, start + length))
    cuts = {at - start for at in times}
    if piece.energy is not None and piece.energy > 0:
        # The next whole second, at which the tier has been reached.
        for bound in borders.tiers(found):
            whole, rest = divmod((bound - kwh) * length, piece.energy)
            cuts.add(int(whole) + bool(rest))
    return sorted(at for at in cuts if 0 < at < length)


def _shares(source: Period, piece: Slice, cuts: list[int]) -> Iterator[Period]:
    if not cuts or not piece.clock:
        yield source
        return
    marks = [Decimal(0), *map(Decimal, cuts), Decimal(piece.clock)]
    told: dict[str, Decimal] = {}
    for at, until in pairwise(marks):
        dimensions = []
        for kind, volume in piece.volumes.items():
            share = volume  # what is measured stays what it is
            if kind in ADDITIVE:
                upto = volume if until == marks[-1] else (volume * until / marks[-1]).quantize(SHARE)
                share, told[kind] = upto - told.get(kind, ZERO), upto
            dimensions.append(Dimension(kind, plain(share)))
        start = source.start_date_time if not at else _text(piece, int(at))
        yield Period(start, dimensions, source.tariff_id)


SHARE = ONE.scaleb(-8)


def _text(piece: Slice, at: int) -> str:
    return f"{at_second(second(piece.at) + at):%Y-%m-%dT%H:%M:%SZ}"
