"""A tariff in one line, for lists, and as a table, where it is only shown."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from roaming.admin.tariff_elements import when
from roaming.admin.tariff_rows import KINDS, step_words
from roaming.pricing.figures import listed

UNITS = {"ENERGY": "/kWh", "TIME": "/h", "PARKING_TIME": "/h parking", "FLAT": " flat"}


def summary(tariff: dict[str, Any]) -> str:
    """0.30/kWh + 0.50 flat; further elements are counted."""
    listed = tariff.get("elements") or []
    first = (listed[0].get("price_components") or []) if listed else []
    text = " + ".join(f"{one.get('price')}{UNITS.get(str(one.get('type')), '')}" for one in first)
    more = len(listed) - 1
    return f"{text}, {more} more element{'' if more == 1 else 's'}" if more > 0 else text or "–"


def table(tariff: dict[str, Any]) -> SafeString:
    """Whoever wrote it: what cannot be read is shown as it stands."""
    rows = [
        (at, when(element.get("restrictions") or {}) or "always", _prices(element))
        for at, element in enumerate(listed(tariff.get("elements")), start=1)
        if isinstance(element, dict)
    ]
    body = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
    return format_html(
        '<table class="tariff-shown"><thead><tr><th>Element</th><th>Counts</th><th>Prices excl. VAT</th></tr></thead>'
        "<tbody>{}</tbody></table>",
        body,
    )


def _prices(element: dict[str, Any]) -> SafeString:
    components = [one for one in listed(element.get("price_components")) if isinstance(one, dict)]
    return format_html_join("", "<div>{}</div>", ((_price(one),) for one in components))


def _price(one: dict[str, Any]) -> str:
    kind = str(one.get("type"))
    name, unit = KINDS.get(kind, (kind, ""))
    step = one.get("step_size")
    told = step_words(kind, step) if isinstance(step, int) else ""
    vat = "" if one.get("vat") is None else f", VAT {one['vat']} %"
    return f"{name}: {one.get('price')} {unit}{vat}{f', {told}' if told else ''}"
