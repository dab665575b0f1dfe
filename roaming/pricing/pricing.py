"""Pricing of a CDR or a Session by its tariffs: document -> timeline -> lines -> steps -> limits -> bill.

Theory of operation. A period is priced at its start state and never split (whoever owns the meter cuts, see
cutting.py). For each period in order of time:
1. its tariff: the one it names, else the tariff of the session (tariffs.py);
2. its states: where the local clock, the time since the phase began, the energy imported so far and the period's own
power and current stand; a reservation part and a charging part have a state each;
3. per dimension the rate that is active in that state (rates.choose), which makes a line; without one the quantity is
free;
4. FLAT: once per phase, by the earliest period of the phase that finds one. Then step_size once over the session
(steps.py), each line's exact cost, the limits of the first tariff (limits.py). All arithmetic is exact decimal
(amounts.py); money is rounded where it leaves the bill. What is odd on the way becomes a finding, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import DecimalException

from roaming.pricing.amounts import exact
from roaming.pricing.assembly import Assembly
from roaming.pricing.bill import Bill
from roaming.pricing.clock import zone_of
from roaming.pricing.documents import Document, Json, Tariff, Tariffs, read_document, read_tariffs
from roaming.pricing.errors import BadInput
from roaming.pricing.figures import check_figures
from roaming.pricing.findings import note
from roaming.pricing.options import PricingOptions
from roaming.pricing.spans import spans
from roaming.pricing.tariffs import Book
from roaming.pricing.timeline import Timeline

DEFAULTS = PricingOptions()


def price(
    document: Json | Document,
    tariffs: Tariffs | None = None,
    *,
    time_zone: str | None = None,
    options: PricingOptions = DEFAULTS,
    substitutes: Mapping[str, Tariffs] | None = None,
    look_for_spans: bool = False,
) -> Bill:
    """The bill of an OCPI CDR or Session (or {start_date_time, end_date_time, time_zone, charging_periods}).

    `tariffs`: one or several; None takes those that the CDR carries. `substitutes`: the tariff that an agreement puts
    in the place of another, by the other's id. `look_for_spans` adds a finding for each period inside which the price
    changes; it costs a second look at every period.
    """
    source = read_document(document)
    given = (source.tariffs or []) if tariffs is None else read_tariffs(tariffs)
    replaced = {name: read_tariffs(tariff)[0] for name, tariff in (substitutes or {}).items()}
    try:
        with exact():
            bill = _priced(source, given, time_zone, options, replaced, look_for_spans)
            sound = bill.raw.incl.is_finite()
    except DecimalException:
        sound = False
    if not sound:
        check_figures(source, [*given, *replaced.values()])
    return bill


def _priced(
    source: Document,
    given: list[Tariff],
    time_zone: str | None,
    options: PricingOptions,
    replaced: Mapping[str, Tariff],
    look_for_spans: bool,
) -> Bill:
    if not given:
        raise BadInput("/tariffs", "there is no tariff to price with", "session")
    timeline = Timeline(source)
    book = Book(given, source, timeline, options, replaced)
    zone, guessed = zone_of(source, time_zone)
    if zone is None and book.zoned:
        reason = "is needed: the tariff looks at the local clock, and neither document nor country tells the zone"
        raise BadInput("/time_zone", reason, "session")
    assembly = Assembly(timeline, book, zone if book.zoned else None, options)
    bill = assembly.bill()
    bill.time_zone = None if zone is None else zone.key
    if guessed and book.zoned:
        message = f"{bill.time_zone}, the only clock of its country"
        bill.findings.append(note("time_zone_guessed", "/cdr_location", message))
    if look_for_spans:
        bill.findings += spans(timeline, book, zone)
    return bill
