"""The bill of a CDR: the one kept beside our own, else what the desk computed; and its total by VAT rate.

What is owed is the CDR's total, so its parts by rate are the bill's, fitted to that total (`pricing.shares`). A credit
repeats its original and is not priced: it has the original's rates, or what was charged under one would be given back
under none.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from roaming.models import Cdr
from roaming.pricing.shares import Part, Share, shares
from roaming.services.objects import key


def bill(cdr: Cdr) -> dict[str, Any]:
    """As the API tells it; `cdr.assessment` is looked at."""
    kept = kept_bill(cdr)
    incl = cdr.total_cost_incl_vat
    return {
        "id": cdr.pk,
        "cdr_id": cdr.object_id,
        "currency": cdr.currency,
        "total_cost_excl_vat": f"{cdr.total_cost_excl_vat:f}",
        "total_cost_incl_vat": None if incl is None else f"{incl:f}",
        "vat": [told(share) for share in by_rate(cdr)],
        "bill": exact(kept),
    }


def kept_bill(cdr: Cdr) -> dict[str, Any] | None:
    """None: nobody could compute one."""
    desk = getattr(cdr, "assessment", None)
    found = cdr.bill or (desk.bill if desk is not None else None)
    return found if isinstance(found, dict) else None


def by_rate(cdr: Cdr) -> list[Share]:
    """What of its total is under which VAT rate."""
    return split(cdr.total_cost_excl_vat, cdr.total_cost_incl_vat, kept_bill(cdr) or _originals(cdr))


def _originals(cdr: Cdr) -> dict[str, Any] | None:
    if not cdr.credit:
        return None
    same = {"country_code": cdr.country_code, "party_id": cdr.party_id, "object_key": key(cdr.credit_reference_id)}
    original = Cdr.objects.filter(**same).select_related("assessment").first()
    return None if original is None else kept_bill(original)


def split(excl: Decimal, incl: Decimal | None, kept: dict[str, Any] | None) -> list[Share]:
    """A total by the rates of a bill."""
    return shares(excl, incl, _parts((kept or {}).get("vat")))


def told(share: Share) -> dict[str, str | None]:
    """As JSON."""
    incl = None if share.incl is None else f"{share.incl:f}"
    return {"vat": share.rate, "excl_vat": f"{share.excl:f}", "incl_vat": incl}


def exact(value: Any) -> Any:
    """Decimals as strings, digit for digit; a bill's whole numbers too, so that an amount is always a string."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return {name: _amount(name, exact(one)) for name, one in value.items()}
    return [exact(one) for one in value] if isinstance(value, list) else value


_AMOUNTS = frozenset({
    "price", "vat", "excl_vat", "incl_vat", "measured", "billed", "volume", "total_energy", "total_time",
    "total_parking_time", "import_energy", "export_energy", "billed_energy_kwh", "kwh",
})  # fmt: skip


def _amount(name: str, value: Any) -> Any:
    return str(value) if name in _AMOUNTS and isinstance(value, int) and not isinstance(value, bool) else value


def _parts(told: Any) -> list[Part]:
    """The `vat` of a bill; anything else is none."""
    found = []
    for one in told if isinstance(told, list) else []:
        try:
            rate = None if one["vat"] is None else _number(one["vat"])
            found.append(Part(rate, _number(one["excl_vat"]), _number(one["incl_vat"])))
        except (KeyError, TypeError, ArithmeticError):
            return []
    return found


def _number(value: Any) -> Decimal:
    return Decimal(str(value))
