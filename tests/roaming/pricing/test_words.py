"""Tariffs in words."""

from __future__ import annotations

from roaming.pricing import explain
from tests.roaming.pricing.building import D, element, energy, flat, parking, tariff, time


def test_a_tariff_is_told_dimension_by_dimension() -> None:
    rates = tariff(
        element(flat("0.5", "21"), energy("0.25", 1000, "21"), start_time="20:00", end_time="08:00"),
        element(energy("0.4", 1, "21"), max_power=22, day_of_week=["SATURDAY", "SUNDAY"]),
        element(energy("0"), min_kwh=50, max_kwh=60, min_duration=3600, start_date="2026-01-01"),
        element(energy("0.45", 1, "0"), parking("6", 300)),
        element(energy("9")),
        type="REGULAR",
        start_date_time="2026-01-01T00:00:00Z",
        max_price={"excl_vat": D(30), "incl_vat": D("36.3")},
        min_price={"excl_vat": D("0.5")},
    )
    assert explain(rates).splitlines() == [
        "Tariff NL/TST T, prices in EUR excl. VAT, for REGULAR",
        "Valid for sessions that start from 2026-01-01T00:00:00Z.",
        "Start fee:",
        "  - from 20:00 to 08:00 (over midnight): 0.5 EUR per session (0.605 incl. 21 % VAT) (element 1)",
        "  - otherwise nothing",
        "Energy:",
        (
            "  - from 20:00 to 08:00 (over midnight): 0.25 EUR per kWh (0.3025 incl. 21 % VAT), "
            "the session's total rounded up to steps of 1000 Wh (element 1)"
        ),
        "  - below 22 kW, on Saturday, Sunday: 0.4 EUR per kWh (0.484 incl. 21 % VAT) (element 2)",
        (
            "  - 50 kWh or more and below 60 kWh charged so far, 1 h or more into the session, "
            "from 2026-01-01 on: free of charge (element 3)"
        ),
        "  - otherwise 0.45 EUR per kWh (element 4)",
        "    what follows is never used",
        "Parking (connected, the vehicle asks for no power):",
        "  - always 6 EUR per h, the session's total rounded up to steps of 5 min (element 4)",
        "Not charged for: charging time.",
        "At least 0.5 EUR for a session that charges.",
        "At most 30 EUR (36.3 incl. VAT) for a session that charges.",
        "Times and dates are local to the charging location.",
    ]


def test_reservations_are_told_apart() -> None:
    rates = tariff(
        element(flat("4"), reservation="RESERVATION_EXPIRES"),
        element(flat("1"), time("2"), reservation="RESERVATION"),
        element(energy("0.3")),
    )
    text = explain(rates)
    assert "Reservation, fee:\n  - always 1 EUR per session (element 2)" in text
    assert "Reservation, per time:\n  - always 2 EUR per h (element 2)" in text
    assert "Reservation that is not used, before the above, fee:\n  - always 4 EUR per session (element 1)" in text


def test_elements_that_cover_everything_together_leave_nothing_over() -> None:
    rates = tariff(element(energy("0.2"), max_kwh=10), element(energy("0.4"), min_kwh=10))
    assert "otherwise" not in explain(rates)


def test_a_whole_day_is_said_to_be_one() -> None:
    assert "at any time of day" in explain(tariff(element(energy("1"), start_time="09:00", end_time="09:00")))


def test_several_tariffs_are_told_one_after_the_other() -> None:
    anonymous = {"id": "X", "currency": "EUR", "elements": [], "end_date_time": "2027-01-01T00:00:00Z"}
    text = explain([tariff(element(energy("1"))), anonymous])
    assert text.count("Tariff ") == 2
    assert text.endswith("Tariff X, prices in EUR excl. VAT\nValid for sessions that start until 2027-01-01T00:00:00Z.")
