"""The bill of a CDR in lines, with the reasons that the hub keeps beside it, and where in the admin it all stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings

from roaming.models import Cdr


def lines(cdr: Mapping[str, Any]) -> Iterator[str]:
    """The CDR's totals, each priced line with its reason, and the page to look at."""
    yield f"    CDR {cdr['id']} of session {cdr['session_id']}"
    yield f"      {'energy':<10}{cdr['total_energy']:>12} kWh   {_money(cdr, 'total_energy_cost')}"
    yield f"      {'time':<10}{cdr['total_time']:>12} h     {_money(cdr, 'total_time_cost')}"
    yield f"      {'fixed':<10}{'':>12}       {_money(cdr, 'total_fixed_cost')}"
    yield f"      {'total':<10}{'':>12}       {_money(cdr, 'total_cost')}"
    row = Cdr.objects.filter(object_key=str(cdr["id"]).upper(), party_id=cdr["party_id"]).first()
    if row is None:
        return
    for line in (row.bill or {}).get("lines", []):
        yield f"      because {line.get('because', line)}"
    base = settings.HUB_PUBLIC_URL
    yield f"    to look up: {base}/admin/roaming/cdr/{row.pk}/change/"


def _money(cdr: Mapping[str, Any], name: str) -> str:
    cost = cdr.get(name) or {}
    return f"{cost.get('excl_vat', '–'):>9} {cdr['currency']}   with VAT {cost.get('incl_vat', '–'):>9}"
