"""Hand calculations over clocks: DST in both directions, midnight, wraps, weekdays, dates. Arithmetic beside each."""

from __future__ import annotations

from decimal import Decimal

import pytest

from roaming.pricing import BadInput, price
from tests.roaming.pricing.building import D, bill, element, energy, excl, flat, period, session, tariff, time


def night(start: str, end: str, **more: object) -> dict[str, object]:
    """0.10 inside the window, 0.30 outside."""
    return tariff(element(energy("0.1"), start_time=start, end_time=end, **more), element(energy("0.3")))


def test_in_autumn_the_first_two_o_clock_is_inside_from_two_to_three() -> None:
    # 2026-10-25 00:30Z is 02:30 CEST (first pass): 3 kWh × 0.10 = 0.30
    assert excl(
        session("2026-10-25T00:45:00Z", period("2026-10-25T00:30:00Z", ENERGY="3")), night("02:00", "03:00")
    ) == D("0.3")


def test_in_autumn_the_second_two_o_clock_is_inside_as_well() -> None:
    # 2026-10-25 01:30Z is 02:30 CET (second pass): 3 × 0.10 = 0.30
    assert excl(
        session("2026-10-25T01:45:00Z", period("2026-10-25T01:30:00Z", ENERGY="3")), night("02:00", "03:00")
    ) == D("0.3")


def test_in_autumn_a_window_to_half_past_two_opens_twice() -> None:
    # 02:00-02:30 local. 00:00Z = 02:00 CEST in, 00:30Z = 02:30 CEST out, 01:00Z = 02:00 CET in, 01:30Z = 02:30 CET out
    # 1 × 0.10 + 2 × 0.30 + 4 × 0.10 + 8 × 0.30 = 0.10 + 0.60 + 0.40 + 2.40 = 3.50
    document = session(
        "2026-10-25T02:00:00Z",
        period("2026-10-25T00:00:00Z", ENERGY="1"),
        period("2026-10-25T00:30:00Z", ENERGY="2"),
        period("2026-10-25T01:00:00Z", ENERGY="4"),
        period("2026-10-25T01:30:00Z", ENERGY="8"),
    )
    assert excl(document, night("02:00", "02:30")) == D("3.5")


def test_in_spring_a_window_inside_the_skipped_hour_never_opens() -> None:
    # 2026-03-29: 00:59Z = 01:59 CET, 01:00Z = 03:00 CEST. (1 + 1) × 0.30 = 0.60
    document = session(
        "2026-03-29T02:00:00Z", period("2026-03-29T00:59:00Z", ENERGY="1"), period("2026-03-29T01:00:00Z", ENERGY="1")
    )
    assert excl(document, night("02:15", "02:45")) == D("0.6")


def test_in_spring_a_night_window_is_an_hour_shorter() -> None:
    # 22:00-06:00 local, 28 to 29 March. 21:00Z = 22:00 CET in, 04:00Z = 06:00 CEST out (not 05:00Z)
    # 7 × 0.10 + 1 × 0.30 = 1.00
    document = session(
        "2026-03-29T05:00:00Z", period("2026-03-28T21:00:00Z", ENERGY="7"), period("2026-03-29T04:00:00Z", ENERGY="1")
    )
    assert excl(document, night("22:00", "06:00")) == D("1")


def test_in_autumn_a_night_window_is_an_hour_longer() -> None:
    # 22:00-06:00 local, 24 to 25 October. 20:00Z = 22:00 CEST in, 04:59Z = 05:59 CET in, 05:00Z = 06:00 CET out
    # 8 × 0.10 + 1 × 0.10 + 2 × 0.30 = 1.50
    document = session(
        "2026-10-25T06:00:00Z",
        period("2026-10-24T20:00:00Z", ENERGY="8"),
        period("2026-10-25T04:59:00Z", ENERGY="1"),
        period("2026-10-25T05:00:00Z", ENERGY="2"),
    )
    assert excl(document, night("22:00", "06:00")) == D("1.5")


def test_a_duration_across_the_autumn_change_counts_real_seconds() -> None:
    # charge start 00:30Z (02:30 CEST), second period 01:30Z (02:30 CET): 3600 s later, so max_duration 3600 is over
    # 2 × 0.10 + 2 × 0.30 = 0.80
    document = session(
        "2026-10-25T02:30:00Z", period("2026-10-25T00:30:00Z", ENERGY="2"), period("2026-10-25T01:30:00Z", ENERGY="2")
    )
    assert excl(document, tariff(element(energy("0.1"), max_duration=3600), element(energy("0.3")))) == D("0.8")


def test_the_day_that_is_longer_in_autumn_is_still_sunday() -> None:
    # 2026-10-25 22:59Z = 23:59 CET Sunday, 23:00Z = Monday 00:00. 1 × 0.10 + 1 × 0.30 = 0.40
    document = session(
        "2026-10-26T00:00:00Z", period("2026-10-25T22:59:00Z", ENERGY="1"), period("2026-10-25T23:00:00Z", ENERGY="1")
    )
    rates = tariff(element(energy("0.1"), day_of_week=["SUNDAY"]), element(energy("0.3")))
    assert excl(document, rates) == D("0.4")


def test_lord_howe_moves_its_clocks_by_half_an_hour() -> None:
    # 2026-04-04 15:00Z: from 02:00 (+11) back to 01:30 (+10:30). 14:45Z = 01:45, 15:10Z = 01:40: both inside
    # (5 + 5) × 0.10 = 1.00
    document = session(
        "2026-04-04T15:20:00Z",
        period("2026-04-04T14:45:00Z", ENERGY="5"),
        period("2026-04-04T15:10:00Z", ENERGY="5"),
        zone="Australia/Lord_Howe",
    )
    assert excl(document, night("01:30", "02:00")) == D("1")


def test_a_zone_with_a_quarter_of_an_hour() -> None:
    # Kathmandu is +5:45: 04:15Z = 10:00 in, 05:15Z = 11:00 out. 1 × 0.10 + 1 × 0.30 = 0.40
    document = session(
        "2026-02-23T06:00:00Z",
        period("2026-02-23T04:15:00Z", ENERGY="1"),
        period("2026-02-23T05:15:00Z", ENERGY="1"),
        zone="Asia/Kathmandu",
    )
    assert excl(document, night("10:00", "11:00")) == D("0.4")


@pytest.mark.parametrize(
    ("local_hour", "price"),
    # 20:00-08:00 wraps: 19 out, 20 in, 23 in, 0 in, 7 in, 8 out. 1 kWh each
    [("19", "0.3"), ("20", "0.1"), ("23", "0.1"), ("00", "0.1"), ("07", "0.1"), ("08", "0.3")],
)
def test_a_window_over_midnight_by_the_hour(local_hour: str, price: str) -> None:
    at = f"2026-02-23T{local_hour}:00:00Z"
    document = session(f"2026-02-23T{local_hour}:30:00Z", period(at, ENERGY="1"), zone="UTC")
    assert excl(document, night("20:00", "08:00")) == D(price)


def test_the_end_of_a_window_is_exclusive_to_the_minute() -> None:
    # 16:59:59 is 16:59, inside; 17:00:00 is outside. 1 × 0.10 + 1 × 0.30 = 0.40
    document = session(
        "2026-02-23T18:00:00Z",
        period("2026-02-23T16:59:59Z", ENERGY="1"),
        period("2026-02-23T17:00:00Z", ENERGY="1"),
        zone="UTC",
    )
    assert excl(document, night("09:00", "17:00")) == D("0.4")


def test_a_window_to_twenty_four_o_clock_is_understood() -> None:
    # 18:00-24:00: 23:59 inside. 10 × 0.10 = 1.00
    document = session("2026-02-24T00:00:00Z", period("2026-02-23T23:59:00Z", ENERGY="10"), zone="UTC")
    assert excl(document, night("18:00", "24:00")) == D("1")


def test_a_window_to_midnight_ends_with_the_day() -> None:
    # 18:00-00:00: 23:59 in, 00:00 out. 1 × 0.10 + 1 × 0.30 = 0.40
    document = session(
        "2026-02-24T01:00:00Z",
        period("2026-02-23T23:59:00Z", ENERGY="1"),
        period("2026-02-24T00:00:00Z", ENERGY="1"),
        zone="UTC",
    )
    assert excl(document, night("18:00", "00:00")) == D("0.4")


def test_a_wrapped_window_of_saturday_covers_its_early_morning_and_its_late_evening() -> None:
    # 22:00-06:00 on SATURDAY, UTC. Sat 05:00 in, Sat 12:00 out, Sat 23:00 in, Sun 05:00 out (its day is not listed)
    # 1 × 0.10 + 1 × 0.30 + 1 × 0.10 + 1 × 0.30 = 0.80
    document = session(
        "2026-03-01T06:00:00Z",
        period("2026-02-28T05:00:00Z", ENERGY="1"),
        period("2026-02-28T12:00:00Z", ENERGY="1"),
        period("2026-02-28T23:00:00Z", ENERGY="1"),
        period("2026-03-01T05:00:00Z", ENERGY="1"),
        zone="UTC",
    )
    assert excl(document, night("22:00", "06:00", day_of_week=["SATURDAY"])) == D("0.8")


def test_dates_are_local_dates() -> None:
    # end_date 1 March is exclusive. 28 Feb 22:30Z = 23:30 in Amsterdam: in; 23:30Z = 1 March 00:30: out
    # 1 × 0.10 + 1 × 0.30 = 0.40
    document = session(
        "2026-03-01T00:00:00Z", period("2026-02-28T22:30:00Z", ENERGY="1"), period("2026-02-28T23:30:00Z", ENERGY="1")
    )
    rates = tariff(element(energy("0.1"), start_date="2026-02-01", end_date="2026-03-01"), element(energy("0.3")))
    assert excl(document, rates) == D("0.4")


def test_a_start_date_alone_holds_from_that_day_on() -> None:
    # 22 Feb: 0.30; 23 Feb: 0.10. 0.30 + 0.10 = 0.40
    document = session(
        "2026-02-23T01:00:00Z",
        period("2026-02-22T23:00:00Z", ENERGY="1"),
        period("2026-02-23T00:00:00Z", ENERGY="1"),
        zone="UTC",
    )
    assert excl(document, tariff(element(energy("0.1"), start_date="2026-02-23"), element(energy("0.3")))) == D("0.4")


def test_without_a_zone_a_tariff_that_looks_at_the_clock_cannot_be_priced() -> None:
    document = session("2026-02-23T11:00:00Z", period("2026-02-23T10:00:00Z", ENERGY="1"), zone=None)
    with pytest.raises(BadInput, match="/time_zone: is needed"):
        price(document, night("09:00", "17:00"))


def test_without_a_zone_a_tariff_that_never_looks_at_the_clock_can() -> None:
    # 10 × 0.25 = 2.50
    document = session("2026-02-23T11:00:00Z", period("2026-02-23T10:00:00Z", ENERGY="10"), zone=None)
    assert excl(document, tariff(element(energy("0.25")))) == D("2.5")


def test_the_zone_that_is_given_wins_over_the_document() -> None:
    # 10:30Z is 10:30 in UTC (in 10-11) and 11:30 in Amsterdam (out): 1 × 0.10
    document = session("2026-02-23T11:00:00Z", period("2026-02-23T10:30:00Z", ENERGY="1"))
    assert price(document, night("10:00", "11:00"), time_zone="UTC").total_cost.excl_vat == D("0.1")


def test_a_country_with_one_clock_gives_the_zone_and_says_so() -> None:
    # 10:30Z = 11:30 in the Netherlands: outside 10-11, 0.30
    document = session("2026-02-23T11:00:00Z", period("2026-02-23T10:30:00Z", ENERGY="1"), zone=None)
    found = bill(document | {"cdr_location": {"country": "NLD"}}, night("10:00", "11:00"))
    assert found.total_cost.excl_vat == D("0.3")
    assert [finding.code for finding in found.findings] == ["time_zone_guessed"]


def test_a_country_with_several_clocks_gives_none() -> None:
    document = session("2026-02-23T11:00:00Z", period("2026-02-23T10:30:00Z", ENERGY="1"), zone=None)
    with pytest.raises(BadInput, match="/time_zone"):
        bill(document | {"cdr_location": {"country": "USA"}}, night("10:00", "11:00"))


def test_the_zone_that_some_put_into_the_location_is_read() -> None:
    document = session("2026-02-23T11:00:00Z", period("2026-02-23T10:30:00Z", ENERGY="1"), zone=None)
    found = bill(document | {"cdr_location": {"time_zone": "UTC"}}, night("10:00", "11:00"))
    assert found.total_cost.excl_vat == D("0.1")
    assert found.findings == []


@pytest.mark.parametrize("name", ["Europe/Nowhere", "../etc/passwd", "Europe"])
def test_a_zone_that_does_not_exist_is_bad_input(name: str) -> None:
    document = session("2026-02-23T11:00:00Z", period("2026-02-23T10:30:00Z", ENERGY="1"), zone=name)
    with pytest.raises(BadInput, match="is not a time zone"):
        bill(document, night("10:00", "11:00"))


def test_a_flat_in_the_evening_is_due_when_the_session_reaches_the_evening() -> None:
    # FLAT 2.00 from 18:00 on; the session crosses 18:00 UTC; 0.5 h × 1.00 + 0.5 h × 1.00 + 2.00 = 3.00
    document = session(
        "2026-02-23T18:30:00Z",
        period("2026-02-23T17:30:00Z", TIME="0.5"),
        period("2026-02-23T18:00:00Z", TIME="0.5"),
        zone="UTC",
    )
    rates = tariff(element(flat("2"), start_time="18:00"), element(time("1")))
    found = bill(document, rates)
    assert found.total_cost.excl_vat == Decimal(3)
    assert [(line.dimension, line.period) for line in found.lines] == [("TIME", 0), ("FLAT", 1), ("TIME", 1)]
