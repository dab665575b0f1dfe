"""What a station calculates by an OCPP 2.1 tariff (I12), figure by figure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ocppbridge.charging.costing import Span, cost, details

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = Fraction(3600)


def tariff(**dimensions: Any) -> dict[str, Any]:
    return {"tariffId": "T", "currency": "EUR", **dimensions}


def energy(*prices: Any, **more: Any) -> dict[str, Any]:
    made = [{"priceKwh": price} | ({"conditions": when} if when else {}) for price, when in prices]
    return {"prices": made, **more}


def span(**more: Any) -> Span:
    return Span(**{"start": MONDAY, "seconds": HOUR, "energy": Fraction(10_000)} | more)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"minEnergy": 0}, True),
        ({"maxEnergy": 0}, False),
        ({"minTime": 1}, False),
        ({"maxTime": 1}, True),
        ({"minPower": 5000}, True),
        ({"maxPower": 5000}, False),
        ({"minCurrent": 6}, False),  # nothing was measured
        ({"dayOfWeek": ["Monday"]}, True),
        ({"dayOfWeek": ["Tuesday"]}, False),
        ({"validFromDate": "2026-11-23", "validToDate": "2026-11-24"}, True),
        ({"validFromDate": "2026-11-24"}, False),
        ({"validToDate": "2026-11-23"}, False),
        ({"startTimeOfDay": "09:00", "endTimeOfDay": "11:00"}, True),
        ({"startTimeOfDay": "11:00", "endTimeOfDay": "00:00"}, False),
        ({"startTimeOfDay": "22:00", "endTimeOfDay": "06:00"}, False),
        ({"startTimeOfDay": "22:00", "endTimeOfDay": "10:30"}, True),
    ],
)
def test_the_first_price_whose_conditions_hold_counts(condition: dict[str, Any], holds: bool) -> None:
    said = tariff(energy=energy((0.5, condition), (0.3, {})))
    made = cost(said, [span(power=(Decimal(10_000), Decimal(10_000)))], UTC)
    assert made.total[0] == (5 if holds else 3)


def test_without_a_price_that_holds_it_is_free() -> None:
    assert cost(tariff(energy=energy((0.5, {"minEnergy": 20_000}))), [span()], UTC).total == (0, 0)


def test_taxes_add_up_on_a_level_and_stack_on_each_other() -> None:
    rates = [{"type": "a", "tax": 10}, {"type": "b", "tax": 10}, {"type": "c", "tax": 50, "stack": 1}]
    made = cost(tariff(energy=energy((1, {}), taxRates=rates)), [span()], UTC)
    assert made.total == (10, Fraction(18))


@pytest.mark.parametrize(
    ("limits", "total", "word"),
    [
        ({"minCost": {"exclTax": 5}}, (5, 6), "MinCost"),
        ({"maxCost": {"exclTax": 1, "inclTax": 1.1}}, (1, Fraction("1.1")), "MaxCost"),
        ({"maxCost": {"inclTax": 2.4}}, (3, Fraction(3)), "MaxCost"),
        ({"minCost": {"exclTax": 1}}, (3, Fraction("3.6")), "NormalCost"),
    ],
)
def test_the_sum_is_bounded(limits: Any, total: Any, word: str) -> None:
    made = cost(tariff(energy=energy((0.3, {}), taxRates=[{"type": "VAT", "tax": 20}]), **limits), [span()], UTC)
    assert (made.total, made.bound) == (total, word)


def test_a_reservation_has_its_own_time_and_fee() -> None:
    said = tariff(
        energy=energy((1, {})),
        reservationTime={"prices": [{"priceMinute": 0.1}]},
        reservationFixed={"prices": [{"priceFixed": 2}]},
        fixedFee={"prices": [{"priceFixed": 1, "conditions": {"dayOfWeek": ["Tuesday"]}}, {"priceFixed": 3}]},
    )
    held = span(start=MONDAY - timedelta(hours=1), energy=Fraction(), reserved=True)
    told = details(cost(said, [held, span()], UTC), said, MONDAY)
    assert told["totalUsage"] == {"energy": 10_000.0, "chargingTime": 3600, "idleTime": 0, "reservationTime": 3600}
    parts = {name: part["exclTax"] for name, part in told["totalCost"].items() if name in ("fixed", "reservationTime")}
    assert parts == {"fixed": 3.0, "reservationTime": 6.0}
    assert told["totalCost"]["total"]["exclTax"] == 21.0
