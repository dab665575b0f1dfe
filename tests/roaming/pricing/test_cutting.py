"""Cutting sessions into periods: every border that matters, from readings to periods. Arithmetic beside each."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from roaming.pricing import BadInput, MeterPoint, SessionFacts, cut, price, session_document
from tests.roaming.pricing.building import (
    AMSTERDAM,
    D,
    Json,
    at,
    codes,
    element,
    energy,
    flat,
    parking,
    tariff,
    time,
)

SIMPLE = tariff(element(energy("0.5")))


def reading(when: str, wh: int | str | None, export: int | str | None = None, **more: Any) -> MeterPoint:
    power, current, soc = (more.get(name) for name in ("power", "current", "soc"))
    return MeterPoint(
        at(when),
        None if wh is None else D(wh),
        None if export is None else D(export),
        None if power is None else D(power),
        None if current is None else D(current),
        None if soc is None else D(soc),
    )


def facts(start: str | None, end: str | None, *readings: MeterPoint, **more: Any) -> SessionFacts:
    told: Json = {"time_zone": AMSTERDAM} | more
    return SessionFacts(
        start=None if start is None else at(start), end=None if end is None else at(end), readings=readings, **told
    )


def volumes(periods: list[Json], *kinds: str) -> list[tuple[str, ...]]:
    """(clock of the start, volume of each kind)"""
    told = []
    for period in periods:
        found = {dimension["type"]: dimension["volume"] for dimension in period["dimensions"]}
        told.append((period["start_date_time"][11:19], *(str(found.get(kind, "-")) for kind in kinds)))
    return told


def priced(known: SessionFacts, rates: Json) -> Decimal:
    bill = price(session_document(known, rates), rates, look_for_spans=True)
    assert "period_spans_price_change" not in codes(bill)
    return bill.total_cost.excl_vat


def test_a_session_without_borders_is_one_period() -> None:
    known = facts(
        "2026-02-23T10:00", "2026-02-23T12:00", reading("2026-02-23T10:00", 5000), reading("2026-02-23T12:00", 25000)
    )
    assert cut(known, SIMPLE) == [
        {
            "start_date_time": "2026-02-23T10:00:00Z",
            "dimensions": [{"type": "ENERGY", "volume": D(20)}, {"type": "TIME", "volume": D(2)}],
            "tariff_id": "T",
        }
    ]


def test_a_price_that_changes_at_a_local_time_cuts_there() -> None:
    """CDR-14."""
    # 17:00 in Amsterdam is 16:00Z, half way: 10 kWh × 0.20 + 10 × 0.60 = 8.00
    rates = tariff(element(energy("0.2"), end_time="17:00"), element(energy("0.6")))
    known = facts(
        "2026-02-23T15:00", "2026-02-23T17:00", reading("2026-02-23T15:00", 0), reading("2026-02-23T17:00", 20000)
    )
    assert volumes(cut(known, rates), "ENERGY", "TIME") == [("15:00:00", "10", "1"), ("16:00:00", "10", "1")]
    assert priced(known, rates) == 8


def test_the_repeated_hour_of_autumn_has_four_borders() -> None:
    # 02:00-02:30 local on 25 October: in 00:00Z-00:30Z, out -01:00Z, in -01:30Z, out. 1 kWh per half hour:
    # 0.30 + 0.10 + 0.30 + 0.10 + 0.30 = 1.10
    rates = tariff(element(energy("0.1"), start_time="02:00", end_time="02:30"), element(energy("0.3")))
    known = facts(
        "2026-10-24T23:30", "2026-10-25T02:00", reading("2026-10-24T23:30", 0), reading("2026-10-25T02:00", 5000)
    )
    starts = [start for start, _ in volumes(cut(known, rates), "ENERGY")]
    assert starts == ["23:30:00", "00:00:00", "00:30:00", "01:00:00", "01:30:00"]
    assert priced(known, rates) == D("1.1")


def test_the_skipped_hour_of_spring_cuts_at_the_transition() -> None:
    # 02:30 does not exist on 29 March: the window 02:30-04:00 opens at 01:00Z (03:00 CEST), closes at 02:00Z
    # 1 kWh per half hour from 00:00Z to 03:00Z: 2 × 0.30 + 2 × 0.10 + 2 × 0.30 = 1.40
    rates = tariff(element(energy("0.1"), start_time="02:30", end_time="04:00"), element(energy("0.3")))
    known = facts(
        "2026-03-29T00:00", "2026-03-29T03:00", reading("2026-03-29T00:00", 0), reading("2026-03-29T03:00", 6000)
    )
    assert [start for start, _ in volumes(cut(known, rates), "ENERGY")] == ["00:00:00", "01:00:00", "02:00:00"]
    assert priced(known, rates) == D("1.4")


@pytest.mark.parametrize("restriction", [{"day_of_week": ["MONDAY"]}, {"start_date": "2026-02-23"}])
def test_weekdays_and_dates_cut_at_local_midnight(restriction: Json) -> None:
    # Monday 23 February begins at 23:00Z of the 22nd: 4 × 0.50 + 4 × 0.10 = 2.40
    rates = tariff(element(energy("0.1"), **restriction), element(energy("0.5")))
    known = facts(
        "2026-02-22T22:00", "2026-02-23T00:00", reading("2026-02-22T22:00", 0), reading("2026-02-23T00:00", 8000)
    )
    assert [start for start, _ in volumes(cut(known, rates), "ENERGY")] == ["22:00:00", "23:00:00"]
    assert priced(known, rates) == D("2.4")


def test_a_duration_cuts_from_the_start_of_charging() -> None:
    # 5400 s: 1.5 h × 1.00 + 0.5 h × 4.00 = 3.50
    rates = tariff(element(time("1"), max_duration=5400), element(time("4")))
    known = facts("2026-02-23T10:00:07", "2026-02-23T12:00:07")
    assert volumes(cut(known, rates), "TIME") == [("10:00:07", "1.5"), ("11:30:07", "0.5")]
    assert priced(known, rates) == D("3.5")


def test_an_energy_tier_cuts_where_the_meter_crosses_it() -> None:
    """OCP-06, CDR-14."""
    # 0 to 12 kWh in one hour: 10 kWh at 50 min exactly. 10 × 0.20 + 2 × 0.70 = 3.40
    rates = tariff(element(energy("0.2"), max_kwh=10), element(energy("0.7")))
    known = facts(
        "2026-02-23T10:00", "2026-02-23T11:00", reading("2026-02-23T10:00", 0), reading("2026-02-23T11:00", 12000)
    )
    assert volumes(cut(known, rates), "ENERGY", "TIME") == [("10:00:00", "10", "0.8333"), ("10:50:00", "2", "0.1667")]
    assert priced(known, rates) == D("3.4")


def test_a_tier_between_two_seconds_is_cut_at_the_second_before_with_all_its_energy() -> None:
    """OCP-06."""
    # 0 to 7 kWh in 3600 s: 3 kWh at 1542.857 s -> cut at 1542 s, with exactly 3 kWh before it
    rates = tariff(element(energy("0.2"), max_kwh=3), element(energy("0.7")))
    known = facts(
        "2026-02-23T10:00", "2026-02-23T11:00", reading("2026-02-23T10:00", 0), reading("2026-02-23T11:00", 7000)
    )
    assert volumes(cut(known, rates), "ENERGY") == [("10:00:00", "3"), ("10:25:42", "4")]
    assert priced(known, rates) == D("3.4")  # 0.60 + 2.80


def test_a_tier_that_a_reading_meets_exactly_cuts_at_the_reading() -> None:
    rates = tariff(element(energy("0.2"), max_kwh=3), element(energy("0.7")))
    points = [reading("2026-02-23T10:00", 0), reading("2026-02-23T10:10", 3000), reading("2026-02-23T11:00", 7000)]
    assert volumes(cut(facts("2026-02-23T10:00", "2026-02-23T11:00", *points), rates), "ENERGY") == [
        ("10:00:00", "3"),
        ("10:10:00", "4"),
    ]


def test_a_tier_inside_one_second_is_counted_at_a_second_that_is_there() -> None:
    # readings a second apart; 1 kWh is crossed between 10:00:10 and 10:00:11
    rates = tariff(element(energy("0.2"), max_kwh=1), element(energy("0.7")))
    points = [
        reading(f"2026-02-23T10:00:{second}", wh) for second, wh in (("00", 0), ("10", 900), ("11", 1100), ("20", 2000))
    ]
    known = facts("2026-02-23T10:00", "2026-02-23T10:00:20", *points)
    assert volumes(cut(known, rates), "ENERGY") == [("10:00:00", "1"), ("10:00:11", "1")]
    # and at the very end, the second before it
    known = facts("2026-02-23T10:00", "2026-02-23T10:00:11", *points[:3])
    assert volumes(cut(known, rates), "ENERGY") == [("10:00:00", "1"), ("10:00:10", "0.1")]
    # a session of one second has no room for a border
    known = facts(
        "2026-02-23T10:00", "2026-02-23T10:00:01", reading("2026-02-23T10:00", 0), reading("2026-02-23T10:00:01", 2000)
    )
    assert volumes(cut(known, rates), "ENERGY") == [("10:00:00", "2")]


def test_a_tier_that_is_never_reached_cuts_nothing() -> None:
    rates = tariff(element(energy("0.2"), max_kwh=100), element(energy("0.7")))
    known = facts(
        "2026-02-23T10:00", "2026-02-23T11:00", reading("2026-02-23T10:00", 0), reading("2026-02-23T11:00", 7000)
    )
    assert len(cut(known, rates)) == 1


def test_power_samples_cut_where_they_cross_a_bound() -> None:
    # 22 kW for half an hour (11 kWh), then 5 kW (2.5 kWh): 11 × 0.60 + 2.5 × 0.20 = 7.10
    rates = tariff(element(energy("0.2"), max_power=11), element(energy("0.6")))
    points = [
        reading("2026-02-23T10:00", 0, power=22000),
        reading("2026-02-23T10:15", 5500, power=22000),
        reading("2026-02-23T10:30", 11000, power=5000),
        reading("2026-02-23T11:00", 13500, power=5000),
    ]
    known = facts("2026-02-23T10:00", "2026-02-23T11:00", *points)
    assert volumes(cut(known, rates), "ENERGY", "MIN_POWER", "MAX_POWER") == [
        ("10:00:00", "11", "22", "22"),
        ("10:30:00", "2.5", "5", "5"),
    ]
    assert priced(known, rates) == D("7.1")


def test_power_without_samples_is_the_average_between_readings() -> None:
    """OCP-06."""
    # 10 kW then 20 kW; a sample of 0 W at the start does not fit the flow
    rates = tariff(element(energy("0.2"), max_power=11), element(energy("0.6")))
    points = [
        reading("2026-02-23T10:00", 0, power=0),
        reading("2026-02-23T11:00", 10000),
        reading("2026-02-23T12:00", 30000),
    ]
    known = facts("2026-02-23T10:00", "2026-02-23T12:00", *points)
    assert volumes(cut(known, rates), "MIN_POWER") == [("10:00:00", "10"), ("11:00:00", "20")]
    assert priced(known, rates) == 14  # 10 × 0.20 + 20 × 0.60


def test_where_no_reading_tells_nothing_flows() -> None:
    rates = tariff(element(time("1"), max_power=1), element(time("9")))
    known = facts("2026-02-23T10:00", "2026-02-23T11:00")
    assert volumes(cut(known, rates), "ENERGY", "MAX_POWER") == [("10:00:00", "0", "0")]
    assert priced(known, rates) == 1


def test_current_is_told_where_the_tariff_looks_at_it() -> None:
    # 40 A for 30 min, 10 A for 30 min: 0.5 × 4.00 + 0.5 × 1.00 = 2.50; the first sample of 0 A does not fit the flow
    rates = tariff(element(time("1"), max_current=32), element(time("4")))
    points = [
        reading("2026-02-23T10:00", 0, current=0),
        reading("2026-02-23T10:30", 9000, current=40),
        reading("2026-02-23T10:30:01", 9000, current=10),
        reading("2026-02-23T11:00", 11000, current=10),
    ]
    found = volumes(cut(facts("2026-02-23T10:00", "2026-02-23T11:00", *points), rates), "MIN_CURRENT", "MAX_CURRENT")
    assert found == [("10:00:00", "40", "40"), ("10:30:01", "10", "10")]


def test_a_current_that_is_unknown_in_a_part_is_unknown_in_the_whole() -> None:
    rates = tariff(element(flat("1"), max_current=32), element(time("4")))
    points = [
        reading("2026-02-23T10:00", 0),
        reading("2026-02-23T10:30", 9000),
        reading("2026-02-23T11:00", 9000, current=0),
    ]
    found = volumes(cut(facts("2026-02-23T10:00", "2026-02-23T11:00", *points), rates), "MAX_CURRENT")
    assert found[0] == ("10:00:00", "-")


def test_a_vehicle_that_asks_for_nothing_is_parking_and_an_evse_that_holds_back_is_not() -> None:
    """CDR-14, CDR-18, CDR-19."""
    rates = tariff(element(time("1", 0), parking("5", 0)))
    known = facts(
        "2026-02-23T10:00",
        "2026-02-23T13:00",
        states=[
            (at("2026-02-23T10:30"), "suspended_evse"),
            (at("2026-02-23T11:00"), "charging"),
            (at("2026-02-23T12:00"), "suspended_ev"),
            (at("2026-02-23T12:30"), "idle"),
        ],
    )
    # 2 h × 1.00 + 1 h × 5.00 = 7.00 (CDR-18)
    assert volumes(cut(known, rates), "TIME", "PARKING_TIME") == [("10:00:00", "2", "-"), ("12:00:00", "-", "1")]
    assert priced(known, rates) == 7


def test_import_and_export_never_share_a_period() -> None:
    # 6 kWh in, 2 back, 1 in
    points = [
        reading("2026-02-23T10:00", 100, 50),
        reading("2026-02-23T11:00", 6100, 50),
        reading("2026-02-23T12:00", 6100, 2050),
        reading("2026-02-23T13:00", 7100, 2050),
    ]
    known = facts("2026-02-23T10:00", "2026-02-23T13:00", *points)
    assert volumes(cut(known, SIMPLE), "ENERGY") == [("10:00:00", "6"), ("11:00:00", "-2"), ("12:00:00", "1")]
    bill = price(session_document(known, SIMPLE), SIMPLE)
    assert (bill.import_kwh, bill.export_kwh, bill.total_cost.excl_vat) == (7, 2, D("2.5"))


@pytest.mark.parametrize(
    ("power", "expected"),
    # 3 kWh in and 1 kWh back between two readings: 3/4 of the time go one way; the power says which came first
    [(None, [("10:00:00", "3"), ("10:45:00", "-1")]), (-1000, [("10:00:00", "-1"), ("10:15:00", "3")])],
)
def test_both_flows_between_two_readings_are_set_apart(power: int | None, expected: list[tuple[str, str]]) -> None:
    points = [reading("2026-02-23T10:00", 0, 0, power=power), reading("2026-02-23T11:00", 3000, 1000)]
    assert volumes(cut(facts("2026-02-23T10:00", "2026-02-23T11:00", *points), SIMPLE), "ENERGY") == expected


def test_both_flows_inside_one_second_stay_together() -> None:
    points = [reading("2026-02-23T10:00", 0, 0), reading("2026-02-23T10:00:01", 3, 1)]
    known = facts("2026-02-23T10:00", "2026-02-23T10:00:01", *points)
    assert volumes(cut(known, SIMPLE), "ENERGY") == [("10:00:00", "0.002")]


def test_an_element_for_export_prices_what_is_fed_back() -> None:
    # 6 × 0.40 - 2 × 0.10 = 2.20
    rates = tariff(element(energy("0.1"), max_power=0), element(energy("0.4")))
    points = [
        reading("2026-02-23T10:00", 0, 0),
        reading("2026-02-23T11:00", 6000, 0),
        reading("2026-02-23T12:00", 6000, 2000),
    ]
    assert priced(facts("2026-02-23T10:00", "2026-02-23T12:00", *points), rates) == D("2.2")


def test_a_reservation_before_charging_is_a_period_of_its_own() -> None:
    rates = tariff(element(time("2", 0), reservation="RESERVATION"), element(energy("0.5")))
    known = facts(
        "2026-02-23T10:00",
        "2026-02-23T11:00",
        reading("2026-02-23T10:00", 0),
        reading("2026-02-23T11:00", 8000),
        reservation=(at("2026-02-23T09:30"), at("2026-02-23T10:15")),
    )
    found = cut(known, rates)
    assert volumes(found, "RESERVATION_TIME", "ENERGY") == [("09:30:00", "0.5", "-"), ("10:00:00", "-", "8")]
    assert priced(known, rates) == 5  # 0.5 h × 2.00 + 8 × 0.50


def test_a_reservation_is_cut_at_its_own_borders() -> None:
    # 2.00/h to 10:00 local (09:00Z), then 6.00/h: 1 + 3 = 4.00
    rates = tariff(
        element(time("2", 0), reservation="RESERVATION", end_time="10:00"),
        element(time("6", 0), reservation="RESERVATION"),
    )
    known = facts(None, "2026-02-23T09:30", reservation=(at("2026-02-23T08:30"), at("2026-02-23T09:30")))
    assert volumes(cut(known, rates), "RESERVATION_TIME") == [("08:30:00", "0.5"), ("09:00:00", "0.5")]
    assert priced(known, rates) == 4


def test_a_reservation_that_runs_has_no_end_yet() -> None:
    rates = tariff(
        element(time("2", 0), reservation="RESERVATION"), element(flat("9"), reservation="RESERVATION_EXPIRES")
    )
    known = facts(None, None, reservation=(at("2026-02-23T08:30"), None), states=[(at("2026-02-23T09:30"), "idle")])
    assert volumes(cut(known, rates), "RESERVATION_TIME") == [("08:30:00", "1")]
    assert priced(known, rates) == 2
    over = facts(None, "2026-02-23T09:30", reservation=(at("2026-02-23T08:30"), None))
    assert priced(over, rates) == 11


def test_a_reservation_that_ends_as_it_begins_leaves_no_empty_period() -> None:
    known = facts("2026-02-23T10:00", "2026-02-23T11:00", reservation=(at("2026-02-23T10:00"), None))
    assert volumes(cut(known, SIMPLE), "TIME", "RESERVATION_TIME") == [("10:00:00", "1", "-")]


def test_a_reservation_may_have_no_tariff() -> None:
    over = tariff(element(energy("1")), end_date_time="2020-01-01T00:00:00Z")
    known = facts("2026-02-23T10:00", "2026-02-23T11:00", reservation=(at("2026-02-23T09:00"), None))
    assert ["tariff_id" in period for period in cut(known, over)] == [False, False]


def test_a_switch_of_tariff_cuts_and_names_the_new_one() -> None:
    """CDR-14, TAR-28."""
    green = tariff(element(energy("0.9")), id="GREEN")
    known = facts(
        "2026-02-23T10:00",
        "2026-02-23T12:00",
        reading("2026-02-23T10:00", 0),
        reading("2026-02-23T12:00", 4000),
        switches=[(at("2026-02-23T11:00"), "green")],
    )
    found = cut(known, [SIMPLE, green])
    assert [(period["start_date_time"], period["tariff_id"]) for period in found] == [
        ("2026-02-23T10:00:00Z", "T"),
        ("2026-02-23T11:00:00Z", "GREEN"),
    ]
    # 2 × 0.50 + 2 × 0.90 = 2.80
    assert price(session_document(known, [SIMPLE, green]), [SIMPLE, green]).total_cost.excl_vat == D("2.8")


def test_a_switch_to_an_unknown_tariff_is_bad_input() -> None:
    known = facts("2026-02-23T10:00", "2026-02-23T12:00", switches=[(at("2026-02-23T11:00"), "X")])
    with pytest.raises(BadInput, match="facts /switches/0"):
        cut(known, SIMPLE)


def test_without_start_and_reservation_there_is_nothing_to_cut() -> None:
    with pytest.raises(BadInput, match="facts /start"):
        cut(facts(None, None), SIMPLE)


def test_a_running_session_reaches_as_far_as_its_readings() -> None:
    known = facts("2026-02-23T10:00", None, reading("2026-02-23T10:00", 0), reading("2026-02-23T10:45", 3000))
    told = session_document(known, SIMPLE)
    assert (told["end_date_time"], told["status"]) == ("2026-02-23T10:45:00Z", "ACTIVE")
    assert volumes(told["charging_periods"], "ENERGY", "TIME") == [("10:00:00", "3", "0.75")]


def test_the_first_reading_may_come_late_and_the_last_one_early() -> None:
    # what the meter tells lies between 10:10 and 10:50; nothing flows outside
    rates = tariff(element(energy("0.5"), end_time="11:05"), element(energy("1")))
    points = [reading("2026-02-23T10:10", 1000), reading("2026-02-23T10:50", 5000)]
    assert volumes(cut(facts("2026-02-23T10:00", "2026-02-23T11:00", *points), rates), "ENERGY") == [
        ("10:00:00", "0"),
        ("10:05:00", "4"),
    ]


def test_readings_outside_of_the_session_count_at_its_borders() -> None:
    points = [
        reading("2026-02-23T09:59:58", 1000),
        reading("2026-02-23T10:00:00", 1100),
        reading("2026-02-23T11:00:02", 5000),
        reading("2026-02-23T11:00:03", 5100),
    ]
    assert volumes(cut(facts("2026-02-23T10:00", "2026-02-23T11:00", *points), SIMPLE), "ENERGY") == [
        ("10:00:00", "4.1")
    ]


def test_a_session_that_ends_as_it_starts_keeps_its_energy() -> None:
    points = [reading("2026-02-23T10:00", 1000), reading("2026-02-23T10:00", 1007)]
    assert volumes(cut(facts("2026-02-23T10:00", "2026-02-23T10:00", *points), SIMPLE), "ENERGY", "TIME") == [
        ("10:00:00", "0.007", "0")
    ]


def test_a_register_that_falls_back_is_not_believed() -> None:
    points = [reading("2026-02-23T10:00", 1000), reading("2026-02-23T10:30", 10), reading("2026-02-23T11:00", 5000)]
    assert volumes(cut(facts("2026-02-23T10:00", "2026-02-23T11:00", *points), SIMPLE), "ENERGY") == [("10:00:00", "4")]


def test_readings_without_registers_carry_their_samples_only() -> None:
    points = [
        reading("2026-02-23T10:00", 0),
        reading("2026-02-23T10:30", None, soc=55),
        reading("2026-02-23T11:00", 5000),
    ]
    known = facts("2026-02-23T10:00", "2026-02-23T11:00", *points)
    assert volumes(cut(known, SIMPLE, for_session=True), "ENERGY", "STATE_OF_CHARGE") == [("10:00:00", "5", "55")]


def test_energy_between_readings_leaves_with_four_decimals_and_nothing_is_lost() -> None:
    # 10.00007 kWh over 3 h: after each hour 3.33335…, 6.66671…, 10.00007 -> 3.3333, 6.6667, 10.0001
    rates = tariff(
        element(energy("1", 0), max_duration=3600), element(energy("2", 0), max_duration=7200), element(energy("3", 0))
    )
    points = [reading("2026-02-23T10:00", 0), reading("2026-02-23T13:00", "10000.07")]
    found = volumes(cut(facts("2026-02-23T10:00", "2026-02-23T13:00", *points), rates), "ENERGY")
    assert [volume for _, volume in found] == ["3.3333", "3.3334", "3.3334"]


def test_a_session_may_be_told_at_a_useful_rate_without_changing_its_price() -> None:
    rates = tariff(element(energy("0.5", 1000), time("1", 3600)))
    points = [reading("2026-02-23T10:00", 0, soc=20), reading("2026-02-23T11:00", 7000, 0, soc=80)]
    known = facts("2026-02-23T10:00", "2026-02-23T11:00", *points)
    whole = session_document(known, rates)
    often = whole | {"charging_periods": cut(known, rates, longest=timedelta(minutes=15))}
    assert len(often["charging_periods"]) == 4
    assert price(often, rates).exact_total == price(whole, rates).exact_total
    told = volumes(cut(known, rates, for_session=True), "ENERGY_IMPORT", "ENERGY_EXPORT", "STATE_OF_CHARGE")
    assert told == [("10:00:00", "7", "0", "80")]


def test_a_session_without_a_state_of_charge_has_none_to_tell() -> None:
    known = facts("2026-02-23T10:00", "2026-02-23T11:00", reading("2026-02-23T10:00", 0))
    assert volumes(cut(known, SIMPLE, for_session=True), "STATE_OF_CHARGE") == [("10:00:00", "-")]


def test_a_reservation_may_be_told_at_a_useful_rate_too() -> None:
    known = facts(None, "2026-02-23T09:00", reservation=(at("2026-02-23T08:00"), at("2026-02-23T09:00")))
    assert len(cut(known, SIMPLE, longest=timedelta(minutes=30))) == 2


def test_parts_of_a_second_are_cut_off() -> None:
    start = datetime.fromisoformat("2026-02-23T10:00:00.900+00:00")
    known = SessionFacts(start=start, end=start + timedelta(seconds=60), time_zone="UTC")
    assert cut(known, SIMPLE)[0]["start_date_time"] == "2026-02-23T10:00:00Z"
