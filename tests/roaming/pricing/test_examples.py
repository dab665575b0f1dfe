"""What typical sessions cost, in figures computed by hand; and which tariff holds when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from roaming.pricing import BadInput
from roaming.pricing.examples import Example, around, bill, typical
from roaming.pricing.reigns import reigns, rivals
from tests.roaming.pricing.building import AMSTERDAM, D, at, element, energy, flat, parking, tariff, time

SATURDAY = at("2026-11-21T09:00")


def costs(rates: dict[str, Any]) -> list[Any]:
    return [bill(one, rates, AMSTERDAM).total_cost.excl_vat for one in typical(SATURDAY, AMSTERDAM)]


def test_typical_sessions_cost_what_a_pencil_says() -> None:
    """AC and weekend 20 × 0.50; DC 50 × 0.50; night 40 × 0.20; overstay + 3 h × 6.00; reserved + 0.5 h × 2.00."""
    rates = tariff(
        element(energy("0.50"), parking("6"), start_time="07:00", end_time="22:00"),
        element(energy("0.20")),
        element(time("2"), reservation="RESERVATION"),
    )
    assert costs(rates) == [10, 25, 8, 10, 28, 11, 1]


def test_the_weekend_is_a_saturday_and_the_rest_a_tuesday() -> None:
    rates = tariff(element(flat("3"), day_of_week=["SATURDAY"]), element(flat("1"), day_of_week=["TUESDAY"]))
    assert costs(rates) == [1, 1, 1, 3, 1, 1, 0]
    days = {f"{one.start:%a %d}" for one in typical(SATURDAY, AMSTERDAM)}
    assert days == {"Tue 24", "Sat 28"}  # never the day that has begun


def test_current_and_power_are_known_to_an_example() -> None:
    """5 kW of AC is 21.7 A over the phases, 75 kW of DC 187.5 A."""
    rates = tariff(element(energy("1"), min_current=180), element(energy("0.1"), max_current=22))
    assert costs(rates)[:2] == [2, 50]


def test_a_tariff_that_does_not_hold_now_is_priced_as_if_it_did() -> None:
    rates = tariff(element(flat("1")), start_date_time="2027-03-01T00:00:00Z")
    assert costs(rates)[0] == 1
    assert around(rates, SATURDAY) == datetime(2027, 3, 1, tzinfo=UTC)
    assert around(tariff(end_date_time="2026-01-20T00:00:00Z"), SATURDAY) == datetime(2026, 1, 12, tzinfo=UTC)
    assert around(tariff(), SATURDAY) == SATURDAY


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"power_kw": D(0)}, "/power_kw"),
        ({"kwh": D(-1)}, "/kwh"),
        ({"kwh": D("NaN")}, "/kwh"),
        ({"connected": timedelta(days=40)}, "/connected"),
        ({"reserved": timedelta(0)}, "/reserved"),
        ({"kwh": D(21)}, "/kwh"),
    ],
)
def test_a_session_that_cannot_be_says_where(change: dict[str, Any], place: str) -> None:
    own = Example("own", datetime(2026, 11, 24, 10), D(20), D(5), timedelta(hours=4))  # noqa: DTZ001  # a local clock
    with pytest.raises(BadInput) as told:
        bill(msgspec.structs.replace(own, **change), tariff(element(flat("1"))), AMSTERDAM)
    assert told.value.pointer == place


def window(name: str, start: str = "", end: str = "", kind: str = "") -> dict[str, Any]:
    said = {"id": name, "start_date_time": start, "end_date_time": end, "type": kind}
    return {key: f"{value}T00:00:00Z" if key.endswith("time") else value for key, value in said.items() if value}


def told(*tariffs: dict[str, Any]) -> list[tuple[str, str]]:
    """Since when, and what holds."""
    return [
        (f"{one.start:%F}" if one.start else "", "" if one.holds is None else tariffs[one.holds]["id"])
        for one in reigns(tariffs)
    ]


def test_one_tariff_follows_the_other() -> None:
    """TAR-27."""
    assert told(window("OLD", end="2027-01-01"), window("NEW", "2027-01-01")) == [("", "OLD"), ("2027-01-01", "NEW")]


def test_a_gap_and_an_overlap_are_seen() -> None:
    early, late = window("A", end="2027-01-01"), window("B", "2027-02-01")
    assert told(early, late) == [("", "A"), ("2027-01-01", ""), ("2027-02-01", "B")]
    both = [window("A"), window("B", "2027-02-01")]
    assert told(*both) == [("", "A"), ("2027-02-01", "A")]
    assert rivals(reigns(both)[-1], both) == [1]
    assert rivals(reigns(both)[0], both) == []
    assert rivals(reigns([early, late])[1], [early, late]) == []


def test_a_regular_tariff_comes_before_one_of_another_kind() -> None:
    """TAR-28."""
    cheap, regular = window("CHEAP", kind="PROFILE_CHEAP"), window("R", "2027-01-01", kind="REGULAR")
    assert told(cheap, regular) == [("", "CHEAP"), ("2027-01-01", "R")]
    assert rivals(reigns([cheap, regular])[1], [cheap, regular]) == []


def test_windows_that_meet_without_a_change_are_one_reign() -> None:
    twice = [window("A"), window("B", "2027-01-01", "2027-01-01")]
    assert [one.holds for one in reigns(twice)] == [0]
