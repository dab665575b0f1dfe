"""The form of a Tariff object: fields that do not exist are errors, for a misspelled restriction is silently none at
all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from roaming.pricing.figures import listed
from roaming.pricing.findings import Finding, error, note, warning
from roaming.pricing.rates import DIMENSIONS, EXPIRES, RESERVATION
from roaming.pricing.state import DAYS

TYPES = frozenset({"AD_HOC_PAYMENT", "PROFILE_CHEAP", "PROFILE_FAST", "PROFILE_GREEN", "REGULAR"})
RANGES = tuple(f"{side}_{name}" for name in ("kwh", "current", "power", "duration") for side in ("min", "max"))
FIELDS: dict[str, tuple[str, ...]] = {
    "tariff": (
        *("country_code", "party_id", "id", "currency", "type", "tariff_alt_text", "tariff_alt_url", "min_price"),
        *("max_price", "elements", "start_date_time", "end_date_time", "energy_mix", "last_updated"),
    ),
    "element": ("price_components", "restrictions"),
    "component": ("type", "price", "vat", "step_size"),
    "restrictions": (*("start_time", "end_time", "start_date", "end_date", *RANGES, "day_of_week", "reservation"),),
    "price": ("excl_vat", "incl_vat"),
}
REQUIRED = {
    "tariff": ("country_code", "party_id", "id", "currency", "elements", "last_updated"),
    "element": ("price_components",),
    "component": ("type", "price", "step_size"),
    "restrictions": (),
    "price": ("excl_vat",),
}
VALUES: dict[str, frozenset[str]] = {
    "tariff/type": TYPES,
    "component/type": frozenset(DIMENSIONS),
    "restrictions/reservation": frozenset({RESERVATION, EXPIRES}),
}
PRICE_IN_TEXT = re.compile(r"(\d+[.,]\d{2}|[€$£]\s?\d|\d\s?(€|eur|euro|cent|ct)\b)", re.IGNORECASE)


def form(tariff: Mapping[str, Any]) -> Iterator[Finding]:
    yield from fields("tariff", tariff, "")
    yield from codes(tariff)
    for at, text in enumerate(listed(tariff.get("tariff_alt_text"))):
        if isinstance(text, Mapping) and PRICE_IN_TEXT.search(str(text.get("text", ""))):
            message = (
                "names a price: beside elements the text is additional information, not a second price list (TAR-29)"
            )
            yield note("tariff_alt_text", f"/tariff_alt_text/{at}/text", message)
    for name in ("min_price", "max_price"):
        if isinstance(price := tariff.get(name), Mapping):
            yield from fields("price", price, f"/{name}")
    for at, element in enumerate(listed(tariff.get("elements"))):
        if isinstance(element, Mapping):
            yield from element_form(element, f"/elements/{at}")


def element_form(element: Mapping[str, Any], pointer: str) -> Iterator[Finding]:
    yield from fields("element", element, pointer)
    for at, component in enumerate(listed(element.get("price_components"))):
        if isinstance(component, Mapping):
            yield from fields("component", component, f"{pointer}/price_components/{at}")
    restrictions = element.get("restrictions")
    if isinstance(restrictions, Mapping):
        yield from fields("restrictions", restrictions, f"{pointer}/restrictions")
        for at, day in enumerate(listed(restrictions.get("day_of_week"))):
            if day not in DAYS:
                yield unknown(f"{pointer}/restrictions/day_of_week/{at}", day, frozenset(DAYS))


def fields(kind: str, source: Mapping[str, Any], pointer: str) -> Iterator[Finding]:
    for name, value in source.items():
        if name not in FIELDS[kind]:
            close = get_close_matches(_snake(name), FIELDS[kind], 1)
            message = f"{name!r} is not a field of OCPI 2.2.1 here and is ignored by everyone who prices"
            fix = f"{close[0]!r}" if close else ""
            yield error("unexpected_field", f"{pointer}/{name}", message, fix=fix)
        elif value is None:
            yield note("needless_null", f"{pointer}/{name}", "null says nothing: leave the field out")
        elif (known := VALUES.get(f"{kind}/{name}")) is not None and not (isinstance(value, str) and value in known):
            yield unknown(f"{pointer}/{name}", value, known)
    for name in REQUIRED[kind]:
        if source.get(name) is None:
            code = "last_updated_missing" if name == "last_updated" else "missing_field"
            yield error(code, f"{pointer}/{name}", "is required")


def unknown(pointer: str, value: Any, known: frozenset[str]) -> Finding:
    close = get_close_matches(str(value).upper(), sorted(known), 1)
    fix = f"{close[0]!r}" if close else ""
    return error("unknown_value", pointer, f"{value!r} is none of {', '.join(sorted(known))}", fix=fix)


def codes(tariff: Mapping[str, Any]) -> Iterator[Finding]:
    country, party, currency = (tariff.get(name) for name in ("country_code", "party_id", "currency"))
    if isinstance(country, str) and not re.fullmatch(r"[A-Z]{2}", country):
        fix = repr(country.upper()) if re.fullmatch(r"[A-Za-z]{2}", country) else ""
        yield warning(
            "country_code", "/country_code", f"{country!r} is not two capital letters (ISO 3166-1 alpha-2)", fix=fix
        )
    if isinstance(party, str) and not re.fullmatch(r"[A-Z0-9]{3}", party):
        yield warning(
            "party_id", "/party_id", f"{party!r} is not three capital letters or digits", fix=repr(party.upper())
        )
    if isinstance(currency, str) and not re.fullmatch(r"[A-Z]{3}", currency):
        fix = repr(currency.upper()) if re.fullmatch(r"[A-Za-z]{3}", currency) else ""
        yield error("currency", "/currency", f"{currency!r} is not three capital letters (ISO 4217)", fix=fix)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
