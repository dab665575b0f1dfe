"""Energy over time: what the readings place, and what they must never add."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ocppbridge.charging.progress import progress

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
END = START + timedelta(hours=1)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def wh(value: int) -> Decimal:
    return Decimal(value)


def test_registers_become_energy_since_the_start() -> None:
    course = progress([(at(10), wh(1100)), (at(20), wh(1350))], wh(1000), wh(500), START, END)
    assert course == [(START, wh(0)), (at(10), wh(100)), (at(20), wh(350)), (END, wh(500))]


def test_without_a_start_register_the_first_reading_is_the_start() -> None:
    course = progress([(at(1), wh(7000)), (at(30), wh(7200))], None, wh(200), START, END)
    assert course == [(START, wh(0)), (at(1), wh(0)), (at(30), wh(200)), (END, wh(200))]


def test_a_reset_register_adds_nothing_where_it_falls() -> None:
    course = progress([(at(10), wh(1100)), (at(20), wh(0)), (at(30), wh(50))], wh(1000), wh(150), START, END)
    assert [taken for _, taken in course] == [0, 100, 100, 150, 150]


def test_a_lifetime_register_after_a_start_of_zero_places_no_energy_by_its_jump() -> None:
    course = progress([(at(10), wh(900_000)), (at(20), wh(900_300))], wh(0), wh(300), START, END)
    assert course == [(START, wh(0)), (at(10), wh(0)), (at(20), wh(300)), (END, wh(300))]


def test_readings_outside_the_session_are_drawn_to_its_borders() -> None:
    course = progress([(at(-5), wh(1000)), (at(90), wh(1400))], wh(1000), wh(400), START, END)
    assert course == [(START, wh(0)), (END, wh(400))]


def test_a_running_session_stands_at_its_total_at_the_last_reading() -> None:
    assert progress([(at(10), wh(1100))], wh(1000), wh(120), START, None) == [(START, wh(0)), (at(10), wh(120))]
    assert progress([], None, wh(0), START, None) == [(START, wh(0))]


@given(st.lists(st.tuples(st.integers(-10, 90), st.integers(0, 5000)), max_size=30), st.integers(0, 3000))
def test_energy_never_shrinks_and_always_ends_at_the_total(readings: list[tuple[int, int]], total: int) -> None:
    course = progress([(at(minute), wh(value)) for minute, value in readings], wh(100), wh(total), START, END)
    taken = [energy for _, energy in course]
    assert taken == sorted(taken) and taken[0] >= 0 and course[-1] == (END, wh(total))
    assert [when for when, _ in course] == sorted({when for when, _ in course})
