"""Hand calculations over power, current and energy that flows back (V2G). Arithmetic beside each."""

from __future__ import annotations

import pytest

from tests.roaming.pricing.building import D, bill, codes, element, energy, excl, parking, period, session, tariff, time

TEN, ELEVEN, TWELVE, ONE_PM = (f"2026-02-23T{hour}:00:00Z" for hour in (10, 11, 12, 13))
BY_POWER = tariff(element(energy("0.2"), max_power=11), element(energy("0.5"), min_power=11))


@pytest.mark.parametrize(
    ("measured", "price"),
    [
        ({"MIN_POWER": "7", "MAX_POWER": "10.9"}, "2"),  # 10 × 0.20
        ({"MIN_POWER": "11", "MAX_POWER": "50"}, "5"),  # 10 × 0.50
        ({"MAX_POWER": "11"}, "5"),  # 11 is not below 11; MIN stands in by MAX
        ({"MIN_POWER": "10.99"}, "2"),
        ({"MIN_POWER": "7", "MAX_POWER": "12"}, "0"),  # on both sides of 11: neither element holds
    ],
)
def test_power_picks_the_element(measured: dict[str, str], price: str) -> None:
    """TAR-09, TAR-13."""
    document = session(ELEVEN, period(TEN, ENERGY="10", **measured), zone=None)
    assert excl(document, BY_POWER) == D(price)


def test_measurements_on_both_sides_of_a_bound_are_noticed() -> None:
    document = session(ELEVEN, period(TEN, ENERGY="10", MIN_POWER="7", MAX_POWER="12"), zone=None)
    assert "measurement_straddles_bound" in codes(bill(document, BY_POWER))
    document = session(ELEVEN, period(TEN, ENERGY="10", MIN_POWER="7", MAX_POWER="11"), zone=None)
    assert "measurement_straddles_bound" in codes(bill(document, BY_POWER))
    document = session(ELEVEN, period(TEN, ENERGY="10", MIN_POWER="11", MAX_POWER="12"), zone=None)
    assert "measurement_straddles_bound" not in codes(bill(document, BY_POWER))


def test_power_that_was_not_measured_is_energy_over_time() -> None:
    # 10 kWh in 1 h is 10 kW: below 11, 2.00; 11 kWh in 1 h is 11 kW: not below, 11 × 0.50 = 5.50
    assert excl(session(ELEVEN, period(TEN, ENERGY="10"), zone=None), BY_POWER) == D(2)
    assert excl(session(ELEVEN, period(TEN, ENERGY="11"), zone=None), BY_POWER) == D("5.5")


def test_an_average_that_never_ends_is_still_on_its_side() -> None:
    # 1 kWh in 7 min is 8.571428… kW; bounds just below and just above it
    document = session("2026-02-23T10:07:00Z", period(TEN, ENERGY="1"), zone=None)
    assert excl(document, tariff(element(energy("1"), max_power=D("8.5715")))) == D(1)
    assert excl(document, tariff(element(energy("1"), min_power=D("8.5714")))) == D(1)
    assert excl(document, tariff(element(energy("1"), min_power=D("8.5715")))) == D(0)


def test_an_average_of_export_is_on_its_side_as_well() -> None:
    # -1 kWh in 7 min is -8.571428571428571… kW: below the bound by less than a millionth of a millionth
    document = session("2026-02-23T10:07:00Z", period(TEN, ENERGY="-1"), zone=None)
    assert excl(document, tariff(element(energy("1"), min_power=D("-8.571428571428")))) == 0
    assert excl(document, tariff(element(energy("1"), min_power=D("-8.571428571429")))) == -1


def test_without_a_clock_there_is_no_average() -> None:
    found = bill(session(TEN, period(TEN, ENERGY="10"), zone=None), BY_POWER)
    assert found.total_cost.excl_vat == 0
    assert codes(found) == ["missing_measurement"]


def test_parking_is_without_power_and_without_current() -> None:
    # 1 h of parking at 0 kW, 0 A: both elements hold, 4.00
    document = session(ELEVEN, period(TEN, PARKING_TIME="1"), zone=None)
    assert excl(document, tariff(element(parking("4"), max_power=1, max_current=1))) == D(4)


def test_current_is_the_sum_over_the_phases() -> None:
    """TAR-13."""
    # 3 × 16 A = 48 A is not below 32: the second element, 1 h × 2.00
    document = session(ELEVEN, period(TEN, TIME="1", MAX_CURRENT="48"), zone=None)
    assert excl(document, tariff(element(time("1"), max_current=32), element(time("2"), min_current=32))) == D(2)


def test_power_tiers_follow_the_periods() -> None:
    # 5 × 0.20 + 20 × 0.50 + 5 × 0.20 = 1 + 10 + 1 = 12
    document = session(
        ONE_PM,
        period(TEN, ENERGY="5", MAX_POWER="5"),
        period(ELEVEN, ENERGY="20", MAX_POWER="22"),
        period(TWELVE, ENERGY="5", MAX_POWER="5"),
        zone=None,
    )
    assert excl(document, BY_POWER) == D(12)


# V2G

FLOWS = session(TWELVE, period(TEN, ENERGY="12"), period(ELEVEN, ENERGY="-5"), zone=None)
OWN_PRICE = tariff(element(energy("0.1", vat="21"), max_power=0), element(energy("0.4", vat="21")))


def test_export_has_the_price_of_its_own_element() -> None:
    # 12 × 0.40 = 4.80 in, 5 × 0.10 = 0.50 back: 4.30 (the average power of -5 kW lies below 0)
    found = bill(FLOWS, OWN_PRICE)
    assert found.total_cost.document() == {"excl_vat": D("4.3"), "incl_vat": D("5.203")}
    assert (found.import_cost.excl_vat, found.export_credit.excl_vat) == (D("4.8"), D("-0.5"))
    assert (found.import_kwh, found.export_kwh, found.total_energy) == (12, 5, 7)
    assert codes(found) == []


def test_export_without_an_element_is_credited_at_the_same_price() -> None:
    # (12 - 5) × 0.40 = 2.80
    found = bill(FLOWS, tariff(element(energy("0.4"))))
    assert found.total_cost.excl_vat == D("2.8")
    assert codes(found) == ["export_at_import_price"]
    assert "credited at the price of charging" in found.lines[1].because


def test_export_without_an_element_may_go_uncredited() -> None:
    # 12 × 0.40 = 4.80; the line of the export stands in the bill with nothing billed
    found = bill(FLOWS, tariff(element(energy("0.4"))), export="no_credit")
    assert found.total_cost.excl_vat == D("4.8")
    assert [(line.measured, line.billed) for line in found.lines] == [(12, 12), (-5, 0)]
    assert codes(found) == ["export_not_credited"]


def test_no_credit_leaves_an_element_for_export_alone() -> None:
    assert excl(FLOWS, OWN_PRICE, export="no_credit") == D("4.3")


def test_export_is_never_rounded_to_steps() -> None:
    # import 1.2 -> 2.0 kWh at 0.40 = 0.80; export 0.3 stays, × 0.40 = -0.12
    document = session(TWELVE, period(TEN, ENERGY="1.2"), period(ELEVEN, ENERGY="-0.3"), zone=None)
    assert excl(document, tariff(element(energy("0.4", 1000)))) == D("0.68")


def test_energy_tiers_count_import_only() -> None:
    # 8 kWh in, 6 back, 8 in: the third period starts at 8, not at 2, so all is in the first tier (below 10):
    # (8 - 6 + 8) × 0.20 = 2.00; a fourth starts at 16: 1 × 0.40
    document = session(
        "2026-02-23T14:00:00Z",
        period(TEN, ENERGY="8"),
        period(ELEVEN, ENERGY="-6"),
        period(TWELVE, ENERGY="8"),
        period(ONE_PM, ENERGY="1"),
        zone=None,
    )
    assert excl(document, tariff(element(energy("0.2"), max_kwh=10), element(energy("0.4")))) == D("2.4")


def test_more_export_than_import_makes_a_negative_total() -> None:
    # 2 × 0.40 - 5 × 0.40 = -1.20, with 21 % VAT -1.452
    document = session(TWELVE, period(TEN, ENERGY="2"), period(ELEVEN, ENERGY="-5"), zone=None)
    found = bill(document, tariff(element(energy("0.4", vat="21"))))
    assert found.total_cost.document() == {"excl_vat": D("-1.2"), "incl_vat": D("-1.452")}


def test_a_minimum_price_lifts_a_negative_total() -> None:
    document = session(TWELVE, period(TEN, ENERGY="2"), period(ELEVEN, ENERGY="-5"), zone=None)
    rates = tariff(element(energy("0.4")), min_price={"excl_vat": D("0.5")})
    assert excl(document, rates) == D("0.5")


def test_a_session_may_tell_its_energy_by_two_registers() -> None:
    # per period: 10 in, 3 back and 1 in: net 8 × 0.50 = 4.00
    document = session(
        TWELVE,
        period(TEN, ENERGY_IMPORT="10", ENERGY_EXPORT="0"),
        period(ELEVEN, ENERGY_IMPORT="1", ENERGY_EXPORT="3"),
        zone=None,
        status="COMPLETED",
        kwh=D(8),
    )
    found = bill(document, tariff(element(energy("0.5"))))
    assert found.total_cost.excl_vat == D(4)
    assert codes(found)[0] == "energy_from_registers"


def test_registers_that_only_grow_up_to_the_kwh_are_cumulative() -> None:
    # 4, then 9, kwh 9: 4 and 5, not 4 and 9. 9 × 0.50 = 4.50
    document = session(
        ONE_PM,
        period(TEN, ENERGY_IMPORT="4"),
        period(ELEVEN, ENERGY_IMPORT="9"),
        period(TWELVE, TIME="1"),
        zone=None,
        status="COMPLETED",
        kwh=D(9),
    )
    found = bill(document, tariff(element(energy("0.5"))))
    assert found.total_cost.excl_vat == D("4.5")
    assert "cumulative_registers" in codes(found)


def test_registers_stand_in_only_where_energy_is_absent() -> None:
    # 4 kWh told as ENERGY, 2 by the register: 6 × 0.50
    document = session(
        TWELVE, period(TEN, ENERGY="4", ENERGY_IMPORT="4"), period(ELEVEN, ENERGY_IMPORT="2"), zone=None, kwh=D(6)
    )
    assert excl(document, tariff(element(energy("0.5")))) == 3


def test_registers_in_a_cdr_mean_nothing() -> None:
    document = session(ELEVEN, period(TEN, ENERGY_IMPORT="4", TIME="1"), zone=None, cdr_location={"country": "NLD"})
    assert excl(document, tariff(element(energy("0.5")))) == 0
