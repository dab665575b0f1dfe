"""One register through a session: order, replays, resets, leaps. Never more energy than may have flowed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppbridge.charging.registers import Register, most

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def minute(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def course(*readings: tuple[float, int], timed: bool = True) -> tuple[Register, list[str]]:
    register, codes = Register(), []
    for at, value in readings:
        register, finding = register.take(minute(at), D(value), timed)
        codes += [finding.code] if finding else []
    return register, codes


def test_energy_is_the_last_reading_less_the_first():
    register, codes = course((0, 1000), (10, 1500), (20, 2600))
    assert (register.energy, codes) == (D(1600), [])


def test_a_register_that_stands_still_is_nothing_odd():
    register, codes = course((0, 1000), (10, 1000), (20, 1000))
    assert (register.energy, codes) == (D(0), [])


def test_a_little_may_be_gained_at_once():
    """Two messages of the same second, a fast charger, a coarse clock."""
    assert course((0, 1000), (0, 2000))[1] == []
    assert course((0, 1000), (0, 2001))[1] == ["METER_JUMP"]


def test_one_reading_is_no_energy_yet():
    assert course((0, 1000))[0].energy == 0


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [0, 0, 3, 3, 1, 1]])
def test_order_and_repetition_make_no_difference(order):
    readings = [(0, 1000), (10, 1500), (20, 2600), (30, 4000)]
    assert course(*[readings[index] for index in order])[0].energy == 3000


def test_a_reset_in_mid_session_loses_only_the_step():
    """Field quirk 3."""
    register, codes = course((0, 1_000_000), (10, 1_004_000), (20, 0), (30, 300))
    assert (register.energy, codes) == (D(4300), ["METER_RESET"])


def test_a_start_that_comes_after_a_reset_still_counts():
    register, _ = course((10, 5000), (20, 0), (30, 300), (0, 1000))
    assert register.energy == 4000 + 300


def test_noise_backwards_is_ignored_until_the_old_height_is_passed():
    register, codes = course((0, 1000), (10, 5000), (11, 4990), (12, 5010))
    assert (register.energy, codes) == (D(4010), ["METER_BACKWARDS"])


def test_a_leap_that_no_charger_could_deliver_counts_for_nothing():
    """Field quirk 3: a lifetime register where a session's stood."""
    register, codes = course((0, 0), (1, 1_234_567), (11, 1_240_000))
    assert (register.energy, codes) == (D(5433), ["METER_JUMP"])


def test_without_a_believable_clock_a_leap_cannot_be_told():
    register, codes = course((0, 0), (0, 20_000), timed=False)
    assert (register.energy, codes) == (D(20_000), [])
    assert course((0, 0), (0, 20_000))[1] == ["METER_JUMP"]


@pytest.mark.parametrize(("value", "code"), [(-5, "METER_NEGATIVE"), (10**12, "METER_IMPLAUSIBLE")])
def test_impossible_heights_change_nothing(value, code):
    """S42."""
    register, codes = course((0, 1000), (10, value), (20, 2000))
    assert (register.energy, codes) == (D(1000), [code])


def test_an_implausible_earlier_reading_is_left_out():
    assert course((10, 5000), (9, 6000), (20, 5500))[0].energy == 500
    assert course((1, 500_000), (0, 0), (10, 501_000))[0].energy == 1000


def test_intervals_are_summed_and_counted_once():
    register = Register().add(minute(15), D(500)).add(minute(30), D(700))
    assert register.energy == 1200
    assert register.add(minute(30), D(700)) == register
    assert register.add(minute(45), D(-1)) == register


def test_a_register_after_intervals_goes_on_from_them():
    register, finding = Register().add(minute(15), D(500)).take(minute(30), D(9000))
    assert (register.energy, finding) == (D(500), None)


def test_a_register_survives_json():
    register, _ = course((0, 1000), (10, 5000), (20, 0), (30, 300))
    assert Register.from_json(register.to_json()) == register
    assert Register.from_json(Register().to_json()) == Register()


HEIGHTS = st.lists(st.integers(min_value=-10, max_value=10**7), min_size=1, max_size=30)


@given(HEIGHTS)
def test_no_course_of_readings_bills_more_than_may_have_flowed(heights):
    register, _ = course(*enumerate(heights))
    assert register.energy >= 0
    steps = [most(timedelta(minutes=1)) for _ in pairwise(heights)]
    assert register.energy <= sum(steps)


@given(st.lists(st.integers(min_value=0, max_value=500), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_a_healthy_register_gains_the_same_in_any_order(steps, random):
    heights = [sum(steps[: index + 1]) + 10_000 for index in range(len(steps))]
    shuffled = [*enumerate(heights)]
    random.shuffle(shuffled)
    assert course(*shuffled)[0].energy == heights[-1] - heights[0]
