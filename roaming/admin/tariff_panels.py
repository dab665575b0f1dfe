"""Below a tariff: the connectors that name it, agreements that put another in its place, what it said before."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from roaming.admin.documents import is_hosted
from roaming.admin.tariff_words import summary
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.text import ago, code, linked
from roaming.models import Substitution, Tariff, TariffEdition
from roaming.ocpi import json
from roaming.services import tariff_use

SHOWN = 25


def users(obj: Tariff) -> Panel:
    """Its connectors, with the place to change which."""
    named = tariff_use.naming(obj)
    total = named.count()
    rows = [one for one in tariff_use.connectors(named[:SHOWN]) if obj.object_key in map(str.upper, one.tariff_ids)]
    return Panel(
        "Connectors with this tariff",
        ("Location", "EVSE", "Connector", "Power", "All its tariffs, in order"),
        [
            (
                linked(links.change("roaming.location", one.place.location), one.site),
                linked(links.change("roaming.evse", one.evse.pk), code(one.evse.uid)),
                f"{one.place.connector_id}, {one.standard}",
                f"{one.kilowatts:f} kW",
                ", ".join(one.tariff_ids),
            )
            for one in rows
        ],
        note=f"{total:,} EVSEs, the first {SHOWN} are shown" if total > SHOWN else "",
        url=reverse("admin:roaming_tariff_connectors", args=[obj.pk]) if is_hosted(obj) else None,
        more="Choose connectors",
        empty="No connector names it: nobody pays it yet.",
    )


def substitutions(obj: Tariff) -> Panel:
    """Agreements in which it is replaced, or replaces another."""
    owned = Substitution.objects.filter(
        agreement__cpo__country_code=obj.country_code, agreement__cpo__party_id=obj.party_id
    ).select_related("agreement__cpo", "agreement__emsp")
    found = [
        *((one, f"pay {one.substitute_id} instead") for one in owned.filter(tariff_key=obj.object_key)),
        *((one, f"pay this in the place of {one.tariff_id}") for one in owned.filter(substitute_key=obj.object_key)),
    ]
    return Panel(
        "By agreement",
        ("Agreement", "Its drivers", "Who else sees the substitute"),
        [
            (
                linked(links.change("roaming.agreement", one.agreement_id), one.agreement),
                what,
                "nobody" if one.exclusive else "everybody",
            )
            for one, what in found
        ],
        url=links.changelist(
            "roaming.agreement", cpo__country_code__exact=obj.country_code, cpo__party_id__exact=obj.party_id
        ),
        more="Agreements",
        empty="Every eMSP sees the same: no agreement puts another tariff in its place.",
    )


def editions(obj: Tariff) -> Panel:
    """What it said before."""
    rows = TariffEdition.objects.filter(tariff=obj).order_by("-held_until")[:10]
    return Panel(
        "What it said before",
        ("Until", "Version", "Prices excl. VAT"),
        [(ago(one.held_until), one.version, _summary(one.document)) for one in rows],
        empty="It has never been changed.",
    )


def _summary(document: str) -> Any:
    return summary(json.loads(document))
