"""Hand calculations over reservations: used, expired, running, two parts in one period. Arithmetic beside each."""

from __future__ import annotations

from tests.roaming.pricing.building import D, bill, codes, element, energy, excl, flat, period, session, tariff, time

NINE, TEN, ELEVEN = (f"2026-02-23T{hour:02}:00:00Z" for hour in (9, 10, 11))
RESERVED = {"reservation": "RESERVATION"}
EXPIRES = {"reservation": "RESERVATION_EXPIRES"}
RATES = tariff(
    element(flat("1"), time("3", 600), **RESERVED),
    element(flat("4"), **EXPIRES),
    element(flat("0.5"), energy("0.25"), time("1", 60)),
)


def test_a_used_reservation_has_a_fee_and_its_own_steps() -> None:
    # reservation 1.00 + 25 min -> 30 at 3.00/h = 1.50; charging 0.50 + 10 × 0.25 + 60 min × 1.00 = 4.00; total 6.50
    document = session(
        ELEVEN,
        period("2026-02-23T09:35:00Z", RESERVATION_TIME="0.4167"),
        period(TEN, ENERGY="10", TIME="1"),
        zone=None,
    )
    found = bill(document, RATES)
    assert found.total_cost.excl_vat == D("6.5")
    assert found.total_reservation_cost.excl_vat == D("2.5")
    assert found.total_fixed_cost.excl_vat == D("0.5")
    assert found.billed("TIME") == 3600
    assert found.billed("TIME", "reservation") == 1800


def test_an_expired_reservation_pays_its_own_fee_and_the_time_of_the_reservation() -> None:
    # FLAT of RESERVATION_EXPIRES 4.00 before that of RESERVATION; 60 min × 3.00 = 3.00; total 7.00
    found = bill(session(TEN, period(NINE, RESERVATION_TIME="1"), zone=None), RATES)
    assert found.total_cost.excl_vat == D(7)
    assert codes(found) == ["reservation_expired"]


def test_a_reservation_that_still_runs_has_not_expired() -> None:
    # Session in status RESERVATION: 1.00 + 30 min × 3.00 = 2.50 so far
    document = session(
        "2026-02-23T09:30:00Z", period(NINE, RESERVATION_TIME="0.5"), zone=None, status="RESERVATION", kwh=0
    )
    assert excl(document, RATES) == D("2.5")


def test_who_knows_that_a_reservation_has_expired_may_say_so() -> None:
    document = session(TEN, period(NINE, RESERVATION_TIME="1"), zone=None)
    assert excl(document | {"reservation_expired": False}, RATES) == D(4)  # 1.00 + 3.00
    assert excl(document | {"reservation_expired": True}, RATES) == D(7)


def test_a_period_may_have_both_parts() -> None:
    # 30 min reserved and charged: 1.00 + 1.50 reserved; 0.50 + 2 × 0.25 + 0.50 = 1.50; total 4.00
    document = session("2026-02-23T09:30:00Z", period(NINE, RESERVATION_TIME="0.5", ENERGY="2", TIME="0.5"), zone=None)
    assert excl(document, RATES) == D(4)


def test_the_price_limits_do_not_touch_a_reservation_that_expired() -> None:
    # 7.00 as above, although max_price is 5.00
    limited = RATES | {"max_price": {"excl_vat": D(5)}}
    assert excl(session(TEN, period(NINE, RESERVATION_TIME="1"), zone=None), limited) == D(7)


def test_the_price_limits_hold_a_session_that_was_reserved() -> None:
    limited = RATES | {"max_price": {"excl_vat": D(5)}}
    document = session(ELEVEN, period(NINE, RESERVATION_TIME="1"), period(TEN, ENERGY="10", TIME="1"), zone=None)
    assert excl(document, limited) == D(5)


def test_the_duration_of_charging_starts_when_charging_starts() -> None:
    # an hour reserved; max_duration 1800 holds for the first half hour of charging: 0.5 h × 1.00 + 0.5 h × 9.00 = 5.00
    document = session(
        ELEVEN,
        period(NINE, RESERVATION_TIME="1"),
        period(TEN, TIME="0.5"),
        period("2026-02-23T10:30:00Z", TIME="0.5"),
        zone=None,
    )
    assert excl(document, tariff(element(time("1"), max_duration=1800), element(time("9")))) == D(5)


def test_the_duration_of_a_reservation_starts_with_it() -> None:
    # first 30 min at 2.00/h, then 8.00/h: 1.00 + 4.00
    document = session(
        ELEVEN,
        period(NINE, RESERVATION_TIME="0.5"),
        period("2026-02-23T09:30:00Z", RESERVATION_TIME="0.5"),
        period(TEN, TIME="1"),
        zone=None,
    )
    rates = tariff(element(time("2"), max_duration=1800, **RESERVED), element(time("8"), **RESERVED))
    assert excl(document, rates) == D(5)


def test_a_reservation_that_nothing_prices_is_free_and_told() -> None:
    found = bill(session(TEN, period(NINE, RESERVATION_TIME="1"), zone=None), tariff(element(flat("9"), time("9"))))
    assert found.total_cost.excl_vat == 0
    assert [(free.dimension, free.measured) for free in found.unpriced] == [("RESERVATION_TIME", 3600)]


def test_a_reservation_under_an_unknown_tariff_is_free() -> None:
    found = bill(session(TEN, period(NINE, "X", RESERVATION_TIME="1"), zone=None), RATES)
    assert [free.why for free in found.unpriced] == ["no tariff is relevant"]


def test_the_total_time_starts_with_charging() -> None:
    document = session(ELEVEN, period(NINE, RESERVATION_TIME="1"), period(TEN, ENERGY="1", TIME="1"), zone=None)
    assert bill(document, RATES).total_time == 1


def test_several_fees_in_one_reservation_are_noticed() -> None:
    # 2.00 for the first half hour's element, 3.00 would be the second's: one per phase
    document = session(
        TEN,
        period(NINE, RESERVATION_TIME="0.5"),
        period("2026-02-23T09:30:00Z", RESERVATION_TIME="0.5"),
        zone=None,
        reservation_expired=False,
    )
    rates = tariff(element(flat("2"), max_duration=1800, **RESERVED), element(flat("3"), **RESERVED))
    found = bill(document, rates)
    assert found.total_cost.excl_vat == D(2)
    assert codes(found) == ["multiple_flat_components"]
    assert excl(document, rates, flat="each_component_once") == D(5)
