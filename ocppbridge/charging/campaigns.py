"""Which stations of a firmware campaign are next, and when it is over (pure).

Wave 0 are the canaries; the others follow in waves of a share of all. A wave begins when no station of an earlier one
is still to come to its end, and no wave begins once too many have failed: with the share of failures among the ended
updates above the threshold the campaign stops, and what is under way is let end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """How far a station is."""

    WAITING = "waiting"
    UPDATING = "updating"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


ENDED: Final = (State.DONE, State.FAILED, State.SKIPPED)


@dataclass(frozen=True, slots=True)
class Target:
    """One station."""

    key: int
    wave: int
    state: State


@dataclass(frozen=True, slots=True)
class Next:
    """What to do: begin these; `stop` says why no more, `over` that all have ended."""

    begin: tuple[int, ...] = ()
    stop: str = ""
    over: bool = False


def waves(count: int, canary: int, percent: int) -> Iterator[int]:
    """The wave of each of so many stations, in order."""
    ahead = min(canary, count)
    size = max(1, -(-count * percent // 100))
    yield from [0] * ahead
    first = 1 if ahead else 0
    for number in range(count - ahead):
        yield first + number // size


def next_step(targets: Sequence[Target], stop_above: int) -> Next:
    """What is to be done now."""
    ended = [one for one in targets if one.state in (State.DONE, State.FAILED)]
    failed = sum(one.state is State.FAILED for one in ended)
    if failed * 100 > stop_above * len(ended):
        return Next(stop=f"{failed} of {len(ended)} updates have failed, more than {stop_above} %")
    coming = [one for one in targets if one.state not in ENDED]
    if not coming:
        return Next(over=True)
    wave = min(one.wave for one in coming)
    return Next(begin=tuple(one.key for one in coming if one.wave == wave and one.state is State.WAITING))


def within(window: tuple[time | None, time | None], now: time) -> bool:
    """Whether updates may begin at this time of day; a window may span midnight, and none is always."""
    start, end = window
    if start is None or end is None:
        return True
    return start <= now < end if start <= end else now >= start or now < end
