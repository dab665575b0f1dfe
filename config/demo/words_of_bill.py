"""The bill of a CDR in lines, with the reasons that the hub keeps beside it, and where in the admin it all stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings

from config.demo.check import Figures, same
from roaming.models import Cdr


def find(cdr: Mapping[str, Any]) -> Cdr | None:
    """The hub's own record of a CDR that the partner was sent."""
    owner = {"country_code": cdr["country_code"], "party_id": cdr["party_id"]}
    return Cdr.objects.filter(object_key=str(cdr["id"]).upper(), **owner).first()


def lines(cdr: Mapping[str, Any], record: Cdr) -> Iterator[str]:
    """The CDR's priced lines, each with its reason, the total, and the page to look at."""
    yield f"    CDR {cdr['id']}: {cdr['total_energy']} kWh in {cdr['total_time']} h"
    for line in (record.bill or {}).get("lines", []):
        what = f"{line['dimension']:<8}{line['billed']:>8} {line['unit']:<8}at {line['price']:>5}"
        yield f"      {what}{_money(line)}   because {line['because']}"
    yield f"      {'total':<31}{_money(cdr['total_cost'])} {cdr['currency']}"
    yield f"    to look up: {settings.HUB_PUBLIC_URL}/admin/roaming/cdr/{record.pk}/change/"


def differences(record: Cdr, figures: Figures) -> list[str]:
    """Where the bill's lines say something else than the figures worked out apart."""
    costs = {"ENERGY": figures.energy_cost, "TIME": figures.time_cost, "FLAT": figures.fixed_cost}
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for line in (record.bill or {}).get("lines", []):
        before = found.get(line["dimension"], (Decimal(0), Decimal(0)))
        found[line["dimension"]] = (before[0] + Decimal(line["excl_vat"]), before[1] + Decimal(line["incl_vat"]))
    wrong = [f"a line for {kind}, which nobody agreed on" for kind in found.keys() - costs.keys()]
    for kind, wanted in costs.items():
        claimed = found.get(kind, (Decimal(0), Decimal(0)))
        if not (same(claimed[0], wanted[0]) and same(claimed[1], wanted[1])):
            wrong.append(f"{kind} costs {claimed[0]} and {claimed[1]} with VAT, worked out {wanted[0]:.4f}")
    return wrong


def _money(cost: Mapping[str, Any]) -> str:
    without, including = (Decimal(cost.get(name) or 0) for name in ("excl_vat", "incl_vat"))
    return f"{without:>10.4f}   with VAT {including:>8.4f}"
