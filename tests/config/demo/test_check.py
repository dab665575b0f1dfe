"""The second opinion itself: figures worked out by hand, and CDRs that are wrong in one place."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from config.demo.check import Prices, differences, expected

PRICES = Prices(energy=Decimal("0.40"), hour=Decimal("3.60"), flat=Decimal("0.50"), vat=Decimal(21))
ENDED = {
    "started_at": "2026-11-21T12:00:00+00:00",
    "ended_at": "2026-11-21T12:01:40+00:00",
    "meter_start": 1_000,
    "meter_stop": 3_500,
}
CDR: dict[str, Any] = {
    # 2.5 kWh x 0.40 = 1.00; 100 s x 0.001 = 0.10; fee 0.50
    "total_energy": Decimal("2.5"),
    "total_time": Decimal("0.0278"),
    "total_energy_cost": {"excl_vat": Decimal(1), "incl_vat": Decimal("1.21")},
    "total_time_cost": {"excl_vat": Decimal("0.1"), "incl_vat": Decimal("0.121")},
    "total_fixed_cost": {"excl_vat": Decimal("0.5"), "incl_vat": Decimal("0.605")},
    "total_cost": {"excl_vat": Decimal("1.6"), "incl_vat": Decimal("1.936")},
    "charging_periods": [
        {
            "start_date_time": "2026-11-21T12:00:00Z",
            "dimensions": [{"type": "ENERGY", "volume": Decimal("2.5")}, {"type": "TIME", "volume": Decimal("0.0278")}],
        }
    ],
}


def test_a_right_cdr_has_no_differences() -> None:
    assert differences(CDR, expected(ENDED, PRICES)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total_energy", Decimal("2.4")),
        ("total_time", Decimal("0.0277")),
        ("total_cost", {"excl_vat": Decimal("1.6001"), "incl_vat": Decimal("1.936")}),
        ("total_cost", {"excl_vat": Decimal("1.6")}),
        ("total_fixed_cost", {"excl_vat": Decimal("0.5"), "incl_vat": Decimal("0.5")}),
        ("total_energy_cost", None),
        ("charging_periods", []),
    ],
)
def test_a_wrong_figure_is_named(name: str, value: Any) -> None:
    wrong = deepcopy(CDR) | {name: value}
    found = differences(wrong, expected(ENDED, PRICES))
    assert found
    assert all(name.split("_cost")[0] in text or "periods" in text for text in found)
