"""Which stations of a campaign are next, and when it ends."""

from __future__ import annotations

from datetime import time

import pytest

from ocppbridge.charging.campaigns import Next, State, Target, next_step, waves, within


@pytest.mark.parametrize(
    ("count", "canary", "percent", "expected"),
    [
        (7, 2, 40, [0, 0, 1, 1, 1, 2, 2]),
        (3, 0, 100, [0, 0, 0]),
        (4, 0, 1, [0, 1, 2, 3]),
        (2, 5, 50, [0, 0]),
        (0, 1, 50, []),
    ],
)
def test_canaries_go_first_then_waves_of_a_share_of_all(
    count: int, canary: int, percent: int, expected: list[int]
) -> None:
    assert list(waves(count, canary, percent)) == expected


def targets(*words: str) -> list[Target]:
    """ "<wave><first letters of the state>" each."""
    states = {"w": State.WAITING, "u": State.UPDATING, "d": State.DONE, "f": State.FAILED, "s": State.SKIPPED}
    return [Target(n, int(word[0]), states[word[1]]) for n, word in enumerate(words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("0w", "0w", "1w"), Next(begin=(0, 1))),
        (("0d", "0u", "1w"), Next()),
        (("0d", "0u", "0w", "1w"), Next(begin=(2,))),
        (("0d", "0s", "1w", "1w"), Next(begin=(2, 3))),
        (("0d", "0f", "1w"), Next(begin=(2,))),
        (("0f", "0f", "0d", "1w"), Next(stop="2 of 3 updates have failed, more than 50 %")),
        (("0d", "1s", "1f"), Next(over=True)),
        ((), Next(over=True)),
    ],
)
def test_a_wave_begins_when_the_one_before_has_ended_and_none_after_too_many_failures(
    words: tuple[str, ...], expected: Next
) -> None:
    assert next_step(targets(*words), 50) == expected


@pytest.mark.parametrize(
    ("start", "end", "now", "expected"),
    [
        (None, None, 12, True),
        (8, 17, 8, True),
        (8, 17, 17, False),
        (22, 6, 23, True),
        (22, 6, 5, True),
        (22, 6, 6, False),
        (8, None, 3, True),
    ],
)
def test_updates_begin_within_a_time_of_day(start: int | None, end: int | None, now: int, expected: bool) -> None:
    window = (None if start is None else time(start), None if end is None else time(end))
    assert within(window, time(now)) is expected
