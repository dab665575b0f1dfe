"""Validation of received CDRs: totals, rounding profiles, other readings, form, clocks."""

from __future__ import annotations

from typing import Any

import pytest

from roaming.pricing import BadInput, Finding, Learned, PricingOptions, audit, price
from roaming.pricing.profiles import Profile
from tests.roaming.pricing.building import D, Json, element, energy, flat, parking, period, session, tariff, time

TEN, ELEVEN, TWELVE = (f"2026-02-23T{hour}:00:00Z" for hour in (10, 11, 12))
BASE = {"id": "CDR1", "country_code": "NL", "party_id": "TST", "currency": "EUR"}


def cdr(end: str, *periods: Json, rates: Json | list[Json], zone: str | None = "UTC", **more: Any) -> Json:
    """A CDR whose quantities are right; the money is given."""
    tariffs = rates if isinstance(rates, list) else [rates]
    document = session(end, *periods, zone=zone) | BASE | {"tariffs": tariffs}
    found = price(document, tariffs)
    return document | {"total_energy": found.total_energy, "total_time": found.total_time} | more


def cost(excl: str, incl: str | None = None) -> Json:
    return {"excl_vat": D(excl)} | ({} if incl is None else {"incl_vat": D(incl)})


def codes(found: list[Finding]) -> list[str]:
    return [finding.code for finding in found]


def only(found: list[Finding], code: str) -> Finding:
    assert codes(found).count(code) == 1, found
    return next(finding for finding in found if finding.code == code)


def used_to(reading: str, profile: Profile) -> Learned:
    return Learned(frozenset({(reading, profile)}))


ENERGY = tariff(element(energy("0.5", 0, "21")))
# 1.837 excl. VAT, 2.22277 incl., in two periods of 0.918 and 0.919
TWO = (period(TEN, ENERGY="1.836"), period(ELEVEN, ENERGY="1.838"))


def test_a_cdr_that_is_right_has_no_findings() -> None:
    assert audit(cdr(TWELVE, *TWO, rates=ENERGY, total_cost=cost("1.837", "2.22277"))) == []


@pytest.mark.parametrize(
    ("claimed", "profile"),
    [
        # 0.918 + 0.919 = 1.837; × 1.21 = 2.22277
        (cost("1.837", "2.2228"), None),  # four decimals need no word
        (cost("1.84", "2.22"), Profile.CENTS_TOTAL),
        # 0.92 + 0.92 = 1.84; × 1.21 = 2.2264 -> 2.23
        (cost("1.84", "2.23"), Profile.CENTS_PER_PERIOD),
        # 0.918 × 1.21 = 1.11078 -> 1.11; 0.919 × 1.21 = 1.11199 -> 1.11: 2.22 would be cents_total
        (cost("1.84"), Profile.CENTS_TOTAL),
    ],
)
def test_the_rounding_profile_is_told(claimed: Json, profile: Profile | None) -> None:
    found = audit(cdr(TWELVE, *TWO, rates=ENERGY, total_cost=claimed))
    assert codes(found) == ([] if profile is None else ["rounding_profile"])
    if profile is not None:
        assert str(profile) in found[0].message


def test_cents_down_per_period_as_one_partner_did_it() -> None:
    # 0.914 + 0.914 = 1.828 -> 1.83 at the total; per period 0.91 + 0.91 = 1.82; × 1.21 = 2.2022 -> 2.20
    periods = period(TEN, ENERGY="1.828"), period(ELEVEN, ENERGY="1.828")
    found = audit(cdr(TWELVE, *periods, rates=ENERGY, total_cost=cost("1.82", "2.20")))
    assert codes(found) == ["rounding_profile"]
    assert "cents_per_period" in found[0].message
    assert found[0].amounts["calculated_excl_vat"] == D("1.828")


def test_cents_per_period_each_with_vat() -> None:
    # excl 0.914 -> 0.91 twice = 1.82; incl 0.914 × 1.21 = 1.10594 -> 1.11 twice = 2.22
    periods = period(TEN, ENERGY="1.828"), period(ELEVEN, ENERGY="1.828")
    found = audit(cdr(TWELVE, *periods, rates=ENERGY, total_cost=cost("1.82", "2.22")))
    assert "cents_per_period_incl" in found[0].message


def test_cents_per_dimension() -> None:
    # energy 0.914 -> 0.91, time 0.914 -> 0.91: 1.82 where the total alone is 1.828 -> 1.83
    rates = tariff(element(energy("0.5", 0), time("0.914", 0)))
    document = cdr(
        ELEVEN,
        period(TEN, ENERGY="1.828", TIME="1"),
        rates=rates,
        total_cost=cost("1.82"),
        total_energy_cost=cost("0.91"),
        total_time_cost=cost("0.91"),
    )
    found = audit(document)
    assert codes(found) == ["rounding_profile"]
    assert "cents_per_dimension" in found[0].message


def test_yen_have_no_cents() -> None:
    # 10 × 33.33 = 333.3 -> 333
    rates = tariff(element(energy("33.33", 0)), currency="JPY")
    found = audit(cdr(ELEVEN, period(TEN, ENERGY="10"), rates=rates, total_cost=cost("333"), currency="JPY"))
    assert codes(found) == ["rounding_profile"]


def test_within_the_tolerance_is_a_note() -> None:
    found = audit(cdr(TWELVE, *TWO, rates=ENERGY, total_cost=cost("1.8401", "2.2299")))
    assert codes(found) == ["within_tolerance"]
    assert found[0].severity == "note"


def test_a_wrong_total_is_an_error_with_amounts_and_other_readings() -> None:
    found = audit(cdr(TWELVE, *TWO, rates=ENERGY, total_cost=cost("2.00", "2.42")))
    assert codes(found) == ["total_cost_mismatch", "total_cost_mismatch"]
    assert [finding.pointer for finding in found] == ["/total_cost/excl_vat", "/total_cost/incl_vat"]
    assert found[0].amounts == {"claimed": D("2.00"), "calculated": D("1.837"), "difference": D("0.163")}
    assert set(found[0].alternatives) >= {"steps:off", "steps:time_and_parking_together", "flat:each_component_once"}


def test_the_tolerance_is_a_matter_of_contract() -> None:
    document = cdr(TWELVE, *TWO, rates=ENERGY, total_cost=cost("2.00", "2.42"))
    assert codes(audit(document, options=PricingOptions(tolerance=D("0.5")))) == ["within_tolerance"]


def test_each_part_that_is_claimed_is_checked() -> None:
    rates = tariff(element(energy("0.5", 0), time("1", 0)))
    document = cdr(
        ELEVEN,
        period(TEN, ENERGY="4", TIME="1"),
        rates=rates,
        total_cost=cost("3.00"),
        total_energy_cost=cost("1.00"),
        total_time_cost=cost("2.00"),
    )
    assert codes(audit(document)) == ["total_energy_cost_mismatch", "total_time_cost_mismatch"]


def test_the_step_sizes_of_the_first_print_are_another_reading() -> None:
    # 5 min at 1.20 + 5 min at 2.40 + 2 min of parking at 1.00, all 12 min rounded to 15: 0.10 + 0.20 + 5/60 = 0.3833
    rates = tariff(
        element(time("1.2", 1800), parking("1", 900), end_time="17:00"), element(time("2.4", 900), parking("1", 900))
    )
    document = cdr(
        "2026-02-23T17:07:00Z",
        period("2026-02-23T16:55:00Z", TIME="0.0833"),
        period("2026-02-23T17:00:00Z", TIME="0.0833"),
        period("2026-02-23T17:05:00Z", PARKING_TIME="0.0333"),
        rates=rates,
        total_cost=cost("0.3833"),
    )
    found = audit(document)
    assert codes(found) == ["other_reading"]
    assert "steps:time_and_parking_together" in found[0].message


def test_no_step_size_at_all_is_another_reading() -> None:
    rates = tariff(element(energy("0.5", 1000)))
    document = cdr(ELEVEN, period(TEN, ENERGY="1.5"), rates=rates, total_cost=cost("0.75"))
    assert "steps:off" in only(audit(document), "other_reading").message


def test_a_period_that_should_have_been_cut_brings_the_split_as_a_reading() -> None:
    # 15 kWh in one period over a tier at 10: 15 × 0.20 = 3.00 at the start, 10 × 0.20 + 5 × 0.40 = 4.00 split
    rates = tariff(element(energy("0.2", 0), max_kwh=10), element(energy("0.4", 0)))
    found = audit(cdr("2026-02-23T11:30:00Z", period(TEN, ENERGY="15"), rates=rates, total_cost=cost("4.00")))
    assert codes(found) == ["period_spans_price_change", "other_reading"]
    assert found[0].amounts == {"at_start": D(3), "at_end": D(6)}
    assert found[0].alternatives == {"split_pro_rata": {"excl_vat": D(4), "incl_vat": D(4)}}
    assert "split_pro_rata" in found[1].message


def test_a_split_needs_no_zone_where_no_price_looks_at_the_clock() -> None:
    rates = tariff(element(energy("0.2", 0), max_kwh=10), element(energy("0.4", 0)))
    found = audit(cdr(ELEVEN, period(TEN, ENERGY="15"), rates=rates, zone=None, total_cost=cost("4.00")))
    assert codes(found) == ["period_spans_price_change", "other_reading"]


def test_a_split_falls_on_the_second_at_which_a_tier_is_reached() -> None:
    # 7 kWh in an hour: 3 kWh at 1542.86 s -> 1543 s, 3.00027778 kWh: × 0.20 + 3.99972222 × 0.70 = 3.39986111
    rates = tariff(element(energy("0.2", 0), max_kwh=3), element(energy("0.7", 0)))
    found = audit(cdr(ELEVEN, period(TEN, ENERGY="7", MAX_POWER="7"), rates=rates, total_cost=cost("9.00")))
    assert found[0].alternatives["split_pro_rata"]["excl_vat"] == D("3.3999")


def test_a_price_by_the_clock_inside_a_period_is_found() -> None:
    # 10:00 to 12:00 over 11:00: time 2 h × 1.00 at the start, × 3.00 at the end; split 1.00 + 3.00
    rates = tariff(element(time("1", 0), end_time="11:00"), element(time("3", 0)))
    found = audit(cdr(TWELVE, period(TEN, TIME="2", ENERGY="0"), rates=rates, total_cost=cost("2.00")))
    assert codes(found) == ["period_spans_price_change"]
    assert found[0].amounts == {"at_start": D(2), "at_end": D(6)}
    assert found[0].alternatives["split_pro_rata"]["excl_vat"] == D(4)


def test_a_price_that_begins_inside_a_period_is_found() -> None:
    rates = tariff(element(time("3", 0), start_time="11:00"))
    found = audit(cdr(TWELVE, period(TEN, TIME="2"), rates=rates, total_cost=cost("0")))
    assert found[0].amounts == {"at_start": D(0), "at_end": D(6)}


def test_a_period_that_ends_on_the_border_is_fine() -> None:
    rates = tariff(element(time("1", 0), end_time="11:00"), element(time("3", 0)))
    document = cdr(TWELVE, period(TEN, TIME="1"), period(ELEVEN, TIME="1"), rates=rates, total_cost=cost("4"))
    assert audit(document) == []


def test_energy_without_a_clock_is_looked_at_as_well() -> None:
    rates = tariff(element(energy("0.2", 0), max_kwh=10), element(energy("0.4", 0)))
    document = cdr(TEN, period(TEN, ENERGY="15"), rates=rates, total_cost=cost("3"))
    assert "period_spans_price_change" in codes(audit(document))


def test_what_a_partner_used_to_do_and_does_no_more_is_a_finding() -> None:
    document = cdr(TWELVE, *TWO, rates=ENERGY, total_cost=cost("1.84", "2.23"))
    assert "rounding_profile_changed" not in codes(audit(document, learned=used_to("", Profile.CENTS_PER_PERIOD)))
    assert "rounding_profile_changed" in codes(audit(document, learned=used_to("", Profile.EXACT)))
    near = cdr(TWELVE, *TWO, rates=ENERGY, total_cost=cost("1.8401", "2.2299"))
    assert codes(audit(near, learned=used_to("", Profile.EXACT))) == ["within_tolerance", "rounding_profile_changed"]


def test_figures_that_several_profiles_share_are_no_change() -> None:
    document = cdr(ELEVEN, period(TEN, ENERGY="2"), rates=ENERGY, total_cost=cost("1", "1.21"))
    assert audit(document, learned=used_to("", Profile.CENTS_TOTAL)) == []


def test_another_reading_than_before_is_a_finding() -> None:
    rates = tariff(element(energy("0.5", 1000)))
    off = cdr(ELEVEN, period(TEN, ENERGY="1.5"), rates=rates, total_cost=cost("0.75"))
    as_we_do = off | {"total_cost": cost("1.00")}
    assert "reading_changed" not in codes(audit(off, learned=used_to("steps:off", Profile.EXACT)))
    assert "reading_changed" in codes(audit(off, learned=used_to("", Profile.EXACT)))
    assert codes(audit(as_we_do, learned=used_to("steps:off", Profile.EXACT))) == ["reading_changed"]


def test_a_limited_total_is_compared_as_limited() -> None:
    rates = ENERGY | {"max_price": {"excl_vat": D("1.005"), "incl_vat": D("1.216")}}
    assert (
        audit(cdr(TWELVE, *TWO, rates=rates, total_cost=cost("1.005", "1.216"), total_energy_cost=cost("1.837"))) == []
    )
    rounded = cdr(TWELVE, *TWO, rates=rates, total_cost=cost("1.01", "1.22"))
    assert codes(audit(rounded)) == ["rounding_profile"]


@pytest.mark.parametrize(
    "parts",
    [
        {"total_fixed_cost": cost("1"), "total_parking_cost": cost("2")},
        {"total_fixed_cost": cost("0"), "total_parking_cost": cost("3")},
        {"total_parking_cost": cost("3")},
    ],
)
def test_a_flat_beside_parking_may_stand_in_either_field(parts: Json) -> None:
    rates = tariff(element(flat("1"), parking("2", 0)))
    document = cdr(ELEVEN, period(TEN, PARKING_TIME="1"), rates=rates, total_cost=cost("3"), **parts)
    assert audit(document | {"total_energy": D(0)}) == []


@pytest.mark.parametrize(
    "parts",
    [
        {"total_fixed_cost": cost("0.5"), "total_reservation_cost": cost("3")},
        {"total_fixed_cost": cost("1.5"), "total_reservation_cost": cost("2")},
    ],
)
def test_the_fee_of_a_reservation_may_stand_with_the_fixed_costs(parts: Json) -> None:
    rates = tariff(element(flat("1"), time("2", 0), reservation="RESERVATION"), element(flat("0.5")))
    document = cdr(
        TWELVE, period(TEN, RESERVATION_TIME="1"), period(ELEVEN, TIME="1"), rates=rates, total_cost=cost("3.5")
    )
    assert audit(document | parts) == []


def test_parts_that_do_not_add_up_are_found() -> None:
    """CDR-20."""
    rates = tariff(element(energy("0.5", 0)))
    claimed = {"total_cost": cost("2.00"), "total_energy_cost": cost("2.50")}
    document = cdr(ELEVEN, period(TEN, ENERGY="4"), rates=rates, **claimed)
    assert codes(audit(document)) == ["parts_do_not_add_up", "total_energy_cost_mismatch"]


def test_parts_that_are_not_all_told_need_not_add_up() -> None:
    rates = tariff(element(energy("0.5", 0), flat("1")))
    document = cdr(ELEVEN, period(TEN, ENERGY="4"), rates=rates, total_cost=cost("3"), total_energy_cost=cost("2"))
    assert audit(document) == []


def test_what_a_cdr_must_have() -> None:
    document = session(ELEVEN, zone=None, start=TEN)
    assert codes(audit(document)) == [
        "missing_field",
        "missing_field",
        "missing_field",
        "no_charging_periods",
        "missing_field",
        "missing_field",
        "no_tariff",
    ]


def test_a_cdr_without_a_total_is_priced_all_the_same() -> None:
    assert codes(audit(cdr(ELEVEN, period(TEN, ENERGY="4"), rates=ENERGY))) == ["missing_field"]


def test_a_cdr_that_cannot_be_read_raises() -> None:
    with pytest.raises(BadInput, match="/start_date_time: is required"):
        audit({})
    with pytest.raises(BadInput, match="cdr /total_cost/excl_vat"):
        audit(cdr(ELEVEN, period(TEN, ENERGY="4"), rates=ENERGY, total_cost={"excl_vat": "much"}))


def test_a_cdr_whose_zone_is_unknown_cannot_be_priced_but_is_looked_at() -> None:
    rates = tariff(element(energy("0.5"), end_time="11:00"))
    document = session(ELEVEN, period(TEN, ENERGY="4"), zone=None) | BASE
    document |= {"tariffs": [rates], "total_cost": cost("2"), "total_energy": D(5), "total_time": D(1)}
    found = audit(document)
    assert codes(found) == ["total_energy_mismatch", "cannot_be_priced"]
    assert audit(document | {"total_energy": D(4)}, time_zone="UTC") == []


def test_the_tariff_may_be_given() -> None:
    document = cdr(ELEVEN, period(TEN, ENERGY="4"), rates=ENERGY, total_cost=cost("4"))
    assert audit(document, tariff(element(energy("1", 0)))) == []


def test_currencies_must_agree() -> None:
    document = cdr(ELEVEN, period(TEN, ENERGY="4"), rates=ENERGY, total_cost=cost("2", "2.42"), currency="SEK")
    assert only(audit(document), "currency_mismatch").pointer == "/tariffs/0/currency"


def test_energy_is_compared_with_the_periods() -> None:
    document = cdr(ELEVEN, period(TEN, ENERGY="4"), rates=ENERGY, total_cost=cost("2", "2.42"), total_energy=D("4.1"))
    assert only(audit(document), "total_energy_mismatch").amounts == {"claimed": D("4.1"), "calculated": D(4)}


def test_energy_that_no_period_carries_is_a_warning_as_in_the_example_of_the_specification() -> None:
    rates = tariff(element(time("2", 300, "10")))
    document = cdr(
        "2015-06-29T23:37:32Z",
        period("2015-06-29T21:39:09Z", TIME="1.973"),
        rates=rates,
        total_cost=cost("4.00", "4.40"),
        total_energy=D("15.342"),
        total_time=D("1.973"),
    )
    found = audit(document)
    assert codes(found) == ["total_energy_without_periods"]
    assert found[0].severity == "warning"


def test_total_time_is_from_the_start_of_the_session_or_of_charging() -> None:
    rates = tariff(element(energy("0", 0)))
    for hours, expected in (("2", []), ("1", []), ("1.5", ["total_time_mismatch"])):
        document = cdr(
            TWELVE,
            period(TEN, RESERVATION_TIME="1"),
            period(ELEVEN, ENERGY="1"),
            rates=rates,
            total_cost=cost("0"),
            total_time=D(hours),
        )
        assert codes(audit(document)) == expected


def test_an_expired_reservation_has_a_total_time_of_its_own() -> None:
    rates = tariff(element(time("1", 0), reservation="RESERVATION"))
    document = cdr(ELEVEN, period(TEN, RESERVATION_TIME="1"), rates=rates, total_cost=cost("1"), total_time=D(1))
    assert codes(audit(document)) == ["reservation_expired"]
    assert "total_time_mismatch" in codes(audit(document | {"total_time": D(7)}))


def test_parking_time_is_compared_with_the_periods() -> None:
    rates = tariff(element(parking("1", 0)))
    document = cdr(ELEVEN, period(TEN, PARKING_TIME="1"), rates=rates, total_cost=cost("1"), total_parking_time=D(2))
    assert "total_parking_time_mismatch" in codes(audit(document))


def test_time_is_compared_with_the_clock_of_its_period() -> None:
    rates = tariff(element(time("1", 0)))
    document = cdr(ELEVEN, period(TEN, TIME="0.5", PARKING_TIME="0.4"), rates=rates, total_cost=cost("0.5"))
    assert only(audit(document), "period_time_differs_from_clock").amounts == {
        "told": D("0.9000"),
        "clock": D("1.0000"),
    }
    reserved = cdr(
        TWELVE, period(TEN, RESERVATION_TIME="1.5"), period(ELEVEN, TIME="1"), rates=rates, total_cost=cost("1")
    )
    assert "period_time_differs_from_clock" in codes(audit(reserved))


def test_a_first_period_that_starts_late_is_told() -> None:
    document = cdr(ELEVEN, period("2026-02-23T10:30:00Z", ENERGY="4"), rates=ENERGY, total_cost=cost("2", "2.42"))
    assert "gap_before_first_period" in codes(audit(document | {"start_date_time": TEN}))


def test_dimensions_of_sessions_and_of_other_versions_are_told() -> None:
    """CDR-16."""
    periods = period(TEN, ENERGY="4", STATE_OF_CHARGE="50", FLAT="1")
    found = audit(cdr(ELEVEN, periods, rates=ENERGY, total_cost=cost("2", "2.42")))
    assert codes(found) == ["session_only_dimension", "unknown_dimension"]
    assert found[0].pointer == "/charging_periods/0/dimensions/1/type"


@pytest.mark.parametrize(("changes", "told"), [({}, True), ({"evse_id": "NL*1"}, False), ({"kwh": 0}, False)])
def test_energy_comes_out_of_a_connector(changes: dict[str, Any], told: bool) -> None:
    """ENV-09, CDR-24: #NA is for reservations that were never charged on."""
    kwh = str(changes.get("kwh", 4))
    document = cdr(ELEVEN, period(TEN, ENERGY=kwh), rates=ENERGY, total_cost=cost("2", "2.42"), total_energy=D(kwh))
    where = {"evse_uid": "E1", "evse_id": "#NA", "connector_id": "1"} | changes
    found = [one for one in audit(document | {"cdr_location": where}) if one.code == "charged_nowhere"]
    assert [one.pointer for one in found] == ["/cdr_location/evse_id"] * told


def test_a_period_without_dimensions_is_an_error() -> None:
    document = cdr(TWELVE, period(TEN, ENERGY="4"), period(ELEVEN), rates=ENERGY, total_cost=cost("2", "2.42"))
    assert "period_without_dimensions" in codes(audit(document))


def test_a_time_of_1970_is_a_placeholder() -> None:
    """CDR-29."""
    document = cdr(
        "1970-1-1T00:00:00Z", period("1970-1-1T00:00:00Z", ENERGY="4"), rates=ENERGY, total_cost=cost("2", "2.42")
    )
    assert codes(audit(document)) == ["placeholder_time"]


def test_findings_can_be_read() -> None:
    found = audit(cdr(TWELVE, *TWO, rates=ENERGY, total_cost=cost("2.00", "2.42")))
    text = found[0].render()
    assert text.startswith("ERROR   /total_cost/excl_vat: claims 2.00, the tariff gives 1.837 [total_cost_mismatch]")
    assert "claimed 2.00, calculated 1.837, difference 0.163" in text
    assert "steps:off: excl_vat 1.837" in text
    assert found[0].document()["severity"] == "error"
