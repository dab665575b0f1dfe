"""A tariff in words, as one would read it out to a driver: per dimension, the prices in the order in which they are
tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from roaming.pricing.amounts import exact, plain
from roaming.pricing.documents import Price, Tariff, Tariffs, read_tariffs
from roaming.pricing.figures import require_fit
from roaming.pricing.linting.boxes import box, domain, uncovered
from roaming.pricing.rates import ENERGY, FLAT, PARKING_TIME, PER, TIME, Plan, PricedElement, Rate, plan
from roaming.pricing.restrictions import lasting, shown

TITLES = {
    FLAT: "Start fee",
    ENERGY: "Energy",
    TIME: "Charging time",
    PARKING_TIME: "Parking (connected, the vehicle asks for no power)",
}


def explain(tariff: Tariffs) -> str:
    """One tariff or several, in words."""
    return "\n\n".join("\n".join(_tariff(one)) for one in read_tariffs(tariff))


def _tariff(tariff: Tariff) -> Iterator[str]:
    require_fit("tariff", tariff)
    found = plan(tariff)
    yield _head(tariff)
    yield from _validity(tariff)
    used = False
    for dimension, title in TITLES.items():
        rules = [one for one in found.charging if dimension in one.rates]
        if rules:
            used = True
            yield f"{title}:"
            yield from _rules(rules, dimension, tariff.currency)
    free = [title.split(" (")[0].lower() for name, title in TITLES.items() if not _priced(found.charging, name)]
    if free and used:
        yield f"Not charged for: {', '.join(free)}."
    yield from _reservations(found, tariff.currency)
    yield from _limits(tariff)
    if found.zoned:
        yield "Times and dates are local to the charging location."


def _head(tariff: Tariff) -> str:
    owner = f"{tariff.country_code}/{tariff.party_id} " if tariff.country_code and tariff.party_id else ""
    kind = f", for {tariff.type}" if tariff.type else ""
    return f"Tariff {owner}{tariff.id}, prices in {tariff.currency} excl. VAT{kind}"


def _validity(tariff: Tariff) -> Iterator[str]:
    bounds = [(tariff.start_date_time, "from"), (tariff.end_date_time, "until")]
    told = [f"{word} {at}" for at, word in bounds if at]
    if told:
        yield f"Valid for sessions that start {' '.join(told)}."


def _priced(elements: Sequence[PricedElement], dimension: str) -> bool:
    return any(dimension in one.rates for one in elements)


def _rules(elements: Sequence[PricedElement], dimension: str, currency: str) -> Iterator[str]:
    space = domain(check for element in elements for check in element.checks)
    covers = [box(element.checks, space) for element in elements]
    for at, element in enumerate(elements):
        when = ", ".join(check.words() for check in element.checks)
        place = f"element {element.index + 1}"
        if not when:
            yield f"  - {'otherwise' if at else 'always'} {_price(element.rate(dimension), currency)} ({place})"
            if at + 1 < len(elements):
                yield "    what follows is never used"
            return
        yield f"  - {when}: {_price(element.rate(dimension), currency)} ({place})"
    if uncovered({}, covers, space) is not None:
        yield "  - otherwise nothing"


def _price(rate: Rate, currency: str) -> str:
    with exact():
        gross = (
            "" if rate.factor is None else f" ({plain(rate.price * rate.factor):f} incl. {shown(rate.vat or 0)} % VAT)"
        )
    if not rate.price:
        return "free of charge"
    price = f"{shown(rate.price)} {currency} per {PER[rate.dimension]}{gross}"
    if rate.dimension == FLAT or rate.step <= 1:
        return price
    step = f"{shown(rate.step)} Wh" if rate.dimension == ENERGY else lasting(rate.step)
    return f"{price}, the session's total rounded up to steps of {step}"


def _reservations(found: Plan, currency: str) -> Iterator[str]:
    used = found.reserved
    only = [one for one in found.expired if one not in used]
    for title, elements in (("Reservation", used), ("Reservation that is not used, before the above", only)):
        for dimension in (FLAT, TIME):
            rules = [one for one in elements if dimension in one.rates]
            if rules:
                yield f"{title}, {'fee' if dimension == FLAT else 'per time'}:"
                yield from _rules(rules, dimension, currency)


def _limits(tariff: Tariff) -> Iterator[str]:
    for word, price in (("At least", tariff.min_price), ("At most", tariff.max_price)):
        if price is not None:
            yield f"{word} {_both(price, tariff.currency)} for a session that charges."


def _both(price: Price, currency: str) -> str:
    incl = "" if price.incl_vat is None else f" ({shown(price.incl_vat)} incl. VAT)"
    return f"{shown(price.excl_vat)} {currency}{incl}"
