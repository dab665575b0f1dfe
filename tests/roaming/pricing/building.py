"""Short words for tariffs and sessions, so that a test shows its figures and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from roaming.pricing import Bill, PricingOptions, price

AMSTERDAM = "Europe/Amsterdam"
Json = dict[str, Any]


def component(kind: str, amount: str, step: int = 1, vat: str | None = None) -> Json:
    told: Json = {"type": kind, "price": Decimal(amount), "step_size": step}
    return told if vat is None else told | {"vat": Decimal(vat)}


def energy(amount: str, step: int = 1, vat: str | None = None) -> Json:
    return component("ENERGY", amount, step, vat)


def time(amount: str, step: int = 1, vat: str | None = None) -> Json:
    return component("TIME", amount, step, vat)


def parking(amount: str, step: int = 1, vat: str | None = None) -> Json:
    return component("PARKING_TIME", amount, step, vat)


def flat(amount: str, vat: str | None = None) -> Json:
    return component("FLAT", amount, 1, vat)


def element(*components: Json, **restrictions: Any) -> Json:
    told: Json = {"price_components": list(components)}
    return told | {"restrictions": restrictions} if restrictions else told


def tariff(*elements: Json, **more: Any) -> Json:
    base = {"country_code": "NL", "party_id": "TST", "id": "T", "currency": "EUR"}
    return base | {"elements": list(elements), "last_updated": "2026-01-01T00:00:00Z"} | more


def period(at: str, tariff_id: str | None = None, **volumes: str) -> Json:
    dimensions = [{"type": kind, "volume": Decimal(volume)} for kind, volume in volumes.items()]
    told: Json = {"start_date_time": at, "dimensions": dimensions}
    return told if tariff_id is None else told | {"tariff_id": tariff_id}


def session(end: str, *periods: Json, zone: str | None = AMSTERDAM, start: str | None = None, **more: Any) -> Json:
    told: Json = {
        "start_date_time": start or periods[0]["start_date_time"],
        "end_date_time": end,
        "charging_periods": list(periods),
    }
    return told | ({} if zone is None else {"time_zone": zone}) | more


def total(document: Json, *tariffs: Json, **options: Any) -> tuple[Decimal, Decimal | None]:
    """(excl. VAT, incl. VAT)"""
    cost = bill(document, *tariffs, **options).total_cost
    return cost.excl_vat, cost.incl_vat


def excl(document: Json, *tariffs: Json, **options: Any) -> Decimal:
    return bill(document, *tariffs, **options).total_cost.excl_vat


def bill(document: Json, *tariffs: Json, **options: Any) -> Bill:
    return price(document, list(tariffs), options=PricingOptions(**options))


def codes(found: Bill) -> list[str]:
    return [finding.code for finding in found.findings]


def at(text: str) -> datetime:
    """Local texts are not meant: 2026-02-23T10:00 is UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


D = Decimal
