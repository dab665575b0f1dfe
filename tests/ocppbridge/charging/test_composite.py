"""The composite schedule: cases written by hand, and against a model that looks at every second by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppbridge.charging.charging_profiles import Unit
from ocppbridge.charging.composite import Asked, composite
from tests.ocppbridge.charging.composing import answer, cases, profile, question, write_periods
from tests.ocppbridge.charging.second_by_second import every_second

CASES = list(cases())


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_the_schedule_is_the_one_written_by_hand(case: dict[str, Any]) -> None:
    assert write_periods(answer(case).periods) == case["expect"]


def test_there_are_cases_of_every_topic() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_the_slow_model_says_the_same_at_every_minute(case: dict[str, Any]) -> None:
    installed, asked, situation = question(case)
    found = composite(installed, asked, situation)
    for second in range(0, asked.duration, 60):
        assert figures(found.at(second)) == figures(every_second(installed, asked, situation, second))


def figures(period: Any) -> tuple[Any, ...]:
    """What is limited; a period that says nothing is none."""
    names = ("limit", "limit_l2", "limit_l3", "discharge_limit", "setpoint")
    return tuple(getattr(period, name) if period is not None else None for name in names)


LIMITS = st.integers(0, 40)
PERIODS = st.lists(st.tuples(st.integers(1, 40), LIMITS), max_size=3)


@st.composite
def said(draw: st.DrawFn) -> dict[str, Any]:
    """A profile around noon, seconds instead of hours."""
    starts, words = 0, []
    first = f"0={draw(LIMITS)}"
    for gap, limit in draw(PERIODS):
        starts += gap
        words.append(f"{starts}={limit}")
    found: dict[str, Any] = {"p": draw(st.sampled_from(["max", "ext", "default", "tx", "prio", "local"]))}
    found |= {"l": draw(st.integers(0, 3)), "s": " ".join([first, *words]), "u": draw(st.sampled_from("AW"))}
    kind = draw(st.sampled_from(["abs", "rel", "daily", "dyn"]))
    if found["p"] in ("default", "tx", "prio", "local", "ext"):
        found["e"] = draw(st.integers(0, 1))
    found["k"] = kind
    stamp = st.integers(0, 59).map(lambda second: f"2026-11-21T{'11:59' if second % 2 else '12:00'}:{second:02}Z")
    if kind in ("abs", "daily"):
        found["at"] = draw(stamp)
    for name in ("from", "to"):
        if draw(st.integers(0, 3)) == 0:
            found[name] = draw(stamp)
    if draw(st.booleans()):
        found["for"] = draw(st.integers(1, 90))
    if draw(st.integers(0, 4)) == 0:
        found["offline"] = draw(st.integers(0, 60))
    return found


@settings(max_examples=80, deadline=None)
@given(
    profiles=st.lists(said(), max_size=7), running=st.booleans(), priority=st.booleans(), offline=st.booleans(),
    unit=st.sampled_from(["A", "W"]), most=st.sampled_from([None, 16]), phases=st.sampled_from([1, 3]),
)  # fmt: skip
def test_any_profiles_come_to_what_the_slow_model_says(profiles: list[dict[str, Any]], **more: Any) -> None:
    running, offline, most = more.pop("running"), more.pop("offline"), more.pop("most")
    case = {"profiles": profiles, "for": 75, **more}
    case |= ({"running": "11:59"} if running else {}) | ({"offline": "11:59"} if offline else {})
    case |= {"most": most} if most else {}
    installed, asked, situation = question(case)
    found = composite(installed, asked, situation)
    for second in range(asked.duration):
        assert figures(found.at(second)) == figures(every_second(installed, asked, situation, second)), second
    starts = [period.start for period in found.periods]
    assert starts == sorted(set(starts)) and (not starts or starts[0] == 0)


def test_the_question_may_be_cut_anywhere() -> None:
    """What holds at an instant does not depend on from when one asks."""
    for name, case in CASES:
        installed, asked, situation = question(case)
        if not situation.running and any(one.profile.schedule.start is None for one in installed):
            continue  # relative to the question itself
        later = Asked(asked.evse, asked.start, asked.duration // 2, asked.unit)
        whole, half = composite(installed, asked, situation), composite(installed, later, situation)
        for second in range(0, later.duration, 300):
            assert figures(whole.at(second)) == figures(half.at(second)), name


def test_a_profile_is_read_as_it_is_written() -> None:
    installed = profile(1, {"p": "tx", "u": "W", "s": "0=16/-8@4x1 600=-"}, question({"profiles": []})[1].start)
    assert installed.profile.schedule.unit is Unit.W
    assert write_periods(installed.profile.schedule.periods) == "0=16/-8@4x1 600=-"
