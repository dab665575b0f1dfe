"""What an eMSP's drivers pay by its substitute tariffs, beside what everybody else pays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from roaming.admin.tariff_costs import figure
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.text import BAD, badge, code, linked
from roaming.models import Agreement, Tariff
from roaming.ocpi import json
from roaming.pricing.errors import BadInput
from roaming.pricing.examples import Example, around, bill, typical
from roaming.pricing.options import PricingOptions
from roaming.services import prices, tariff_use
from roaming.services.decisions import choices
from roaming.services.objects import key

SHOWN = (0, 1, 2)  # of the typical sessions


def panel(obj: Agreement, now: datetime) -> Panel:
    """One line a substitution."""
    cpo = obj.cpo
    zone = next(iter(tariff_use.zones_of(cpo.country_code, cpo.party_id)), "UTC")
    substitutions = list(obj.substitutions.order_by("tariff_key"))
    keys = {one.tariff_key for one in substitutions} | {one.substitute_key for one in substitutions}
    rows = Tariff.objects.filter(country_code=cpo.country_code, party_id=cpo.party_id, object_key__in=keys)
    known = {row.object_key: row for row in rows}
    names = [one.name for place, one in enumerate(typical(now, zone)) if place in SHOWN]
    options = prices.options(choices())
    return Panel(
        "What its drivers pay instead",
        ("Everybody else", "Its drivers", *names),
        [
            (
                _link(known, one.tariff_id),
                _link(known, one.substitute_id),
                *_costs(known.get(one.tariff_key), known.get(one.substitute_key), zone, now, options),
            )
            for one in substitutions
        ],
        note="incl. VAT: everybody else → its drivers",
        empty="The same as everybody: no tariff has a substitute.",
    )


def _link(known: Mapping[str, Tariff], tariff_id: str) -> SafeString | str:
    row = known.get(key(tariff_id))
    if row is None:
        return badge(f"{tariff_id}: not stored here", BAD)
    return linked(links.change("roaming.tariff", row.pk), code(row.object_id))


def _costs(theirs: Tariff | None, own: Tariff | None, zone: str, now: datetime, options: PricingOptions) -> list[str]:
    cells = []
    documents = [None if row is None else json.loads(row.document) for row in (theirs, own)]
    for place in SHOWN:
        pair = [_cost(document, zone, now, place, options) for document in documents]
        cells.append(" → ".join(pair))
    return cells


def _cost(document: dict[str, Any] | None, zone: str, now: datetime, place: int, options: PricingOptions) -> str:
    if document is None:
        return "–"
    one: Example = typical(around(document, now), zone)[place]
    try:
        told = bill(one, document, zone, options)
    except BadInput:
        return "–"
    return f"{figure(told.due[1])} {told.currency}"
