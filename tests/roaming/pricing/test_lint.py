"""Lint: each rule with its pointer, its code and its witness, and tariffs that it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from roaming.pricing import Finding, lint
from roaming.pricing.linting.boxes import domain, uncovered
from tests.roaming.pricing.building import D, Json, at, element, energy, flat, parking, tariff, time

WEEK = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
VECTORS = Path(__file__).parents[2] / "vectors" / "tariffs"


def told(found: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.pointer) for finding in found]


def of(code: str, found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.code == code]


def only(code: str, rates: Json, **options: Any) -> Finding:
    found = of(code, lint(rates, **options))
    assert len(found) == 1, (code, found)
    return found[0]


def test_a_plain_tariff_has_no_findings() -> None:
    assert lint(tariff(element(flat("0.5", "21"), energy("0.35", 1, "21"), time("1", 60, "21")))) == []


@pytest.mark.parametrize("name", ["free_of_charge", "simple_025_per_kwh", "max_power_switch", "reservation_18_used"])
def test_good_examples_of_the_specification_have_no_findings(name: str) -> None:
    tariffs = json.loads((VECTORS / name / "tariff.json").read_text(), parse_float=D)
    assert [finding for finding in lint(tariffs) if finding.severity != "note"] == []


# reach


def test_what_stands_behind_an_unrestricted_element_is_unreachable() -> None:
    found = lint(tariff(element(energy("0.3")), element(energy("0.2"), time("1"), max_kwh=10)))
    assert ("unreachable_component", "/elements/1/price_components/0") in told(found)
    witness = of("unreachable_component", found)[0].witness
    assert witness == {"energy": "0 kWh", "active instead": "element 1"}


def test_what_several_elements_cover_together_is_unreachable() -> None:
    rates = tariff(
        element(energy("0.1"), end_time="12:00"),
        element(energy("0.2"), start_time="12:00", end_time="20:00"),
        element(energy("0.3"), start_time="18:00"),
        element(energy("0.4"), start_time="08:00", end_time="19:00", day_of_week=["MONDAY"]),
    )
    found = only("unreachable_component", rates)
    assert found.pointer == "/elements/3/price_components/0"
    assert found.witness["active instead"] == "element 1, 2, 3"
    assert told(of("redundant_element", lint(rates))) == [("redundant_element", "/elements/3")]


def test_windows_over_midnight_and_weekdays_cover_too() -> None:
    rates = tariff(
        element(energy("0.1"), start_time="20:00", end_time="06:00"),
        element(energy("0.2"), start_time="06:00", end_time="20:00", day_of_week=WEEK[:5]),
        element(energy("0.3"), day_of_week=WEEK[5:]),
        element(energy("0.4"), start_time="03:00", end_time="05:00"),
    )
    assert told(of("unreachable_component", lint(rates))) == [
        ("unreachable_component", "/elements/3/price_components/0")
    ]
    assert of("no_fallback", lint(rates)) == []


def test_power_tiers_cover_and_a_gap_between_them_does_not() -> None:
    covered = tariff(
        element(energy("0.1"), max_power=11),
        element(energy("0.2"), min_power=11),
        element(energy("0.3"), min_current=3),
    )
    assert told(lint(covered))[0] == ("unreachable_component", "/elements/2/price_components/0")
    gap = tariff(element(energy("0.1"), max_power=11), element(energy("0.2"), min_power=22))
    assert only("no_fallback", gap).witness == {"power": "11 kW"}


def test_a_component_that_is_reachable_on_one_weekday_of_some_dates_is_reachable() -> None:
    # 2026-02-23 and 24 are Monday and Tuesday: WEDNESDAY in them is no real day
    rates = tariff(
        element(energy("0.1"), start_date="2026-02-23", end_date="2026-02-25", day_of_week=["WEDNESDAY"]),
        element(energy("0.2")),
    )
    assert of("unreachable_component", lint(rates)) != []
    real = tariff(
        element(energy("0.1"), start_date="2026-02-23", end_date="2026-02-25", day_of_week=["TUESDAY"]),
        element(energy("0.2")),
    )
    assert of("unreachable_component", lint(real)) == []


def test_dates_before_the_reference_are_found_as_well() -> None:
    rates = tariff(element(energy("0.1"), end_date="2020-01-01"), element(time("1")))
    assert only("no_fallback", rates).witness == {"date": "2026-01-05 (Monday)"}
    rates = tariff(element(energy("0.1"), start_date="2020-01-01"), element(time("1")))
    assert only("no_fallback", rates).witness == {"date": "0001-01-01 (Monday)"}


def test_a_dimension_without_fallback_shows_a_time_at_which_it_is_free() -> None:
    """TAR-08."""
    rates = tariff(element(energy("0.3"), start_time="08:00", end_time="20:00", day_of_week=WEEK[:5]))
    finding = only("no_fallback", rates)
    assert finding.pointer == "/elements/0"
    assert finding.witness == {"time": "00:00"}
    assert finding.severity == "warning"


def test_tiers_without_a_last_one_have_no_fallback() -> None:
    rates = tariff(element(energy("0.3"), max_kwh=10), element(energy("0.5"), min_kwh=10, max_kwh=20))
    assert only("no_fallback", rates).witness == {"energy": "20 kWh"}
    rates = tariff(element(time("1"), max_duration=3600))
    assert only("no_fallback", rates).witness == {"duration": "3600 s"}


def test_a_flat_without_fallback_is_only_noted() -> None:
    rates = tariff(element(flat("1"), start_time="18:00"), element(energy("0.3")))
    assert only("no_fallback", rates).severity == "note"


def test_export_needs_a_fallback_only_where_the_tariff_looks_at_it() -> None:
    assert of("no_fallback", lint(tariff(element(energy("0.3"), min_power=D("0.001")), element(energy("0.1"))))) == []
    rates = tariff(element(energy("0.3"), min_power=0))
    assert only("no_fallback", rates).witness == {"power": "-1 kW"}


def test_elements_for_reservations_are_looked_at_apart() -> None:
    rates = tariff(
        element(time("3"), reservation="RESERVATION", max_duration=1800),
        element(time("6"), reservation="RESERVATION_EXPIRES"),
        element(energy("0.3")),
    )
    found = of("no_fallback", lint(rates))
    assert [(finding.severity, finding.witness) for finding in found] == [("note", {"duration": "1800 s"})]
    assert of("unreachable_component", lint(rates)) == []


def test_a_search_that_has_no_patience_left_claims_nothing() -> None:
    space = domain([])
    assert uncovered({}, [{"energy": ((1, 2),)}], space) == {"energy": "0 kWh"}
    assert uncovered({}, [{"energy": ((1, 2),)}], space, patience=1) is None


def test_a_search_that_grows_beyond_reason_comes_to_an_end() -> None:
    many = [
        element(
            energy("0.1"), min_kwh=n, max_kwh=n + 1, min_power=n, max_power=n + 1, min_duration=n, max_duration=n + 1
        )
        for n in range(0, 60, 2)
    ]
    found = lint(tariff(*many, element(energy("0.2"), min_current=1), element(energy("0.3"), min_current=2)))
    assert all(finding.pointer != "/elements/0/price_components/0" for finding in of("unreachable_component", found))


def test_an_element_that_repeats_the_next_one_is_redundant() -> None:
    rates = tariff(element(energy("0.3"), start_time="08:00"), element(energy("0.3")))
    finding = only("redundant_element", rates)
    assert finding.pointer == "/elements/0" and finding.fix == "remove element 1"
    assert (
        of("redundant_element", lint(tariff(element(energy("0.4"), start_time="08:00"), element(energy("0.3"))))) == []
    )


# elements


def test_a_second_component_of_a_dimension_never_counts() -> None:
    finding = only("duplicate_dimension", tariff(element(energy("0.2"), energy("0.9"))))
    assert finding.pointer == "/elements/0/price_components/1"
    assert finding.witness == {"active": "component 1"}


def test_elements_need_components_and_tariffs_need_elements() -> None:
    assert only("element_without_components", tariff(element(energy("1")), element())).pointer == (
        "/elements/1/price_components"
    )
    assert told(lint(tariff()))[0] == ("no_elements", "/elements")


def test_restrictions_that_restrict_nothing() -> None:
    rates = tariff({"price_components": [energy("1")], "restrictions": {"day_of_week": []}})
    assert only("empty_restrictions", rates).pointer == "/elements/0/restrictions"


@pytest.mark.parametrize(
    ("restrictions", "field", "witness"),
    [
        ({"min_kwh": 5, "max_kwh": 5}, "min_kwh", {"kwh": "5 is not below 5"}),
        ({"min_power": 22, "max_power": 11}, "min_power", {"power": "22 is not below 11"}),
        ({"min_current": 3, "max_current": 2}, "min_current", {"current": "3 is not below 2"}),
        ({"min_duration": 60, "max_duration": 60}, "min_duration", {"duration": "60 is not below 60"}),
        ({"max_kwh": 0}, "max_kwh", {"kwh": "0 is not below 0"}),
        (
            {"start_date": "2026-03-01", "end_date": "2026-03-01"},
            "end_date",
            {"date": "2026-03-01 is not before 2026-03-01"},
        ),
    ],
)
def test_restrictions_that_can_never_hold(restrictions: Json, field: str, witness: Json) -> None:
    finding = only("impossible_restriction", tariff(element(energy("1"), **restrictions), element(energy("2"))))
    assert finding.pointer == f"/elements/0/restrictions/{field}"
    assert finding.witness == witness


def test_a_power_of_zero_is_how_export_is_priced() -> None:
    assert lint(tariff(element(energy("0.1"), max_power=0), element(energy("0.3")))) == []


@pytest.mark.parametrize(
    ("restrictions", "code", "field"),
    [
        ({"start_time": "09:00", "end_time": "09:00"}, "whole_day_window", "start_time"),
        ({"start_time": "18:00", "end_time": "23:59"}, "end_time_23_59", "end_time"),
        ({"start_time": "18:00", "end_time": "24:00"}, "end_time_24_00", "end_time"),
        ({"end_time": "00:00"}, "end_time_midnight_alone", "end_time"),
        (
            {"start_time": "20:00", "end_time": "06:00", "day_of_week": ["MONDAY"]},
            "wrap_with_day_of_week",
            "day_of_week",
        ),
        ({"day_of_week": WEEK}, "all_days_listed", "day_of_week"),
        ({"start_date": "2026-01-01"}, "date_restrictions", "start_date"),
        ({"end_date": "2026-01-01"}, "date_restrictions", "end_date"),
        ({"start_time": "02:00", "end_time": "03:00"}, "dst_hour", "start_time"),
    ],
)
def test_windows_and_days_that_are_not_what_they_look_like(restrictions: Json, code: str, field: str) -> None:
    finding = only(code, tariff(element(energy("1"), **restrictions), element(energy("2"))))
    assert finding.pointer == f"/elements/0/restrictions/{field}"
    assert finding.witness


def test_a_window_to_midnight_and_days_do_not_wrap() -> None:
    rates = tariff(
        element(energy("1"), start_time="20:00", end_time="00:00", day_of_week=["MONDAY"]), element(energy("2"))
    )
    assert lint(rates) == []


# prices


@pytest.mark.parametrize(
    ("component", "code", "field"),
    [
        (energy("0.3", 0), "zero_step_size", "step_size"),
        (energy("0.3", 1000), "step_size_unit_slip", "step_size"),
        (energy("0.3", 500), "large_step_size", "step_size"),
        (time("1", 3600), "large_step_size", "step_size"),
        ({"type": "FLAT", "price": D(1), "step_size": 60}, "flat_step_size", "step_size"),
        (energy("25"), "price_above_plausible", "price"),
        (time("500"), "price_above_plausible", "price"),
        (energy("0.0003"), "price_below_plausible", "price"),
        (energy("-0.3"), "negative_price", "price"),
        (energy("0.12345"), "too_many_decimals", "price"),
        ({"type": "ENERGY", "price": D("0.3")}, "missing_field", "step_size"),
        (energy("0.3", 1, "-1"), "implausible_vat", "vat"),
        (energy("0.3", 1, "121"), "implausible_vat", "vat"),
        (energy("0.3", 1, "0.21"), "implausible_vat", "vat"),
    ],
)
def test_slips_in_a_component(component: Json, code: str, field: str) -> None:
    assert only(code, tariff(element(component))).pointer == f"/elements/0/price_components/0/{field}"


def test_what_is_plausible_depends_on_the_currency() -> None:
    assert of("price_above_plausible", lint(tariff(element(energy("6")), currency="SEK"))) == []
    assert of("price_above_plausible", lint(tariff(element(energy("5000")), currency="XYZ"))) == []


def test_vat_on_some_components_only() -> None:
    found = only("vat_missing_on_some", tariff(element(flat("1"), energy("0.3", 1, "21"))))
    assert found.pointer == "/elements/0/price_components/0/vat"
    assert of("vat_missing_on_some", lint(tariff(element(flat("0"), energy("0.3", 1, "21"))))) == []


def test_a_step_of_time_beside_parking_is_not_used() -> None:
    assert only("unused_time_step_size", tariff(element(time("1", 60), parking("1")))).pointer == (
        "/elements/0/price_components/0/step_size"
    )
    assert of("unused_time_step_size", lint(tariff(element(time("1", 1), parking("1"))))) == []


def test_only_a_flat_and_nothing_at_all() -> None:
    assert only("only_flat_not_free", tariff(element(flat("5")))).severity == "note"
    assert only("nothing_priced_by_use", tariff(element(energy("0"), time("0")))).pointer == "/elements"


# reservations


def test_reservations_know_time_and_flat_only() -> None:
    rates = tariff(element(energy("1"), time("1"), reservation="RESERVATION", max_kwh=3), element(energy("1")))
    assert only("reservation_dimension", rates).pointer == "/elements/0/price_components/0"
    assert only("reservation_restriction", rates).pointer == "/elements/0/restrictions/max_kwh"


def test_an_expired_reservation_alone_is_odd() -> None:
    rates = tariff(element(time("1"), reservation="RESERVATION_EXPIRES"), element(energy("1")))
    assert only("expires_without_reservation", rates).pointer == "/elements/0/restrictions/reservation"


# limits and validity


def price(excl: str, incl: str | None = None) -> Json:
    return {"excl_vat": D(excl)} | ({} if incl is None else {"incl_vat": D(incl)})


def test_limits() -> None:
    plain = element(energy("0.3"))
    crossed = tariff(plain, min_price=price("5", "6"), max_price=price("4", "7"))
    assert only("price_limits_cross", crossed).pointer == "/min_price/excl_vat"
    assert (
        only("min_price_incl_lower_than_excl", tariff(plain, min_price=price("5", "4"))).pointer
        == "/min_price/incl_vat"
    )
    assert (
        only("max_price_incl_lower_than_excl", tariff(plain, max_price=price("5", "4"))).pointer
        == "/max_price/incl_vat"
    )
    assert only("limit_without_incl", tariff(plain, max_price=price("5"))).pointer == "/max_price"


def test_validity() -> None:
    plain = element(energy("0.3"))
    never = tariff(plain, start_date_time="2026-01-01T00:00:00Z", end_date_time="2026-01-01T00:00:00Z")
    assert only("never_active", never).pointer == "/end_date_time"
    over = tariff(plain, end_date_time="2026-01-01T00:00:00Z")
    assert only("expired", over, at=at("2026-01-01T00:00")).witness == {"now": "2026-01-01T00:00:00Z"}
    assert of("expired", lint(over)) == of("expired", lint(over, at=at("2025-12-31T23:59"))) == []


# form


@pytest.mark.parametrize(
    ("rates", "pointer", "fix"),
    [
        (tariff(element(energy("1"), dayOfWeek=["MONDAY"])), "/elements/0/restrictions/dayOfWeek", "'day_of_week'"),
        (tariff(element(energy("1")) | {"restriction": {}}), "/elements/0/restriction", "'restrictions'"),
        (tariff(element(energy("1") | {"stepSize": 1})), "/elements/0/price_components/0/stepSize", "'step_size'"),
        (tariff(element(energy("1")), colour="red"), "/colour", ""),
        (tariff(element(energy("1")), min_price=price("1", "1") | {"vat": 1}), "/min_price/vat", ""),
    ],
)
def test_a_field_that_does_not_exist_is_an_error(rates: Json, pointer: str, fix: str) -> None:
    finding = only("unexpected_field", rates)
    assert (finding.pointer, finding.severity) == (pointer, "error")
    assert finding.fix == fix or not fix


@pytest.mark.parametrize(
    ("rates", "pointer"),
    [
        (tariff(element(energy("1")), type="REGULER"), "/type"),
        (tariff(element(energy("1") | {"type": "energy"})), "/elements/0/price_components/0/type"),
        (tariff(element(energy("1"), day_of_week=["Monday"])), "/elements/0/restrictions/day_of_week/0"),
        (tariff(element(time("1"), reservation="YES")), "/elements/0/restrictions/reservation"),
    ],
)
def test_a_value_that_does_not_exist_is_an_error(rates: Json, pointer: str) -> None:
    assert only("unknown_value", rates).pointer == pointer


def test_needless_nulls_and_missing_fields() -> None:
    rates = tariff(element(energy("1") | {"vat": None}), type=None)
    assert [finding.pointer for finding in of("needless_null", lint(rates))] == [
        "/type",
        "/elements/0/price_components/0/vat",
    ]
    del rates["last_updated"], rates["party_id"], rates["elements"][0]["price_components"][0]["price"]
    found = lint(rates)
    assert only("last_updated_missing", rates).pointer == "/last_updated"
    assert [finding.pointer for finding in of("missing_field", found)] == [
        "/party_id",
        "/elements/0/price_components/0/price",
    ]
    assert of("unreadable", found) == []  # said already


def test_codes_of_countries_parties_and_currencies() -> None:
    found = lint(tariff(element(energy("1"))) | {"country_code": "nl", "party_id": "tst", "currency": "eur"})
    fixes = {finding.code: finding.fix for finding in found}
    assert fixes == {"country_code": "'NL'", "party_id": "'TST'", "currency": "'EUR'"}
    found = lint(tariff(element(energy("1"))) | {"country_code": "NLD", "currency": "Euro"})
    assert {finding.code: finding.fix for finding in found} == {"country_code": "", "currency": ""}


def test_a_text_that_names_prices() -> None:
    """TAR-29."""
    rates = tariff(element(energy("1")), tariff_alt_text=[{"language": "en", "text": "2.00 euro p/hour"}])
    assert only("tariff_alt_text", rates).pointer == "/tariff_alt_text/0/text"
    fine = tariff(element(energy("1")), tariff_alt_text=[{"language": "en", "text": "Free parking in August"}, "x"])
    assert of("tariff_alt_text", lint(fine)) == []


def test_what_cannot_be_read_is_told_once_and_the_rest_is_still_looked_at() -> None:
    broken = energy("1") | {"price": "x"}
    rates = tariff(element(broken, end_time="9:00"), element(energy("1", 1000)))
    rates["elements"] += ["no element", {"price_components": ["nothing"]}]
    found = lint(rates)
    assert ("unreadable", "/elements/0/price_components/0/price") in told(found)
    assert ("step_size_unit_slip", "/elements/1/price_components/0/step_size") in told(found)
    assert found[0].severity == "error"


def test_dates_that_are_no_dates_are_told_as_unreadable() -> None:
    assert only("unreadable", tariff(element(energy("1")), end_date_time="soon")).pointer == "/end_date_time"


def test_a_finding_shows_its_case_and_its_fix() -> None:
    text = only("end_time_23_59", tariff(element(energy("1"), end_time="23:59"), element(energy("2")))).render()
    assert text.splitlines()[1:] == ["        for example: time 23:59", '        fix: "00:00"']


@pytest.mark.parametrize("folder", sorted(path.name for path in VECTORS.iterdir()))
def test_every_finding_has_a_witness(folder: str) -> None:
    tariffs = json.loads((VECTORS / folder / "tariff.json").read_text(), parse_float=D)
    for one in tariffs if isinstance(tariffs, list) else [tariffs]:
        broken = one | {"colour": ["x"] * 40, "type": None, "last_updated": None, "elements": [*one["elements"], {}]}
        found = [*lint(one), *lint(broken)]
        assert [finding for finding in found if not finding.witness] == []


def test_what_stands_there_is_the_witness_of_a_fault_of_form() -> None:
    rates = tariff(element(energy("1"), dayOfWeek=["MONDAY"]), colour="x" * 80)
    del rates["last_updated"]
    witnesses = {finding.pointer: finding.witness["found"] for finding in lint(rates)}
    assert witnesses["/elements/0/restrictions/dayOfWeek"] == "['MONDAY']"
    assert witnesses["/last_updated"] == "nothing"
    assert witnesses["/colour"] == "x" * 57 + "..."


def test_errors_come_first() -> None:
    ranks = [finding.severity for finding in lint(tariff(element(energy("1", 1000), energy("2", 1, "200")), type=None))]
    assert ranks == sorted(ranks, key=["error", "warning", "note"].index)
