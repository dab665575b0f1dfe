"""Every verb about power with every field filled, as far as a version has it; and second values of its fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from ocppbridge.charging import charging_profiles as p
from ocppbridge.charging import intents as i
from ocppbridge.charging.tokens import Place

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FIVE = datetime(2026, 11, 21, 17, tzinfo=UTC)
SECOND: Final[dict[str, Any]] = {
    "purpose": p.Purpose.TX_DEFAULT, "kind": p.Kind.RELATIVE, "recurrency": p.Recurrency.WEEKLY, "unit": p.Unit.W,
    "operation_mode": p.OperationMode.IDLE, "limit_at_soc": (90, Decimal(8)), "profile_ids": (2,), "sources": ("SO",),
    "discharge_limit": Decimal(-9), "discharge_limit_l2": Decimal(-9), "discharge_limit_l3": Decimal(-9),
    "freq_watt_curve": ((Decimal(51), Decimal(0)),), "signal_watt_curve": ((5, Decimal(0)),),
    "sales_tariff": {"id": 2, "salesTariffEntry": [{"relativeTimeInterval": {"start": 0}}]},
    "digest_value": "def", "price_signature": "def", "phase_to_use": 2,
    "absolute_price": {
        "timeAnchor": "2026-11-21T12:00:00Z", "priceScheduleID": 2, "currency": "EUR", "language": "en",
        "priceAlgorithm": "x", "priceRuleStacks": [],
    },
    "price_levels": {
        "timeAnchor": "2026-11-21T12:00:00Z", "priceScheduleId": 2, "numberOfPriceLevels": 1,
        "priceLevelScheduleEntries": [{"duration": 1, "priceLevel": 1}],
    },
}  # fmt: skip
PLAIN = p.Period(0, Decimal(16), phases=3)
FULL_21 = p.Period(
    0, *map(Decimal, (16, 16, 16, -8, -8, -8, 4, 4, 4, 2, 2, 2)), phases=3, phase_to_use=1, preconditioning=True,
    evse_sleep=True, v2x_baseline=Decimal(100), operation_mode=p.OperationMode.CENTRAL_SETPOINT,
    freq_watt_curve=((Decimal("49.9"), Decimal(500)),), signal_watt_curve=((1, Decimal(500)),),
)  # fmt: skip
SALES = {"id": 1, "salesTariffEntry": [{"relativeTimeInterval": {"start": 0}}]}
PRICES = {
    "timeAnchor": "2026-11-21T12:00:00Z", "priceScheduleID": 1, "currency": "EUR", "language": "en",
    "priceAlgorithm": "x",
    "priceRuleStacks": [{
        "duration": 1,
        "priceRule": [{"energyFee": {"exponent": 0, "value": 1}, "powerRangeStart": {"exponent": 0, "value": 0}}],
    }],
}  # fmt: skip
LEVELS = {
    "timeAnchor": "2026-11-21T12:00:00Z", "priceScheduleId": 1, "numberOfPriceLevels": 1,
    "priceLevelScheduleEntries": [{"duration": 1, "priceLevel": 0}],
}  # fmt: skip


def profile(version: str) -> p.ChargingProfile:
    """The fullest that the version can say."""
    schedule = p.Schedule(p.Unit.A, (PLAIN,), NOON, 900, Decimal(6))
    more: dict[str, Any] = {}
    if version != "1.6":
        schedule = p.Schedule(p.Unit.A, (PLAIN,), NOON, 900, Decimal(6), 1, sales_tariff=SALES)
    if version == "2.1":
        schedule = p.Schedule(
            p.Unit.A, (FULL_21,), NOON, 900, Decimal(6), 1, (80, Decimal(10)), Decimal(1), True, 30, 1, "abc", SALES,
            PRICES, LEVELS,
        )  # fmt: skip
        more = {
            "max_offline": 60, "invalid_after_offline": True, "update_interval": 30, "updated_at": NOON,
            "price_signature": "abc",
        }  # fmt: skip
    return p.ChargingProfile(
        1, 0, p.Purpose.TX, p.Kind.RECURRING, (schedule,), p.Recurrency.DAILY, NOON, FIVE, "1", **more
    )


def power_verbs(version: str) -> Iterator[i.Intent]:
    """All of them."""
    place = Place(1, 1)
    yield i.InstallProfile(profile(version), place)
    if version == "1.6":
        yield i.ClearProfiles(1, place, p.Purpose.TX, 1)
    else:
        yield i.ClearProfiles(None, place, p.Purpose.TX, 1)
    yield i.AskProfiles(1, place, (1,), p.Purpose.TX, 1, ("CSO",))
    yield i.AskSchedule(place, 900, p.Unit.A)
    yield i.UsePriority("1", True)
