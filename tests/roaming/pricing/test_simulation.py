"""Simulated sessions over kWh and over hours, and their plot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from roaming.pricing import BadInput, simulate
from tests.roaming.pricing.building import AMSTERDAM, D, at, element, energy, flat, parking, tariff

RATES = tariff(element(flat("1"), energy("0.5"), parking("6")))


def run(**more: Any) -> Any:
    given: dict[str, Any] = {"start": at("2026-02-23T08:00"), "time_zone": AMSTERDAM, "points": 5}
    return simulate(RATES, **(given | {"power_kw": D(10), "kwh": D(20), "hours": D(4)} | more))


def test_the_curve_over_kwh_leaves_when_full() -> None:
    # 1.00 + kWh × 0.50
    found = run()
    assert [(point.kwh, point.excl_vat) for point in found.over_kwh] == [
        (kwh, 1 + kwh * D("0.5")) for kwh in (D(0), D(5), D(10), D(15), D(20))
    ]
    assert [point.hours for point in found.over_kwh] == [D(0), D("0.5"), D(1), D("1.5"), D(2)]


def test_the_curve_over_hours_parks_when_full() -> None:
    # 10 kW fill 20 kWh in 2 h; then 6.00/h: 1, 1 + 5, 1 + 10, 11 + 6, 11 + 12
    found = run()
    assert [point.excl_vat for point in found.over_hours] == [1, 6, 11, 17, 23]
    assert [point.kwh for point in found.over_hours] == [0, 10, 20, 20, 20]


def test_the_start_matters_to_prices_by_the_clock() -> None:
    rates = tariff(element(energy("1"), start_time="10:00"), element(energy("0")))
    # 08:00Z is 09:00 in Amsterdam: the first of two hours is free: 10 of 20 kWh × 1.00
    found = simulate(
        rates, start=at("2026-02-23T08:00"), time_zone=AMSTERDAM, power_kw=D(10), kwh=D(20), hours=D(2), points=2
    )
    assert found.over_kwh[-1].excl_vat == 10


def test_the_plot_rises_from_left_to_right() -> None:
    rows = run().render().splitlines()
    assert (
        rows[0] == "Cost over kWh, leaving when full: 10 kW from 2026-02-23T08:00:00Z (Europe/Amsterdam), EUR incl. VAT"
    )
    assert "11.00 ┤" in rows[1] and rows[1].rstrip().endswith("•")
    assert "Cost over hours connected, 20 kWh at most" in rows
    assert rows[-1].strip().endswith("4.0 h")


def test_a_tariff_that_costs_nothing_has_a_flat_plot() -> None:
    found = simulate(tariff(element(flat("0"))), start=at("2026-02-23T08:00"), time_zone="UTC", points=2)
    assert found.render().count("•") == 2 * 65


def test_the_document_has_figures() -> None:
    told = run(points=2).document()
    assert told["over_kwh"][1] == {"kwh": D(20), "hours": D(2), "excl_vat": D(11), "incl_vat": D(11)}
    assert (told["currency"], told["start"], told["power_kw"]) == ("EUR", "2026-02-23T08:00:00Z", 10)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"power_kw": D(0)}, "/power"),
        ({"kwh": D(-1)}, "/kwh"),
        ({"hours": Decimal("NaN")}, "/hours"),
        ({"points": 1}, "/points"),
    ],
)
def test_figures_that_make_no_sense(wrong: Any, pointer: str) -> None:
    with pytest.raises(BadInput) as caught:
        run(**wrong)
    assert caught.value.pointer == pointer
