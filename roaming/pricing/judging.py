"""The claimed totals of a CDR against what its tariffs give: which reading and rounding fits, or by how much it is off.

A *way* is a reading of the tariff with a rounding profile ("" is our own reading). Usually several ways give the same
figures, so a partner's habit is the set of ways that fitted every CDR so far; a CDR that none of them fits is a change
(ocpi/ocpi#401: rounding is up to each party, but it should stay the same).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import Any

import msgspec

from roaming.pricing.amounts import exact, rounded
from roaming.pricing.bill import PARTS, Bill
from roaming.pricing.claims import Claims, Difference, differences, fitting, mismatch
from roaming.pricing.clock import zone_of
from roaming.pricing.documents import Document, Price, Tariff
from roaming.pricing.errors import BadInput
from roaming.pricing.findings import Finding, error, note, warning
from roaming.pricing.options import PricingOptions
from roaming.pricing.pricing import price
from roaming.pricing.profiles import Profile, totals
from roaming.pricing.readings import alternatives
from roaming.pricing.spans import spans, split
from roaming.pricing.tariffs import Book
from roaming.pricing.timeline import Timeline

AS_CUT = "split_pro_rata"
OURS = ""
_QUIET = frozenset({Profile.EXACT, Profile.FOUR_DECIMALS})  # what the specification has: nothing to be told

Way = tuple[str, Profile]
Ways = frozenset[Way]


class Learned(msgspec.Struct, frozen=True):
    """How a partner's totals come about, as its CDRs so far have shown: a change is a finding. Empty: not known."""

    ways: Ways = frozenset()


@dataclass(frozen=True)
class Judged:
    """`bill` is ours; None where it cannot be priced."""

    findings: list[Finding]
    bill: Bill | None = None
    ways: Ways = field(default_factory=frozenset)


def judge(
    document: Document,
    claims: Claims,
    given: list[Tariff],
    time_zone: str | None,
    options: PricingOptions,
    learned: Learned | None,
    thorough: bool = False,
) -> Judged:
    if not given:
        return Judged([error("no_tariff", "/tariffs", "there is no tariff to compute the price with")])
    try:
        bill = price(document, given, time_zone=time_zone, options=options)
    except BadInput as failure:
        words = f"{failure.document}: {failure.reason}".removeprefix(": ")
        return Judged([error("cannot_be_priced", failure.pointer, words)])
    readings = _Readings(document, given, time_zone, options, bill)
    # The timeline's findings (order of periods and the like) come with the bill.
    found = [*bill.findings, *readings.wide(), *sums(claims, bill, options)]
    if claims.total_cost is None:
        return Judged(found, bill)
    return _judged(claims, readings, options, learned or Learned(), thorough, found)


class _Readings:
    """Bills by reading; the others are made when they are asked for."""

    def __init__(
        self,
        document: Document,
        given: list[Tariff],
        time_zone: str | None,
        options: PricingOptions,
        bill: Bill,
    ) -> None:
        self.document, self.given, self.time_zone, self.options = document, given, time_zone, options
        self.bill = bill
        self.others: dict[str, Bill] = {}
        self._complete = False

    def wide(self) -> list[Finding]:
        """Prices that change inside a period, each with what the split would cost."""
        with exact():
            timeline = Timeline(self.document)
            book = Book(self.given, self.document, timeline, self.options, {})
            zone, _ = zone_of(self.document, self.time_zone)
            found = list(spans(timeline, book, zone))
        if not found:
            return []
        self.others[AS_CUT] = self._priced(self.options, split(self.document, book.plans, zone))
        reading = {AS_CUT: self.others[AS_CUT].total_cost.document()}
        return [msgspec.structs.replace(one, alternatives=reading) for one in found]

    def all(self) -> dict[str, Bill]:
        if not self._complete:
            self.others |= {name: self._priced(other, self.document) for name, other in alternatives(self.options)}
            self._complete = True
        return self.others

    def _priced(self, options: PricingOptions, document: Document) -> Bill:
        return price(document, self.given, time_zone=self.time_zone, options=options)


def _judged(
    claims: Claims,
    readings: _Readings,
    options: PricingOptions,
    learned: Learned,
    thorough: bool,
    found: list[Finding],
) -> Judged:
    bill, every = readings.bill, thorough or bool(learned.ways)
    ways = _ways(claims, OURS, bill, every=every)
    off = [] if ways else differences(claims, totals(bill, Profile.EXACT), bill, Fraction(options.tolerance))
    told: list[Finding] = []
    if not ways and not off:  # decision: CDR-TOLERANCE
        message = f"no rounding profile gives the totals to the last digit; they lie within {options.tolerance:f}"
        told.append(note("within_tolerance", "/total_cost", message, amounts=_amounts(claims.total_cost, bill)))
        if learned.ways:
            told.append(_rounds_otherwise(None, learned))
        return Judged([*found, *told], bill)
    if off or every:
        ways = ways.union(*(_ways(claims, name, other) for name, other in readings.all().items()))
    if not ways:
        return Judged([*found, *_mismatches(off, readings.all())], bill)
    best = _best(ways, readings, learned)
    told += _told(best, ways, bill, claims)
    if learned.ways and not ways & learned.ways:
        told.append(_changed(ways, best, learned))
    return Judged([*found, *told], bill, ways)


def _ways(claims: Claims, reading: str, bill: Bill, *, every: bool = True) -> Ways:
    """Those that fit; the likeliest alone where nobody compares them with others."""
    fits = fitting(claims, bill)
    return frozenset((reading, profile) for profile in (fits if every else islice(fits, 1)))


def _best(ways: Ways, readings: _Readings, learned: Learned) -> Way:
    """A way that the partner is known for, else ours, else the likeliest other."""
    order = [OURS, *readings.others]
    return min(ways & learned.ways or ways, key=lambda way: (order.index(way[0]), list(Profile).index(way[1])))


def _told(best: Way, ways: Ways, bill: Bill, claims: Claims) -> Iterator[Finding]:
    reading, profile = best
    amounts = _amounts(claims.total_cost, bill)
    if reading:
        message = f"the totals follow from another reading of the tariff: {reading}"
        yield warning("other_reading", "/total_cost", message, amounts=amounts)
    if not any((reading, quiet) in ways for quiet in _QUIET):
        yield note("rounding_profile", "/total_cost", f"the totals are rounded as {profile}", amounts=amounts)


def _changed(ways: Ways, best: Way, learned: Learned) -> Finding:
    known = {reading for reading, _ in learned.ways}
    if any(reading in known for reading, _ in ways):
        return _rounds_otherwise(best[1], learned)
    used = " or ".join(sorted(reading or "we do" for reading in known))
    message = f"read as {best[0] or 'we do'}, this partner used to read it as {used}"
    return warning("reading_changed", "/total_cost", message)


def _rounds_otherwise(profile: Profile | None, learned: Learned) -> Finding:
    used = " or ".join(profile for profile in Profile if any(profile is other for _, other in learned.ways))
    message = f"{f'rounded as {profile}, ' if profile else ''}this partner used to round as {used}"
    return warning("rounding_profile_changed", "/total_cost", message)


def _mismatches(off: list[Difference], apart: Mapping[str, Bill]) -> Iterator[Finding]:
    for difference in off:
        finding = mismatch(difference)
        if difference.field == "total_cost":
            readings = {name: other.total_cost.document() for name, other in apart.items()}
            finding = msgspec.structs.replace(finding, alternatives=readings)
        yield finding


def sums(claims: Claims, bill: Bill, options: PricingOptions) -> Iterator[Finding]:
    """The parts that are claimed add up to the total (CDR-20), unless a price limit applies or a part is not told."""
    told = {field: claimed for field, claimed in claims.prices() if field != "total_cost"}
    needed = {f"total_{name}_cost" for name in PARTS if bill.costs[name].excl}
    if claims.total_cost is None or not told or not needed <= told.keys() or bill.limited is not None:
        return
    total = sum((Fraction(claimed.excl_vat) for claimed in told.values()), Fraction(0))
    if abs(total - Fraction(claims.total_cost.excl_vat)) > Fraction(options.tolerance):
        amounts = {"parts": rounded(total), "total": claims.total_cost.excl_vat}
        yield warning(
            "parts_do_not_add_up", "/total_cost/excl_vat", "differs from the sum of its parts", amounts=amounts
        )


def _amounts(claimed: Price | None, bill: Bill) -> dict[str, Any]:
    calculated = bill.exact_total
    amounts = {"calculated_excl_vat": rounded(calculated[0]), "calculated_incl_vat": rounded(calculated[1])}
    told = {} if claimed is None else claimed.document()
    return amounts | {f"claimed_{side}": value for side, value in told.items()}
