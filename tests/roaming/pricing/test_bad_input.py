"""Input that cannot be priced: which field, and why. And input that only looks odd."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from roaming.pricing import BadInput, price
from roaming.pricing.clock import instant, moment
from roaming.pricing.documents import read_document, read_tariffs
from tests.roaming.pricing.building import D, at, bill, codes, element, energy, excl, period, session, tariff, time

TEN, ELEVEN, TWELVE = (f"2026-02-23T{hour}:00:00Z" for hour in (10, 11, 12))
SIMPLE = tariff(element(energy("0.5")))
ONE = session(ELEVEN, period(TEN, ENERGY="10"), zone=None)


def restricted(**restrictions: Any) -> dict[str, Any]:
    return tariff(element(energy("0.5"), **restrictions))


@pytest.mark.parametrize(
    ("rates", "pointer"),
    [
        (restricted(start_time="9:00"), "/elements/0/restrictions/start_time"),
        (restricted(end_time="25:00"), "/elements/0/restrictions/end_time"),
        (restricted(start_date="2026-02-30"), "/elements/0/restrictions/start_date"),
        (restricted(end_date="yesterday"), "/elements/0/restrictions/end_date"),
        (restricted(day_of_week=["MONDAY", "Tuesday"]), "/elements/0/restrictions/day_of_week/1"),
        (restricted(reservation="MAYBE"), "/elements/0/restrictions/reservation"),
        (restricted(max_kwh="ten"), "/elements/0/restrictions/max_kwh"),
        (tariff(element(energy("0.5", -1))), "/elements/0/price_components/0/step_size"),
        (tariff({"price_components": [{"type": "ENERGY", "price": 1, "step_size": D("0.5")}]}), "/elements/0/price"),
        (tariff({"price_components": [{"type": "ENERGY", "step_size": 1}]}), "/elements/0/price_components/0/price"),
        (tariff({}), "/elements/0/price_components"),
        (SIMPLE | {"start_date_time": "soon"}, "/start_date_time"),
        ({"id": "T", "elements": []}, "/currency"),
        ([], ""),
    ],
)
def test_a_tariff_names_the_field_that_is_wrong(rates: Any, pointer: str) -> None:
    with pytest.raises(BadInput) as caught:
        price(ONE, rates)
    assert caught.value.pointer.startswith(pointer)
    assert caught.value.reason


def test_of_several_tariffs_the_pointer_says_which() -> None:
    with pytest.raises(BadInput, match="tariff /1/elements/0/restrictions/start_time"):
        price(ONE, [SIMPLE, restricted(start_time="noon")])
    with pytest.raises(BadInput, match="tariff /1/elements: is required"):
        price(ONE, [SIMPLE, {"id": "X", "currency": "EUR"}])


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (ONE | {"start_date_time": "today"}, "/start_date_time"),
        (ONE | {"end_date_time": "2026-02-30T10:00:00Z"}, "/end_date_time"),
        (ONE | {"end_date_time": None, "last_updated": "x"}, "/last_updated"),
        (ONE | {"charging_periods": [{"dimensions": []}]}, "/charging_periods/0/start_date_time"),
        (session(ELEVEN, period("10 o'clock"), zone=None, start=TEN), "/charging_periods/0/start_date_time"),
        ({}, "/start_date_time"),
        ("{", ""),
        (b"\xff\xfe", ""),
    ],
)
def test_a_session_names_the_field_that_is_wrong(document: Any, pointer: str) -> None:
    with pytest.raises(BadInput) as caught:
        price(document, SIMPLE)
    assert caught.value.pointer.startswith(pointer)
    assert caught.value.document == "session"


@pytest.mark.parametrize("volume", ["NaN", "Infinity", "1E+40", "1E-40"])
def test_a_volume_beyond_reason_is_named(volume: str) -> None:
    document = session(TWELVE, period(TEN, ENERGY="1." + "1" * 99), period(ELEVEN, ENERGY=volume), zone=None)
    with pytest.raises(
        BadInput, match=r"/charging_periods/./dimensions/0/volume: .* is not a number that can be priced"
    ):
        bill(document, SIMPLE)


def test_a_price_beyond_reason_is_named() -> None:
    with pytest.raises(BadInput, match="tariff /elements/0/price_components/0/price: NaN"):
        bill(ONE, tariff(element(energy("NaN"))))


def test_figures_that_are_fine_one_by_one_may_still_have_too_many_digits_together() -> None:
    long = "1" * 14 + "." + "1" * 30
    periods = period(TEN, ENERGY=long)
    with pytest.raises(BadInput, match="cannot be added up exactly"):
        bill(
            session(ELEVEN, periods, zone=None), tariff(element(energy(long, 0, "0." + "1" * 29)), element(energy("1")))
        )


def test_an_error_says_the_document_the_field_and_the_reason() -> None:
    assert str(BadInput("/a", "is required", "tariff")) == "tariff /a: is required"
    assert str(BadInput("", "is no object")) == "/: is no object"


def test_json_text_and_dicts_are_priced_alike() -> None:
    text = (
        '{"start_date_time":"2026-02-23T10:00:00Z","end_date_time":"2026-02-23T11:00:00Z","charging_periods":['
        '{"start_date_time":"2026-02-23T10:00:00Z","dimensions":[{"type":"ENERGY","volume":0.1}]}]}'
    )
    rates = (
        '[{"id":"T","currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":3,"step_size":1}]}]}]'
    )
    assert price(text, rates).total_cost.excl_vat == D("0.3")  # 0.1 × 3, not 0.30000000000000004
    assert price(text.encode(), rates.strip("[]").encode()).total_cost.excl_vat == D("0.3")


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-23T10:00:00Z",
        "2026-02-23T10:00:00",
        "2026-02-23t10:00:00z",
        "2026-2-23T10:0:0Z",
        "2026-02-23T11:00:00+01:00",
        "2026-02-23T10:00:00.000Z",
    ],
)
def test_one_instant_has_many_texts(text: str) -> None:
    assert instant(text, "/x") == at("2026-02-23T10:00")


def test_what_is_no_text_is_no_moment() -> None:
    assert (moment(None), moment(5), moment("soon")) == (None, None, None)
    assert moment("2026-02-23T10:00:00Z") == at("2026-02-23T10:00")


def test_structs_are_taken_as_they_are() -> None:
    (one,) = read_tariffs(SIMPLE)
    document = read_document(ONE)
    assert price(document, one).total_cost == price(document, [one]).total_cost == price(ONE, SIMPLE).total_cost


def test_periods_out_of_order_are_sorted_and_told() -> None:
    # 10:00 at 0.20 (below 10 kWh), 11:00 at 0.40: 10 × 0.20 + 5 × 0.40 = 4.00
    rates = tariff(element(energy("0.2"), max_kwh=10), element(energy("0.4")))
    document = session(TWELVE, period(ELEVEN, ENERGY="5"), period(TEN, ENERGY="10"), zone=None, start=TEN)
    found = bill(document, rates)
    assert found.total_cost.excl_vat == 4
    assert codes(found) == ["periods_out_of_order"]
    assert [line.period for line in found.lines] == [1, 0]


def test_periods_outside_of_the_session_are_priced_and_told() -> None:
    document = session(ELEVEN, period(TEN, ENERGY="1"), period(TWELVE, ENERGY="1"), zone=None)
    found = bill(document, SIMPLE)
    assert found.total_cost.excl_vat == 1
    assert codes(found) == ["periods_outside_start_end_date_time"]


def test_a_period_that_starts_after_the_end_has_no_clock() -> None:
    # 0.1667 h is not snapped to a clock, but lies 0.12 s from 600 s
    document = session(ELEVEN, period(TWELVE, TIME="0.1667"), zone=None, start=TEN)
    assert bill(document, tariff(element(time("6", 0)))).billed("TIME") == 600


def test_a_dimension_told_twice_adds_up_and_a_measurement_stands() -> None:
    periods = {
        "start_date_time": TEN,
        "dimensions": [
            {"type": kind, "volume": Decimal(volume)}
            for kind, volume in (("ENERGY", "1"), ("ENERGY", "2"), ("MAX_POWER", "5"), ("MAX_POWER", "50"))
        ],
    }
    rates = tariff(element(energy("0.5"), max_power=10))
    assert excl(session(ELEVEN, periods, zone=None), rates) == D("1.5")


def test_a_dimension_that_is_priced_and_not_told_is_noticed() -> None:
    found = bill(session(ELEVEN, period(TEN, ENERGY="1"), zone=None), tariff(element(energy("1"), time("1"))))
    assert codes(found) == ["missing_dimension"]
    found = bill(session(ELEVEN, period(TEN, TIME="1"), zone=None), tariff(element(energy("1"), time("1"))))
    assert codes(found) == ["missing_dimension"]
    assert found.total_cost.excl_vat == 1


def test_a_running_session_reaches_as_far_as_it_was_updated() -> None:
    document = session(TWELVE, period(TEN, ENERGY="1", TIME="0.5"), zone=None, status="ACTIVE")
    del document["end_date_time"]
    assert bill(document, SIMPLE).total_time == 0
    assert bill(document | {"last_updated": "2026-02-23T10:30:00Z"}, SIMPLE).total_time == D("0.5")


def test_without_periods_there_is_nothing_to_pay() -> None:
    empty = session(ELEVEN, zone=None, start=TEN)
    assert bill(empty, SIMPLE).total_cost.excl_vat == 0
    assert bill(empty | {"end_date_time": None}, SIMPLE).total_time == 0


def test_a_component_of_a_type_that_does_not_exist_prices_nothing() -> None:
    unknown = {"type": "SESSION_TIME", "price": 9, "step_size": 1}
    found = bill(ONE, tariff(element(energy("0.5"), unknown)))
    assert found.total_cost.excl_vat == 5
    assert codes(found) == ["unknown_component_type"]
