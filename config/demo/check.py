"""The bill of a session worked out anew, from what the station itself wrote down and from the tariff as agreed.

Nothing here comes from `roaming.pricing`: it is the second opinion. The demo's tariff is simple enough for that: ENERGY
per kWh, TIME per hour and one FLAT fee, each with its VAT, every step_size 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

FOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Prices:
    """The agreed tariff, in one currency; VAT in percent."""

    energy: Decimal
    hour: Decimal
    flat: Decimal
    vat: Decimal


@dataclass(frozen=True)
class Figures:
    """What the CDR has to say; money is (without, with VAT)."""

    kwh: Decimal
    hours: Decimal
    energy_cost: tuple[Decimal, Decimal]
    time_cost: tuple[Decimal, Decimal]
    fixed_cost: tuple[Decimal, Decimal]
    total_cost: tuple[Decimal, Decimal]


def expected(ended: Mapping[str, Any], prices: Prices) -> Figures:
    """From a station's own note of an ended transaction (it charged all the time)."""
    kwh = Decimal(ended["meter_stop"] - ended["meter_start"]) / 1000
    seconds = instant(ended["ended_at"]) - instant(ended["started_at"])
    hours = Decimal(int(seconds.total_seconds())) / 3600
    parts = [kwh * prices.energy, hours * prices.hour, prices.flat]
    costs = [(part, part * (100 + prices.vat) / 100) for part in parts]
    total = (sum(one[0] for one in costs), sum(one[1] for one in costs))
    return Figures(kwh, hours, costs[0], costs[1], costs[2], (Decimal(total[0]), Decimal(total[1])))


def differences(cdr: Mapping[str, Any], figures: Figures) -> list[str]:
    """Where a CDR says something else; empty if every figure is right."""
    wrong = []
    for name, wanted in (("total_energy", figures.kwh), ("total_time", figures.hours)):
        if not same(cdr.get(name), wanted):
            wrong.append(f"{name} is {cdr.get(name)}, worked out {wanted:.4f}")
    money = {
        "total_energy_cost": figures.energy_cost,
        "total_time_cost": figures.time_cost,
        "total_fixed_cost": figures.fixed_cost,
        "total_cost": figures.total_cost,
    }
    for name, (without, including) in money.items():
        claimed = cdr.get(name) or {}
        for part, wanted in (("excl_vat", without), ("incl_vat", including)):
            if not same(claimed.get(part), wanted):
                wrong.append(f"{name}.{part} is {claimed.get(part)}, worked out {wanted:.4f}")
    return wrong + _periods(cdr, figures)


def _periods(cdr: Mapping[str, Any], figures: Figures) -> list[str]:
    """The periods must add up to the totals (SES-23, CDR-15)."""
    sums: dict[str, Decimal] = {}
    for period in cdr.get("charging_periods") or []:
        for dimension in period["dimensions"]:
            sums[dimension["type"]] = sums.get(dimension["type"], Decimal(0)) + Decimal(dimension["volume"])
    wrong = []
    for kind, wanted in (("ENERGY", figures.kwh), ("TIME", figures.hours)):
        # Each period's volume may have been rounded to four places by itself.
        if abs(sums.get(kind, Decimal(0)) - wanted) > FOUR_PLACES * max(1, len(cdr.get("charging_periods") or [])):
            wrong.append(f"the periods' {kind} add up to {sums.get(kind)}, worked out {wanted:.4f}")
    return wrong


def instant(text: str) -> datetime:
    """A DateTime of OCPI or of a station's note; without a zone it is UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def same(claimed: Any, wanted: Decimal) -> bool:
    """Equal to four places, the precision of OCPI's amounts."""
    if claimed is None:
        return False
    return Decimal(claimed).quantize(FOUR_PLACES, ROUND_HALF_UP) == wanted.quantize(FOUR_PLACES, ROUND_HALF_UP)
