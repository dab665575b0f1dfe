"""Validation of a CDR: is it whole, does it add up, and does the tariff give what it claims?

Theory of operation. The CDR is priced by its own tariffs (or those given). Its claimed totals are held to that bill
under every rounding profile; the profile that fits to the last digit is told. If none fits and the totals are outside
the tolerance, other readings of the tariff are tried (step_size as 2.2.1 first printed it, ...); one that fits is
told instead of the differences, for a partner who reads the tariff so is consistent, not wrong. What remains is an
error with amounts. Beside the money: form and clocks (conformity.py), prices that change inside a period (spans.py),
identity and credits (credit.py), session and held tariffs (crosscheck.py), signed readings (signed.py). A credit CDR
repeats its original's figures and is not priced.

Findings come in the order in which a person would look: error or not, each with pointer, amounts and alternatives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import msgspec

from roaming.pricing.amounts import exact, rounded
from roaming.pricing.bill import PARTS, Bill
from roaming.pricing.claims import Claims, Difference, differences, fitting, mismatch
from roaming.pricing.clock import zone_of
from roaming.pricing.conformity import conformity, currencies
from roaming.pricing.credit import corrections, identity, is_credit
from roaming.pricing.crosscheck import held_check, session_check
from roaming.pricing.documents import Document, Price, Tariff, Tariffs, bad_input, read_document, read_tariffs
from roaming.pricing.errors import BadInput
from roaming.pricing.figures import listed, require_fit
from roaming.pricing.findings import Finding, error, note, warning
from roaming.pricing.options import PricingOptions
from roaming.pricing.pricing import DEFAULTS, price
from roaming.pricing.profiles import Profile, totals
from roaming.pricing.readings import alternatives
from roaming.pricing.signed import signed_check
from roaming.pricing.spans import spans, split
from roaming.pricing.tariffs import Book
from roaming.pricing.timeline import Timeline

AS_CUT = "split_pro_rata"


class Learned(msgspec.Struct, frozen=True):
    """How a partner's totals come about, as its CDRs so far have shown: a change is a finding."""

    rounding: Profile | None = None
    reading: str | None = None  # a name of readings.py; None: as we read it


def audit(
    cdr: Mapping[str, Any],
    tariffs: Tariffs | None = None,
    *,
    time_zone: str | None = None,
    options: PricingOptions = DEFAULTS,
    sessions: Sequence[Mapping[str, Any]] | None = None,
    held: Sequence[Mapping[str, Any]] | None = None,
    known: Sequence[Mapping[str, Any]] = (),
    learned: Learned | None = None,
) -> list[Finding]:
    """The findings about a CDR. What is None is not looked at: `sessions` (ours), `held` (tariffs published to us).

    `known` are the CDRs that stand already, for replays, conflicts and credits. Raises BadInput if it cannot be read
    at all.
    """
    source = dict(cdr)
    document, claims = read_document(source), _claims(source)
    require_fit("cdr", document)
    require_fit("cdr", claims)
    given = (document.tariffs or []) if tariffs is None else read_tariffs(tariffs)
    found = [*identity(source, known), *corrections(source, known)]
    found += currencies(source, [(f"/tariffs/{at}/currency", one.currency) for at, one in enumerate(given)])
    if claims.total_cost is None:
        found.append(error("missing_field", "/total_cost", "is required in a CDR"))
    with exact():
        timeline = Timeline(document)
        found += conformity(document, timeline, claims)
    if not is_credit(source):
        found += _money(document, claims, given, time_zone, options, learned)
    if sessions is not None:
        found += session_check(source, sessions, options.tolerance)
    if held is not None:
        found += held_check([one for one in listed(source.get("tariffs")) if isinstance(one, Mapping)], held)
    return [*found, *signed_check(source)]


def _money(
    document: Document,
    claims: Claims,
    given: list[Tariff],
    time_zone: str | None,
    options: PricingOptions,
    learned: Learned | None,
) -> Iterator[Finding]:
    try:
        bill = price(document, given, time_zone=time_zone, options=options)
    except BadInput as failure:
        yield error("cannot_be_priced", failure.pointer, f"{failure.document}: {failure.reason}".removeprefix(": "))
        return
    # The timeline's findings (order of periods and the like) come with the bill.
    yield from bill.findings
    with exact():
        timeline = Timeline(document)
        book = Book(given, document, timeline, options, {})
        zone, _ = zone_of(document, time_zone)
        wide = list(spans(timeline, book, zone))
    apart: dict[str, Bill] = {}
    if wide:
        apart[AS_CUT] = price(split(document, book.plans, zone), given, time_zone=time_zone, options=options)
        reading = {AS_CUT: apart[AS_CUT].total_cost.document()}
        wide = [msgspec.structs.replace(one, alternatives=reading) for one in wide]
    yield from wide
    yield from sums(claims, bill, options)
    for name, other in alternatives(options):
        apart[name] = price(document, given, time_zone=time_zone, options=other)
    yield from _verdict(claims, bill, apart, options, learned or Learned())


def _verdict(
    claims: Claims, bill: Bill, apart: Mapping[str, Bill], options: PricingOptions, learned: Learned
) -> Iterator[Finding]:
    if claims.total_cost is None:
        return
    profile = fitting(claims, bill)
    if profile is not None:
        yield from _told(profile, None, bill, claims, learned)
        return
    tolerance = Fraction(options.tolerance)  # decision: CDR-TOLERANCE
    off = differences(claims, totals(bill, Profile.EXACT), bill, tolerance)
    if off:
        for name, other in apart.items():
            fits = fitting(claims, other)
            if fits is not None:
                yield from _told(fits, name, other, claims, learned)
                return
        yield from _mismatches(off, apart)
        return
    message = f"no rounding profile gives the totals to the last digit; they lie within {options.tolerance:f}"
    yield note("within_tolerance", "/total_cost", message, amounts=_amounts(claims.total_cost, bill))
    if learned.rounding is not None:
        yield warning("rounding_profile_changed", "/total_cost", f"this partner used to round as {learned.rounding}")


def _told(profile: Profile, reading: str | None, bill: Bill, claims: Claims, learned: Learned) -> Iterator[Finding]:
    if reading is not None:
        message = f"the totals follow from another reading of the tariff: {reading}"
        yield warning("other_reading", "/total_cost", message, amounts=_amounts(claims.total_cost, bill))
    if profile not in (Profile.EXACT, Profile.FOUR_DECIMALS):
        yield note(
            "rounding_profile",
            "/total_cost",
            f"the totals are rounded as {profile}",
            amounts=_amounts(claims.total_cost, bill),
        )
    if learned.rounding is not None and profile is not learned.rounding and not _same(claims, bill, learned.rounding):
        message = f"rounded as {profile}, this partner used to round as {learned.rounding}"
        yield warning("rounding_profile_changed", "/total_cost", message)
    if learned != Learned() and reading != learned.reading:
        message = f"read as {reading or 'we do'}, this partner used to read it as {learned.reading or 'we do'}"
        yield warning("reading_changed", "/total_cost", message)


def _same(claims: Claims, bill: Bill, profile: Profile) -> bool:
    """Several profiles may give the same figures: then nothing has changed."""
    return not differences(claims, totals(bill, profile), bill, Fraction(0))


def _mismatches(off: Sequence[Difference], apart: Mapping[str, Bill]) -> Iterator[Finding]:
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


def _claims(cdr: Mapping[str, Any]) -> Claims:
    try:
        return msgspec.convert(cdr, Claims)
    except msgspec.ValidationError as failure:
        raise bad_input(failure, "cdr") from None
