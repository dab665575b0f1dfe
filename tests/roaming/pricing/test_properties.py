"""What holds for every tariff and session, found out with made-up ones (hypothesis)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roaming.pricing import MeterPoint, PricingOptions, SessionFacts, audit, cut, lint, price, session_document
from roaming.pricing.credit import balance, credit
from tests.roaming.pricing.building import Json

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
STATES = ("charging", "suspended_ev", "suspended_evse", "idle")
# The nights on which Amsterdam changes its clocks, and an ordinary one.
STARTS = [datetime(2026, *day, tzinfo=UTC) for day in ((3, 28, 22), (10, 24, 22), (2, 23, 15))]


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False)


half_hours = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
restrictions = st.fixed_dictionaries(
    {},
    optional={
        "start_time": half_hours,
        "end_time": half_hours,
        "day_of_week": st.lists(st.sampled_from(DAYS), min_size=1, unique=True),
        "min_kwh": st.integers(0, 30),
        "max_kwh": st.integers(1, 40),
        "min_duration": st.integers(0, 10).map(lambda n: n * 900),
        "max_duration": st.integers(1, 12).map(lambda n: n * 900),
        "min_power": st.integers(0, 20),
        "max_power": st.integers(1, 30),
    },
)
components = st.fixed_dictionaries(
    {
        "type": st.sampled_from(("ENERGY", "TIME", "PARKING_TIME", "FLAT")),
        "price": decimals("0", "2", 4),
        "step_size": st.sampled_from((0, 1, 60, 300, 500, 900, 1000)),
    },
    optional={"vat": st.sampled_from([Decimal(value) for value in ("0", "5.5", "9", "21")])},
)
elements = st.fixed_dictionaries(
    {"price_components": st.lists(components, min_size=1, max_size=3)}, optional={"restrictions": restrictions}
)


@st.composite
def tariffs(draw: st.DrawFn) -> Json:
    return {
        "country_code": "NL",
        "party_id": "TST",
        "id": "T",
        "currency": "EUR",
        "elements": draw(st.lists(elements, min_size=1, max_size=5)),
        "last_updated": "2026-01-01T00:00:00Z",
    }


@st.composite
def sessions(draw: st.DrawFn) -> SessionFacts:
    start = draw(st.sampled_from(STARTS)) + timedelta(seconds=draw(st.integers(0, 7200)))
    length = draw(st.integers(60, 6 * 3600))
    moments = sorted(draw(st.sets(st.integers(1, length), max_size=6)) | {0, length})
    imported = exported = Decimal(0)
    readings = []
    for moment in moments:
        readings.append(MeterPoint(start + timedelta(seconds=moment), imported, exported))
        back = draw(st.integers(0, 9)) == 0
        rise = draw(st.integers(0, 15_000))
        imported, exported = imported + (0 if back else rise), exported + (rise if back else 0)
    states = [
        (start + timedelta(seconds=draw(st.integers(0, length))), draw(st.sampled_from(STATES)))
        for _ in range(draw(st.integers(0, 3)))
    ]
    return SessionFacts(start, start + timedelta(seconds=length), "Europe/Amsterdam", readings, states)


OPTIONS = st.builds(
    PricingOptions,
    export=st.sampled_from(("credit_at_same_price", "no_credit")),
    flat=st.sampled_from(("once_per_phase", "each_component_once")),
    steps=st.sampled_from(("once", "time_and_parking_together", "off")),
)


@settings(max_examples=150, deadline=None)
@given(sessions(), tariffs())
def test_our_own_periods_never_hide_a_change_of_price(facts: SessionFacts, tariff: Json) -> None:
    bill = price(session_document(facts, tariff), tariff, look_for_spans=True)
    assert "period_spans_price_change" not in {finding.code for finding in bill.findings}


@settings(max_examples=150, deadline=None)
@given(sessions(), tariffs(), st.integers(60, 7200), OPTIONS)
def test_cutting_periods_further_never_changes_the_price(
    facts: SessionFacts, tariff: Json, longest: int, options: PricingOptions
) -> None:
    whole = session_document(facts, tariff)
    cut_up = whole | {"charging_periods": cut(facts, tariff, longest=timedelta(seconds=longest))}
    one, other = price(whole, tariff, options=options), price(cut_up, tariff, options=options)
    assert one.exact_total == other.exact_total


@settings(max_examples=100, deadline=None)
@given(decimals("0", "60", 4), decimals("0", "1", 4), st.integers(1, 3599), st.sampled_from((0, 1, 100, 1000)))
def test_a_period_of_an_unrestricted_tariff_may_be_cut_anywhere(
    kwh: Decimal, share: Decimal, at: int, step: int
) -> None:
    rate = {"type": "ENERGY", "price": Decimal("0.31"), "step_size": step, "vat": Decimal(21)}
    tariff = {"id": "T", "currency": "EUR", "elements": [{"price_components": [rate]}]}
    first = (kwh * share).quantize(Decimal("0.0001"))
    start = datetime(2026, 2, 23, 10, tzinfo=UTC)

    def period(second: int, volume: Decimal) -> Json:
        moment = f"{start + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}"
        return {"start_date_time": moment, "dimensions": [{"type": "ENERGY", "volume": volume}]}

    dates = {"start_date_time": "2026-02-23T10:00:00Z", "end_date_time": "2026-02-23T11:00:00Z"}
    one = price(dates | {"charging_periods": [period(0, kwh)]}, tariff)
    two = price(dates | {"charging_periods": [period(0, first), period(at, kwh - first)]}, tariff)
    assert one.exact_total == two.exact_total


@settings(max_examples=100, deadline=None)
@given(sessions(), tariffs(), OPTIONS)
def test_totals_equal_their_lines(facts: SessionFacts, tariff: Json, options: PricingOptions) -> None:
    bill = price(session_document(facts, tariff), tariff, options=options)
    excl = sum((Fraction(line.excl) for line in bill.lines), Fraction(0)) / 3600
    incl = sum((Fraction(line.incl) for line in bill.lines), Fraction(0)) / 3600
    assert bill.exact_total == (excl, incl)
    parts = [bill.costs[name] for name in bill.costs]
    assert sum((Fraction(part.excl) for part in parts), Fraction(0)) / 3600 == excl
    assert abs(Fraction(bill.total_cost.excl_vat) - excl) <= Fraction(1, 20_000)
    assert bill.import_cost.excl_vat + bill.export_credit.excl_vat == pytest.approx(
        bill.total_energy_cost.excl_vat, abs=Decimal("0.0001")
    )


@settings(max_examples=100, deadline=None)
@given(sessions(), tariffs())
def test_the_periods_carry_all_the_energy_and_all_the_time(facts: SessionFacts, tariff: Json) -> None:
    """CDR-15."""
    periods = cut(facts, tariff)
    told: dict[str, Decimal] = {}
    for period in periods:
        for dimension in period["dimensions"]:
            told[dimension["type"]] = told.get(dimension["type"], Decimal(0)) + dimension["volume"]
    first, last = facts.readings[0], facts.readings[-1]
    assert first.import_wh is not None and last.import_wh is not None and last.export_wh is not None
    assert told["ENERGY"] == (last.import_wh - last.export_wh).scaleb(-3)
    length = price(session_document(facts, tariff), tariff)
    assert length.billed("TIME") >= 0
    starts = [period["start_date_time"] for period in periods]
    assert starts == sorted(set(starts))


@settings(max_examples=60, deadline=None)
@given(sessions(), tariffs(), decimals("0", "20", 2), decimals("0", "20", 2))
def test_a_total_lies_between_its_limits(facts: SessionFacts, tariff: Json, one: Decimal, other: Decimal) -> None:
    least, most = sorted((one, other))
    limited = tariff | {"min_price": {"excl_vat": least}, "max_price": {"excl_vat": most}}
    bill = price(session_document(facts, limited), limited)
    assert least <= bill.total_cost.excl_vat <= most


@settings(max_examples=60, deadline=None)
@given(sessions(), tariffs())
def test_credit_and_original_are_nothing_together(facts: SessionFacts, tariff: Json) -> None:
    bill = price(session_document(facts, tariff), tariff)
    original = {"id": "1", "country_code": "NL", "party_id": "TST"} | bill.totals()
    assert balance([original, credit(original, id="1-C", last_updated="2026-03-01T00:00:00Z")]) == {
        "excl_vat": 0,
        "incl_vat": 0,
    }


@settings(max_examples=60, deadline=None)
@given(sessions(), tariffs())
def test_our_own_cdr_passes_our_own_audit(facts: SessionFacts, tariff: Json) -> None:
    """CDR-16, CDR-17, CDR-20."""
    told = session_document(facts, tariff)
    bill = price(told, tariff)
    cdr = {
        **told,
        "id": "1",
        "country_code": "NL",
        "party_id": "TST",
        "currency": "EUR",
        "tariffs": [tariff],
        **bill.totals(),
    }
    assert [finding for finding in audit(cdr) if finding.severity == "error"] == []


@settings(max_examples=60, deadline=None)
@given(sessions(), tariffs(), OPTIONS)
def test_no_float_comes_out_anywhere(facts: SessionFacts, tariff: Json, options: PricingOptions) -> None:
    bill = price(session_document(facts, tariff), tariff, options=options)
    assert floats(bill.document()) == []
    assert floats(cut(facts, tariff)) == []
    assert floats([finding.document() for finding in lint(tariff)]) == []
    assert json.loads(bill.to_json(), parse_float=Decimal)["total_cost"] == bill.total_cost.document()
    assert bill.render()


def floats(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [found for item in value for found in floats(item)]
    return [value] if isinstance(value, float) else []
