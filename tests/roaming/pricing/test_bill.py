"""What a bill says: JSON, text, the fields of a CDR."""

from __future__ import annotations

import json
from decimal import Decimal

from roaming.pricing import price
from tests.roaming.pricing.building import (
    D,
    bill,
    element,
    energy,
    flat,
    parking,
    period,
    session,
    tariff,
    time,
)

DAY = session(
    "2026-02-23T12:10:00Z",
    period("2026-02-23T10:00:00Z", ENERGY="4", TIME="1"),
    period("2026-02-23T11:00:00Z", ENERGY="4.5", TIME="1"),
    period("2026-02-23T12:00:00Z", ENERGY="0", PARKING_TIME="0.1667"),
)
RATES = tariff(
    element(energy("0.2", 1000, "21"), start_time="09:00", end_time="12:00"),
    element(flat("1"), energy("0.4", 1000, "21"), parking("6", 900)),
)


def test_the_text_has_a_row_for_each_rate_with_its_reason_and_the_totals() -> None:
    # 4 × 0.20 = 0.80 (11:00 local is inside), then 4.5 + 0 -> 5 at 0.40 = 2.00 (8.5 -> 9.0), FLAT 1.00,
    # 10 -> 15 min of parking × 6.00 = 1.50
    text = bill(DAY, RATES).render()
    assert text.splitlines()[0] == "Bill in EUR, tariff T, local times of Europe/Amsterdam"
    rows = {row.split()[2]: row for row in text.splitlines()[1:] if row.strip().startswith("period")}
    assert "element 1: 11:00 is in 09:00-12:00" in text
    assert "periods 2-3" in text and "not element 1: 12:00 is outside 09:00-12:00" in text
    assert "8.5 kWh in all, up to 9000 Wh by step_size 1000 of the last component" in text
    assert "0:10:00 h, billed 0:15:00 h" in rows["PARKING_TIME"]
    assert "total_energy_cost" in text and "total_fixed_cost" not in text  # one row needs no sum
    assert "total_cost excl. and incl. VAT" in text and text.count("5.3000") == 1
    assert "free: TIME 7200 s, no element of tariff T that matches prices TIME" in text


def test_in_detail_each_period_has_its_row() -> None:
    rows = bill(DAY, RATES).render(detail=True).splitlines()
    assert sum(row.strip().startswith("period ") for row in rows) == 5


def test_many_elements_passed_over_are_counted_not_listed() -> None:
    closed = [element(energy("1"), start_time=f"0{hour}:00", end_time=f"0{hour}:30") for hour in range(4)]
    line = bill(DAY, tariff(*closed, element(energy("2")))).lines[0]
    assert line.because.startswith("element 5: it has no restrictions; not element 1: 11:00 is outside 00:00-00:30;")
    assert line.because.endswith("; nor 2 more before it")


def test_every_kind_of_restriction_can_say_why() -> None:
    rates = tariff(
        element(time("1"), start_date="2026-02-23", end_date="2026-02-24"),
        element(energy("1"), day_of_week=["MONDAY"], max_kwh=3),
        element(energy("2"), min_kwh=0, min_duration=0, min_power=1, max_current=32),
    )
    document = session(
        "2026-02-23T11:00:00Z",
        period("2026-02-23T10:00:00Z", ENERGY="4", TIME="0.5", MIN_POWER="3", MAX_POWER="4", MAX_CURRENT="16"),
        period("2026-02-23T10:30:00Z", ENERGY="4", TIME="0.5", MIN_POWER="3", MAX_POWER="4", MAX_CURRENT="16"),
    )
    because = [line.because for line in bill(document, rates).lines]
    assert because == [
        "element 2: 0 kWh is below 3 kWh charged so far; Monday is in Monday",
        "element 1: 2026-02-23 is from 2026-02-23 on and before 2026-02-24",
        (
            "element 3: 4 kWh is 0 kWh or more charged so far; 30 min is 0 s or more into the session; "
            "3 kW to 4 kW is 1 kW or more; 16 A is below 32 A; not element 2: 4 kWh is not below 3 kWh charged so far"
        ),
        "element 1: 2026-02-23 is from 2026-02-23 on and before 2026-02-24",
    ]


def test_what_was_not_measured_is_a_reason_too() -> None:
    rates = tariff(element(energy("1"), max_current=32), element(energy("2")))
    line = bill(session("2026-02-23T11:00:00Z", period("2026-02-23T10:00:00Z", ENERGY="4")), rates).lines[0]
    assert line.because == "element 2: it has no restrictions; not element 1: current was not measured"


def test_days_and_dates_that_fail_are_reasons_too() -> None:
    rates = tariff(
        element(energy("1"), day_of_week=["TUESDAY", "MONDAY"], end_date="2026-01-01"),
        element(
            energy("1"), day_of_week=["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"], start_date="2027-01-01"
        ),
        element(energy("2")),
    )
    line = bill(session("2026-02-28T11:00:00Z", period("2026-02-28T10:00:00Z", ENERGY="4")), rates).lines[0]
    assert line.because == (
        "element 3: it has no restrictions; not element 1: Saturday is not in Monday, Tuesday; "
        "not element 2: Saturday is not in Monday to Friday"
    )


def test_the_json_has_totals_lines_and_what_is_free() -> None:
    told = json.loads(bill(DAY, RATES).to_json(), parse_float=Decimal)
    assert told["total_cost"] == {"excl_vat": D("5.3"), "incl_vat": D("5.888")}  # 2.8 × 1.21 + 1 + 1.5
    assert told["total_energy_cost"] == {"excl_vat": D("2.8"), "incl_vat": D("3.388")}
    assert told["total_fixed_cost"]["excl_vat"] == 1
    assert told["total_parking_cost"]["excl_vat"] == D("1.5")
    assert (told["total_time_cost"], told["total_reservation_cost"]) == ({"excl_vat": 0, "incl_vat": 0},) * 2
    assert (told["total_energy"], told["total_time"], told["total_parking_time"]) == (
        D("8.5"),
        D("2.1667"),
        D("0.1667"),
    )
    assert (told["currency"], told["time_zone"], told["limit_applied"]) == ("EUR", "Europe/Amsterdam", None)
    assert [(line["period"], line["dimension"], line["element"], line["component"]) for line in told["lines"]] == [
        (0, "FLAT", 1, 0),
        (0, "ENERGY", 0, 0),
        (1, "ENERGY", 1, 1),
        (2, "ENERGY", 1, 1),
        (2, "PARKING_TIME", 1, 2),
    ]
    last = told["lines"][-1]
    assert (last["measured"], last["billed"], last["unit"], last["price"], last["vat"]) == (600, 900, "s", 6, None)
    assert told["unpriced"][0]["dimension"] == "TIME" and told["unpriced"][0]["periods"] == [0, 1]


def test_the_fields_of_a_cdr_claim_only_what_was_priced() -> None:
    """CDR-17, CDR-20."""
    assert bill(DAY, RATES).totals() == {
        "total_cost": {"excl_vat": D("5.3"), "incl_vat": D("5.888")},
        "total_fixed_cost": {"excl_vat": D(1), "incl_vat": D(1)},
        "total_energy_cost": {"excl_vat": D("2.8"), "incl_vat": D("3.388")},
        "total_parking_cost": {"excl_vat": D("1.5"), "incl_vat": D("1.5")},
        "total_energy": D("8.5"),
        "total_time": D("2.1667"),
        "total_parking_time": D("0.1667"),
    }
    charging = session("2026-02-23T11:00:00Z", period("2026-02-23T10:00:00Z", TIME="1"), zone=None)
    assert "total_parking_time" not in bill(charging, tariff(element(time("1")))).totals()


def test_each_part_has_a_name_of_its_own() -> None:
    rates = tariff(element(time("2", 0), parking("3", 0)))
    document = session(
        "2026-02-23T12:00:00Z",
        period("2026-02-23T10:00:00Z", TIME="1"),
        period("2026-02-23T11:00:00Z", PARKING_TIME="1"),
        zone=None,
    )
    found = bill(document, rates)
    assert (found.total_time_cost.excl_vat, found.total_parking_cost.excl_vat) == (2, 3)


def test_numbers_leave_without_exponents() -> None:
    found = bill(
        session("2026-02-23T11:00:00Z", period("2026-02-23T10:00:00Z", ENERGY="1E+3"), zone=None),
        tariff(element(energy("1E+1", 0))),
    )
    assert '"total_cost":{"excl_vat":10000,"incl_vat":10000}' in found.to_json()
    assert '"measured":1000' in found.to_json()
    assert "1000 kWh" in found.render() and "10/kWh" in found.render()


def test_the_text_tells_limits_export_and_seconds_that_are_no_whole_ones() -> None:
    document = session(
        "2026-02-23T12:00:00Z",
        period("2026-02-23T10:00:00Z", ENERGY="4", TIME="0.50005"),
        period("2026-02-23T11:00:00Z", ENERGY="-1"),
        zone=None,
    )
    text = bill(document, tariff(element(energy("0.4"), time("2", 0)), max_price={"excl_vat": D(1)})).render()
    assert "before max_price" in text
    assert "imported 4 kWh, fed back 1 kWh for 0.4 EUR excl. VAT" in text
    text = bill(
        session("2026-02-23T12:00:00Z", period("2026-02-23T10:00:00Z", TIME="0.00009"), zone=None),
        tariff(element(time("2", 0))),
    ).render()
    assert "0.324 s" in text


def test_a_reservation_is_named_in_its_rows() -> None:
    document = session("2026-02-23T11:00:00Z", period("2026-02-23T10:00:00Z", RESERVATION_TIME="1"), zone=None)
    text = price(document, tariff(element(time("2"), reservation="RESERVATION"))).render()
    assert "reservation TIME" in text and "[reservation_expired]" in text


def test_without_tariff_ids_the_head_says_none() -> None:
    document = session("2026-02-23T11:00:00Z", period("2026-02-23T10:00:00Z", "X", ENERGY="1"), zone=None)
    assert bill(document, RATES | {"elements": [element(energy("1"))]}).render().startswith("Bill in EUR, tariff none")
