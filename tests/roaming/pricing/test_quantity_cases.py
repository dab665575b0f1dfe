"""Hand calculations over tiers, step_size, hours, FLAT, VAT and price limits. Arithmetic beside each."""

from __future__ import annotations

import pytest

from tests.roaming.pricing.building import (
    D,
    bill,
    codes,
    element,
    energy,
    excl,
    flat,
    parking,
    period,
    session,
    tariff,
    time,
    total,
)

TEN, ELEVEN, TWELVE, ONE_PM = (f"2026-02-23T{hour}:00:00Z" for hour in (10, 11, 12, 13))
TIERS = tariff(
    element(energy("0.2"), max_kwh=10),
    element(energy("0.4"), min_kwh=10, max_kwh=20),
    element(energy("0.8"), min_kwh=20),
)


def test_three_energy_tiers_cut_where_they_begin() -> None:
    """TAR-12."""
    # 10 × 0.20 + 10 × 0.40 + 5 × 0.80 = 2 + 4 + 4 = 10
    document = session(
        ONE_PM, period(TEN, ENERGY="10"), period(ELEVEN, ENERGY="10"), period(TWELVE, ENERGY="5"), zone=None
    )
    assert excl(document, TIERS) == D(10)


def test_just_below_a_tier_is_the_tier_below() -> None:
    # 9.9999 kWh so far is below 10: (9.9999 + 10) × 0.20 = 3.99998 -> 4.0000
    document = session(TWELVE, period(TEN, ENERGY="9.9999"), period(ELEVEN, ENERGY="10"), zone=None)
    rates = tariff(element(energy("0.2", 0), max_kwh=10), element(energy("0.4", 0)))
    found = bill(document, rates)
    assert found.total_cost.excl_vat == D(4)
    assert found.lines[1].rate.price == D("0.2")


def test_duration_tiers_are_inclusive_below_and_exclusive_above() -> None:
    """TAR-14."""
    # at 3600 s the element with min_duration 3600 holds: 1 h × 1.00 + 1 h × 3.00 = 4.00
    document = session(TWELVE, period(TEN, TIME="1"), period(ELEVEN, TIME="1"), zone=None)
    rates = tariff(element(time("1"), max_duration=3600), element(time("3"), min_duration=3600))
    assert excl(document, rates) == D(4)


def test_duration_counts_from_the_start_of_charging_not_of_parking() -> None:
    # parking begins at 3600 s: the tier from 3600 s on holds at once: 1 h × 5.00
    document = session(TWELVE, period(TEN, TIME="1"), period(ELEVEN, PARKING_TIME="1"), zone=None)
    rates = tariff(element(parking("1"), max_duration=3600), element(parking("5")))
    assert excl(document, rates) == D(5)


def test_energy_step_rounds_the_total_once() -> None:
    """TAR-18."""
    # 1.2 + 1.2 + 1.2 = 3.6 kWh, step 500 Wh -> 4.0: 4.0 × 0.30 = 1.20 (each period alone would be 1.5: 1.35)
    document = session(
        ONE_PM, period(TEN, ENERGY="1.2"), period(ELEVEN, ENERGY="1.2"), period(TWELVE, ENERGY="1.2"), zone=None
    )
    found = bill(document, tariff(element(energy("0.3", 500))))
    assert found.total_cost.excl_vat == D("1.2")
    assert [line.billed for line in found.lines] == [D("1.2"), D("1.2"), D("1.6")]


def test_the_surplus_is_billed_at_the_last_price() -> None:
    """TAR-20."""
    # 3.3 kWh at 0.20, then 1.1 at 0.50; 4.4 -> 5.0 with the last step of 1000 Wh: 0.66 + (1.1 + 0.6) × 0.50 = 1.51
    document = session(TWELVE, period(TEN, ENERGY="3.3"), period(ELEVEN, ENERGY="1.1"), zone=None)
    rates = tariff(element(energy("0.2", 100), max_duration=3600), element(energy("0.5", 1000)))
    assert excl(document, rates) == D("1.51")


def test_an_exact_multiple_of_the_step_stays() -> None:
    # 2.5 kWh is 5 × 500 Wh: 2.5 × 0.40 = 1.00
    assert excl(session(ELEVEN, period(TEN, ENERGY="2.5"), zone=None), tariff(element(energy("0.4", 500)))) == D(1)


def test_step_zero_is_no_rounding() -> None:
    """TAR-21."""
    # 0.1234 × 1.00
    assert excl(session(ELEVEN, period(TEN, ENERGY="0.1234"), zone=None), tariff(element(energy("1", 0)))) == D(
        "0.1234"
    )


def test_step_one_rounds_up_to_a_watt_hour() -> None:
    # 123.4 Wh -> 124 Wh × 1.00/kWh
    assert excl(session(ELEVEN, period(TEN, ENERGY="0.1234"), zone=None), tariff(element(energy("1", 1)))) == D("0.124")


def test_segments_at_price_zero_count_for_the_rounding() -> None:
    # 7 min free (price 0, step 600) then 8 min at 6.00/h (step 600): 15 -> 20 min, surplus 5 at 6.00
    # (8 + 5)/60 × 6.00 = 1.30
    document = session(
        "2026-02-23T10:15:00Z", period(TEN, TIME="0.1167"), period("2026-02-23T10:07:00Z", TIME="0.1333"), zone=None
    )
    rates = tariff(element(time("0", 600), max_duration=420), element(time("6", 600)))
    assert excl(document, rates) == D("1.3")


def test_unpriced_segments_do_not_count_for_the_rounding() -> None:
    # the first 7 min have no component at all; 8 -> 10 min at 6.00/h = 1.00
    document = session(
        "2026-02-23T10:15:00Z", period(TEN, TIME="0.1167"), period("2026-02-23T10:07:00Z", TIME="0.1333"), zone=None
    )
    assert excl(document, tariff(element(time("6", 600), min_duration=420))) == D(1)


def test_time_stays_exact_where_parking_is_priced() -> None:
    # 61 min at 3.00/h = 3.05; 1 min of parking -> 15 min at 4.00/h = 1.00; total 4.05
    document = session(
        "2026-02-23T11:02:00Z",
        period(TEN, TIME="1.0167"),
        period("2026-02-23T11:01:00Z", PARKING_TIME="0.0167"),
        zone=None,
    )
    assert excl(document, tariff(element(time("3", 3600), parking("4", 900)))) == D("4.05")


def test_time_is_rounded_where_parking_is_free() -> None:
    # 61 min with step 3600 -> 120 min at 3.00/h = 6.00; parking has no component
    document = session(
        "2026-02-23T11:02:00Z",
        period(TEN, TIME="1.0167"),
        period("2026-02-23T11:01:00Z", PARKING_TIME="0.0167"),
        zone=None,
    )
    assert excl(document, tariff(element(time("3", 3600)))) == D(6)


def test_energy_is_rounded_beside_parking() -> None:
    # 1.1 kWh -> 2.0 at 0.50 = 1.00; 10 min of parking -> 15 at 4.00/h = 1.00
    document = session(
        "2026-02-23T11:10:00Z", period(TEN, ENERGY="1.1"), period(ELEVEN, PARKING_TIME="0.1667"), zone=None
    )
    assert excl(document, tariff(element(energy("0.5", 1000), parking("4", 900)))) == D(2)


def test_time_and_parking_in_one_period_are_both_priced() -> None:
    # a period of 60 min with 20 min of charging and 40 of parking: 1/3 h × 3.00 + 2/3 h × 6.00 = 1.00 + 4.00
    document = session(ELEVEN, period(TEN, TIME="0.3333", PARKING_TIME="0.6667"), zone=None)
    assert excl(document, tariff(element(time("3"), parking("6")))) == D(5)


@pytest.mark.parametrize(
    ("hours", "seconds"),
    [
        ("0.1667", 600),  # 600.12 s, 0.12 s from the clock of 600
        ("0.1666", 600),  # 599.76 s, 0.24 s from the clock
        ("0.1", 360),  # a whole second of its own
        ("0.10001", 360),  # 360.036 s, within 0.18 s of a second
    ],
)
def test_hours_become_seconds_without_their_noise(hours: str, seconds: int) -> None:
    found = bill(session("2026-02-23T10:10:00Z", period(TEN, TIME=hours), zone=None), tariff(element(time("1", 0))))
    assert found.billed("TIME") == seconds


def test_hours_that_are_near_nothing_stand_as_sent() -> None:
    # 0.0001 h = 0.36 s lies in a clock of 600 s, is 0.36 from 0: exact. × 10/h = 0.001
    found = bill(session("2026-02-23T10:10:00Z", period(TEN, TIME="0.0001"), zone=None), tariff(element(time("10", 0))))
    assert found.billed("TIME") == D("0.36")
    assert found.total_cost.excl_vat == D("0.001")


def test_a_third_of_an_hour_is_exact_until_it_leaves() -> None:
    """TAR-25."""
    # three times 20 min at 0.10/h = 1/30 each, 0.10 in all: lines show 0.0333, the total is 0.1 and not 0.0999
    document = session(
        ELEVEN,
        period(TEN, TIME="0.3333"),
        period("2026-02-23T10:20:00Z", TIME="0.3333"),
        period("2026-02-23T10:40:00Z", TIME="0.3333"),
        zone=None,
    )
    found = bill(document, tariff(element(time("0.1", 0))))
    assert [line.price.excl_vat for line in found.lines] == [D("0.0333")] * 3
    assert found.total_cost.excl_vat == D("0.1")


def test_money_rounds_half_away_from_zero() -> None:
    # 0.00005 × 1 = 0.00005 -> 0.0001; the credit of it -> -0.0001
    rates = tariff(element(energy("1", 0)))
    assert excl(session(ELEVEN, period(TEN, ENERGY="0.00005"), zone=None), rates) == D("0.0001")
    assert excl(session(ELEVEN, period(TEN, ENERGY="-0.00005"), zone=None), rates) == D("-0.0001")


def test_a_flat_is_due_once_although_its_element_matches_in_each_period() -> None:
    """TAR-22."""
    # 1.00 + 2 × 0.25 × 2 = 2.00
    document = session(TWELVE, period(TEN, ENERGY="2"), period(ELEVEN, ENERGY="2"), zone=None)
    assert excl(document, tariff(element(flat("1"), energy("0.25")))) == D(2)


def test_each_flat_component_once_is_another_policy() -> None:
    # 1.00 at first, 3.00 from the second hour on: default 1.00, each once 4.00; energy 4 × 0.25 = 1.00
    document = session(TWELVE, period(TEN, ENERGY="2"), period(ELEVEN, ENERGY="2"), zone=None)
    rates = tariff(element(flat("1"), max_duration=3600), element(flat("3")), element(energy("0.25")))
    assert excl(document, rates) == D(2)
    assert codes(bill(document, rates)) == ["multiple_flat_components"]
    assert excl(document, rates, flat="each_component_once") == D(5)


def test_vat_differs_by_component() -> None:
    # 0.50 × 1.09 + 10 × 0.30 × 1.21 + 1 h × 2.00 (no VAT) = 0.545 + 3.63 + 2.00 = 6.175; excl 5.50
    document = session(ELEVEN, period(TEN, ENERGY="10", TIME="1"), zone=None)
    rates = tariff(element(flat("0.5", "9"), energy("0.3", vat="21"), time("2")))
    found = bill(document, rates)
    assert found.total_cost.document() == {"excl_vat": D("5.5"), "incl_vat": D("6.175")}
    assert found.vat == [
        {"vat": D(9), "excl_vat": D("0.5"), "incl_vat": D("0.545")},
        {"vat": D(21), "excl_vat": D(3), "incl_vat": D("3.63")},
        {"vat": None, "excl_vat": D(2), "incl_vat": D(2)},
    ]


def test_a_vat_rate_with_decimals_is_exact() -> None:
    # 3 × 0.3333 = 0.9999; × 1.055 = 1.0548945 -> 1.0549
    document = session(ELEVEN, period(TEN, ENERGY="3"), zone=None)
    assert total(document, tariff(element(energy("0.3333", vat="5.5")))) == (D("0.9999"), D("1.0549"))


LIMITED = {
    "min_price": {"excl_vat": D(2), "incl_vat": D("2.42")},
    "max_price": {"excl_vat": D(5), "incl_vat": D("6.05")},
}


@pytest.mark.parametrize(
    ("kwh", "expected", "limit"),
    [
        ("1", ("2", "2.42"), "min_price"),  # 0.50 -> 2.00
        ("6", ("3", "3.63"), None),  # 3.00 × 1.21
        ("20", ("5", "6.05"), "max_price"),  # 10.00 -> 5.00
    ],
)
def test_limits_hold_the_total(kwh: str, expected: tuple[str, str], limit: str | None) -> None:
    found = bill(
        session(ELEVEN, period(TEN, ENERGY=kwh), zone=None), tariff(element(energy("0.5", vat="21")), **LIMITED)
    )
    assert found.total_cost.document() == dict(zip(("excl_vat", "incl_vat"), map(D, expected), strict=True))
    assert found.limit_applied == limit


def test_a_limit_without_incl_vat_keeps_the_mix_of_vat() -> None:
    # raw 1.00 × 1.10 + 3.00 × 1.20 = 4.70 incl on 4.00 excl; min 8.00 excl -> incl 8 × 4.70/4.00 = 9.40
    document = session(ELEVEN, period(TEN, ENERGY="10", TIME="1"), zone=None)
    rates = tariff(element(energy("0.1", vat="10"), time("3", vat="20")), min_price={"excl_vat": D(8)})
    assert total(document, rates) == (D(8), D("9.4"))


def test_a_limit_without_incl_vat_of_nothing_has_no_vat() -> None:
    # raw 0: ratio 1
    document = session(ELEVEN, period(TEN, ENERGY="0"), zone=None)
    assert total(document, tariff(element(energy("0.1", vat="10")), min_price={"excl_vat": D(1)})) == (D(1), D(1))


def test_excl_and_incl_are_limited_each_on_its_own() -> None:
    """TAR-24."""
    # raw 4.00 / 4.80; max excl 5.00 is not reached, max incl 4.50 is: 4.00 / 4.50
    document = session(ELEVEN, period(TEN, ENERGY="10"), zone=None)
    rates = tariff(element(energy("0.4", vat="20")), max_price={"excl_vat": D(5), "incl_vat": D("4.5")})
    assert total(document, rates) == (D(4), D("4.5"))


def test_a_limited_total_never_has_less_incl_than_excl() -> None:
    # raw 10.00 / 12.00; max 8.00 / 7.00 (nonsense): incl follows excl, 8.00 / 8.00
    document = session(ELEVEN, period(TEN, ENERGY="10"), zone=None)
    rates = tariff(element(energy("1", vat="20")), max_price={"excl_vat": D(8), "incl_vat": D(7)})
    assert total(document, rates) == (D(8), D(8))


def test_a_limit_scales_the_vat_lines() -> None:
    # raw 10.00 / 12.00 capped at 5.00 / 6.00: one rate, so all of it
    document = session(ELEVEN, period(TEN, ENERGY="10"), zone=None)
    rates = tariff(element(energy("1", vat="20")), max_price={"excl_vat": D(5), "incl_vat": D(6)})
    assert bill(document, rates).vat == [{"vat": D(20), "excl_vat": D(5), "incl_vat": D(6)}]


def test_cents_are_a_policy_of_the_totals() -> None:
    # 1.235 × 0.50 = 0.6175 -> 0.62 / 0.6175 × 1.21 = 0.747175 -> 0.75
    document = session(ELEVEN, period(TEN, ENERGY="1.235"), zone=None)
    assert total(document, tariff(element(energy("0.5", 0, "21"))), rounding="cents") == (D("0.62"), D("0.75"))
