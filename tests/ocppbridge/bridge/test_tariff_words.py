"""OCPI tariffs in OCPP 2.1's words: what is said, what is lost, and that both price alike where nothing is lost."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ocppbridge.bridge.tariff_losses import LOSSES, Weight
from ocppbridge.bridge.tariff_words import ocpi_id, translated
from ocppbridge.charging.costing import Span, cost, details
from ocppbridge.versions import DIALECTS
from roaming.pricing import MeterPoint, SessionFacts, price, session_document
from tests.roaming.pricing.test_properties import STARTS, STATES, decimals, half_hours

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
V21 = DIALECTS["ocpp2.1"]


def tariff(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "country_code": "NL", "party_id": "VLT", "id": "T1", "currency": "EUR", "elements": list(elements),
        "last_updated": "2026-01-01T00:00:00Z", **more,
    }  # fmt: skip


def element(*components: dict[str, Any], **restrictions: Any) -> dict[str, Any]:
    return {"price_components": list(components)} | ({"restrictions": restrictions} if restrictions else {})


def component(kind: str, price: str, vat: str | None = None, step: int = 0) -> dict[str, Any]:
    return {"type": kind, "price": Decimal(price), "step_size": step} | ({"vat": Decimal(vat)} if vat else {})


def losses(document: dict[str, Any]) -> set[str]:
    return {loss.code for loss in translated(document).losses}


def test_elements_become_prices_of_their_dimensions_in_the_same_order():
    night = element(component("ENERGY", "0.20", "21"), start_time="23:00", end_time="07:00", day_of_week=["MONDAY"])
    day = element(component("ENERGY", "0.30", "21"), component("FLAT", "0.50"), component("PARKING_TIME", "3", "21"))
    said = translated(tariff(night, day)).tariff
    assert said is not None
    assert said["energy"] == {
        "prices": [
            {
                "priceKwh": 0.2,
                "conditions": {"startTimeOfDay": "23:00", "endTimeOfDay": "07:00", "dayOfWeek": ["Monday"]},
            },
            {"priceKwh": 0.3},
        ],
        "taxRates": [{"type": "VAT", "tax": 21}],
    }
    assert said["fixedFee"] == {"prices": [{"priceFixed": 0.5}]}
    assert said["idleTime"] == {"prices": [{"priceMinute": 0.05}], "taxRates": [{"type": "VAT", "tax": 21}]}
    V21.validate_request("SetDefaultTariff", {"evseId": 1, "tariff": dict(said)})


def test_every_restriction_has_its_condition_in_wh_w_and_seconds():
    bounds = {"min_kwh": 1, "max_kwh": 20, "min_power": 4, "max_power": 11, "min_current": 6, "max_current": 32}
    within = element(
        component("ENERGY", "1"),
        **bounds,
        min_duration=60,
        max_duration=3600,
        start_date="2026-01-01",
        end_date="2027-01-01",
    )
    said = translated(tariff(within)).tariff
    assert said is not None
    assert said["energy"]["prices"][0]["conditions"] == {
        "minEnergy": 1000, "maxEnergy": 20000, "minPower": 4000, "maxPower": 11000, "minCurrent": 6, "maxCurrent": 32,
        "minTime": 60, "maxTime": 3600, "validFromDate": "2026-01-01", "validToDate": "2027-01-01",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ({"start_time": "08:00"}, {"startTimeOfDay": "08:00", "endTimeOfDay": "00:00"}),
        ({"end_time": "08:00"}, {"startTimeOfDay": "00:00", "endTimeOfDay": "08:00"}),
        ({"start_time": "08:00", "end_time": "24:00"}, {"startTimeOfDay": "08:00", "endTimeOfDay": "00:00"}),
        ({"start_time": "08:00", "end_time": "08:00"}, None),
        ({"start_time": "00:00", "end_time": "00:00"}, None),
        ({"day_of_week": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]}, None),
    ],
)
def test_open_ends_are_written_out_and_what_is_always_true_is_left_out(window, said):
    found = translated(tariff(element(component("ENERGY", "1"), **window))).tariff
    assert found is not None
    assert found["energy"]["prices"][0].get("conditions") == said


def test_the_id_names_the_content_and_leads_back_to_the_tariff():
    one = translated(tariff(element(component("ENERGY", "0.30")))).tariff
    same = translated(tariff(element(component("ENERGY", "0.30")))).tariff
    other = translated(tariff(element(component("ENERGY", "0.31")))).tariff
    assert one and same and other
    assert one["tariffId"] == same["tariffId"] != other["tariffId"]
    assert ocpi_id(one["tariffId"]) == ocpi_id("T1") == "T1"
    assert len(translated(tariff(element(component("FLAT", "1")), id="x" * 36)).tariff["tariffId"]) <= 60  # type: ignore[index]


def test_limits_texts_and_the_beginning_are_said():
    texts = [{"language": "en", "text": "Cheap"}]
    found = translated(
        tariff(
            element(component("ENERGY", "0.30", "21")),
            min_price={"excl_vat": Decimal(1), "incl_vat": Decimal("1.21")},
            max_price={"excl_vat": Decimal(20)},
            tariff_alt_text=texts,
            start_date_time="2026-12-01T00:00:00Z",
        )
    )
    assert found.tariff is not None
    assert found.losses == ()
    assert found.tariff["minCost"] == {"exclTax": 1, "inclTax": 1.21, "taxRates": [{"type": "VAT", "tax": 21}]}
    assert found.tariff["maxCost"] == {"exclTax": 20, "taxRates": [{"type": "VAT", "tax": 21}]}
    assert found.tariff["description"] == [{"format": "UTF8", "language": "en", "content": "Cheap"}]
    assert found.tariff["validFrom"] == "2026-12-01T00:00:00Z"


ENERGY = component("ENERGY", "0.30")
LOSING: dict[str, dict[str, Any]] = {
    "vat": tariff(element(component("ENERGY", "1", "21"), max_kwh=10), element(component("ENERGY", "1", "9"))),
    "limit_vat": tariff(
        element(component("ENERGY", "1", "21"), component("FLAT", "1", "9")), max_price={"excl_vat": Decimal(9)}
    ),
    "export": tariff(element(component("ENERGY", "0.10"), max_power=0), element(ENERGY)),
    "flat_condition": tariff(element(component("FLAT", "1"), min_kwh=10)),
    "flat_later": tariff(element(component("FLAT", "1"), start_time="18:00", end_time="20:00")),
    "reservation_condition": tariff(element(component("TIME", "6"), reservation="RESERVATION", min_duration=60)),
    "step_size": tariff(element(component("ENERGY", "1", step=1000))),
    "unit_step": tariff(element(component("ENERGY", "1", step=1))),
    "minute": tariff(element(component("TIME", "1"))),
    "end": tariff(element(ENERGY), end_date_time="2027-01-01T00:00:00Z"),
    "expired": tariff(element(component("FLAT", "4"), reservation="RESERVATION_EXPIRES"), element(ENERGY)),
    "text": tariff(element(ENERGY), tariff_alt_text=[{"language": "en", "text": "x" * 513}]),
    "url": tariff(element(ENERGY), tariff_alt_url="https://x.example/t"),
    "energy_mix": tariff(element(ENERGY), energy_mix={"is_green_energy": True}),
    "component": tariff(element(ENERGY, component("MAGIC", "1"))),
}


@pytest.mark.parametrize("code", LOSSES)
def test_each_loss_is_told_and_what_changes_the_price_is_not_sent(code):
    """The table is true: every line of it is met, and nothing else is lost with it."""
    found = translated(LOSING[code])
    assert {loss.code for loss in found.losses} == {code}
    weight, reason = LOSSES[code]
    assert (found.tariff is None) == (weight is Weight.CHANGES)
    assert found.rounds == (weight is Weight.ROUNDS)
    sys.stdout.write(f"{code:22} {weight:18} {reason}\n")
    assert len(found.losses[0].text) > 20


@pytest.mark.parametrize(
    ("restrictions", "lost", "fees"),
    [
        ({"max_kwh": 10}, set(), [{"priceFixed": 1}]),
        ({"max_kwh": 0}, set(), None),
        ({"min_kwh": 0}, set(), [{"priceFixed": 1}]),
        ({"min_power": 3}, {"flat_condition"}, None),
        ({"max_duration": 600}, set(), [{"priceFixed": 1}]),
    ],
)
def test_a_fee_whose_condition_is_settled_at_the_start_needs_none(restrictions, lost, fees):
    found = translated(tariff(element(component("FLAT", "1"), **restrictions), element(ENERGY)))
    assert {loss.code for loss in found.losses} == lost
    if not lost:
        assert found.tariff is not None
        assert found.tariff.get("fixedFee", {}).get("prices") == fees


# The same price on both sides


CLOCKS = {
    "start_time": half_hours,
    "end_time": half_hours,
    "day_of_week": st.lists(st.sampled_from(("SATURDAY", "SUNDAY", "MONDAY")), min_size=1, unique=True),
    "start_date": st.sampled_from(("2026-02-24", "2026-03-29", "2026-10-25")),
    "end_date": st.sampled_from(("2026-02-24", "2026-03-30", "2026-10-26")),
}
COURSES = {
    "min_kwh": st.integers(0, 30),
    "max_kwh": st.integers(1, 40),
    "min_duration": st.integers(0, 10).map(lambda n: n * 900),
    "max_duration": st.integers(1, 12).map(lambda n: n * 900),
    "min_power": st.integers(0, 20),
    "max_power": st.integers(1, 30),
}


@st.composite
def elements(draw: st.DrawFn, vats: list[str]) -> dict[str, Any]:
    """A few bounds and prices; those that lose something now and then."""
    kind = draw(st.sampled_from(("free", "clock", "course", "course", "course", "reserved")))
    pool = {"free": {}, "clock": CLOCKS, "course": COURSES | CLOCKS, "reserved": CLOCKS}[kind]
    names = draw(st.lists(st.sampled_from(sorted(pool)), max_size=2, unique=True)) if pool else []
    bounds = {name: draw(pool[name]) for name in names}
    if kind == "reserved":
        bounds["reservation"] = draw(st.sampled_from(("RESERVATION", "RESERVATION", "RESERVATION_EXPIRES")))
    types = {"reserved": ["TIME"], "free": ["ENERGY", "TIME", "PARKING_TIME", "FLAT"]}
    chosen = draw(
        st.lists(st.sampled_from(types.get(kind, ["ENERGY", "TIME", "PARKING_TIME"])), min_size=1, unique=True)
    )
    made = []
    for one in chosen:
        amount = Decimal(draw(st.integers(0, 40))) * Decimal("0.6")
        step = draw(st.sampled_from((0, 0, 0, 0, 0, 0, 0, 1)))
        made.append(component(one, str(amount), draw(st.sampled_from(vats)), step))
    return element(*made, **bounds)


@st.composite
def tariffs(draw: st.DrawFn) -> dict[str, Any]:
    vats = draw(st.sampled_from((["21"], ["21"], ["21"], ["21", "9"])))
    made = tariff(*draw(st.lists(elements(vats), min_size=1, max_size=5)))
    if draw(st.integers(0, 3)) == 0:
        made["min_price"] = {"excl_vat": draw(decimals("0", "5", 2))}
    if draw(st.integers(0, 3)) == 0:
        made["max_price"] = {"excl_vat": draw(decimals("5", "90", 2)), "incl_vat": draw(decimals("9", "120", 2))}
    return made


@st.composite
def sessions(draw: st.DrawFn) -> SessionFacts:
    start = draw(st.sampled_from(STARTS)) + timedelta(seconds=draw(st.integers(0, 7200)))
    length = draw(st.integers(60, 6 * 3600))
    imported, readings = Decimal(0), []
    for moment in sorted(draw(st.sets(st.integers(1, length), max_size=6)) | {0, length}):
        readings.append(MeterPoint(start + timedelta(seconds=moment), imported))
        imported += draw(st.integers(0, 15_000))
    states = [
        (start + timedelta(seconds=draw(st.integers(0, length))), draw(st.sampled_from(STATES)))
        for _ in range(draw(st.integers(0, 3)))
    ]
    held = draw(st.one_of(st.none(), st.integers(60, 3600)))
    reservation = None if held is None else (start - timedelta(seconds=held), start)
    end = start + timedelta(seconds=length)
    return SessionFacts(start, end, "Europe/Amsterdam", readings, states, reservation)


def spans(document: dict[str, Any]) -> list[Span]:
    """The periods that we cut, as the station would have seen them."""
    found = []
    for period, following in zip(document["charging_periods"], [*document["charging_periods"][1:], None], strict=True):
        start = at(period["start_date_time"])
        until = at(following["start_date_time"] if following else document["end_date_time"])
        volumes = {one["type"]: Decimal(one["volume"]) for one in period["dimensions"]}
        idle, reserved = "PARKING_TIME" in volumes, "RESERVATION_TIME" in volumes
        energy, seconds = (
            Fraction(volumes.get("ENERGY", Decimal())) * 1000,
            Fraction(int((until - start).total_seconds())),
        )
        power: tuple[Decimal, Decimal] | None = None
        if "MIN_POWER" in volumes or "MAX_POWER" in volumes:
            low = volumes.get("MIN_POWER") or volumes["MAX_POWER"]
            power = low * 1000, Decimal(volumes.get("MAX_POWER", low) * 1000)
        found.append(Span(start, seconds, energy, idle, reserved, power))
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@settings(max_examples=150, deadline=None)
@given(sessions(), tariffs())
def test_where_no_loss_is_told_both_tariffs_come_to_the_same_price(facts, ocpi):
    """I12: what the station calculates is what we bill."""
    found = translated(ocpi)
    assume(found.tariff is not None and not found.rounds)
    assert found.tariff is not None
    V21.validate_request("SetDefaultTariff", {"evseId": 1, "tariff": dict(found.tariff)})
    document = session_document(facts, ocpi)
    bill, theirs = price(document, ocpi), cost(found.tariff, spans(document), AMSTERDAM)
    minutes = {loss.code for loss in found.losses} & {"minute", "unit_step"}
    near = Fraction(1, 1000) if minutes else Fraction(0)
    for ours, told in zip(bill.exact_total, theirs.total, strict=True):
        assert abs(ours - told) <= near, (bill.render(detail=True), found.tariff)


def test_the_station_tells_what_it_calculated():
    said = translated(tariff(element(component("ENERGY", "0.30", "21"), component("PARKING_TIME", "6")))).tariff
    assert said is not None
    start = datetime(2026, 11, 21, 10, tzinfo=UTC)
    course = [Span(start, Fraction(1800), Fraction(10_000)), Span(start, Fraction(600), idle=True)]
    told = details(cost(said, course, UTC), said, start)
    assert told["totalCost"]["energy"] == {"exclTax": 3.0, "inclTax": 3.63}
    assert told["totalCost"]["idleTime"] == {"exclTax": 1.0, "inclTax": 1.0}
    assert told["totalCost"]["total"] == {"exclTax": 4.0, "inclTax": 4.63}
    assert told["totalUsage"] == {"energy": 10_000.0, "chargingTime": 2400, "idleTime": 600}
