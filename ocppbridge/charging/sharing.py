"""A site's budget shared among its stations: who gets how much, and what may be told already. Pure.

`share`: in order of rank each station gets its minimum while the phases that it hangs on have
room; who does not, waits (0). What is left is poured over all at once, in proportion to their weights, until a phase is
full or a station has all that it can use. What stations keep that do not answer (`fixed`) is taken off first. Shares
are rounded down, so that they never come to more than the budget.

`sendable`: a station counts with what it has accepted until it has accepted less, so nobody is told a higher share
before others have given it up: what is counted never comes to more than the budget either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

ZERO: Final = Decimal(0)
TENTH: Final = Decimal("0.1")
Phases = frozenset[int]
ALL: Final[Phases] = frozenset({1, 2, 3})
TOTAL: Final[Phases] = frozenset({0})
"""A budget in watts has one figure for all phases."""
Limits = Mapping[int, Decimal]
_SPECK: Final = Decimal("1e-12")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a station could use: at least `minimum` or nothing, at most `most`. `fixed`: it keeps that anyhow."""

    key: int
    phases: Phases = ALL
    minimum: Decimal = ZERO
    most: Decimal | None = None
    weight: int = 1
    rank: int = 0
    fixed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What a station counts with now, and what it shall have."""

    key: int
    phases: Phases
    counted: Decimal
    wanted: Decimal


def share(limits: Limits, claims: Iterable[Claim], step: Decimal = TENTH) -> dict[int, Decimal]:
    """By key, what each shall have. Those that are fixed keep what they have."""
    room = dict(limits)
    found: dict[int, Decimal] = {}
    asking: list[Claim] = []
    for claim in claims:
        if claim.fixed is not None:
            _take(room, claim.phases, claim.fixed)
            found[claim.key] = claim.fixed
        else:
            asking.append(claim)
    served: list[Claim] = []
    for claim in sorted(asking, key=lambda one: (one.rank, one.key)):
        if claim.minimum > ZERO and _room(room, claim.phases) >= claim.minimum:
            _take(room, claim.phases, claim.minimum)
            found[claim.key] = claim.minimum
            served.append(claim)
        else:
            found[claim.key] = ZERO
    _pour(room, served, found)
    for claim in served:
        found[claim.key] = found[claim.key].quantize(step, ROUND_FLOOR)
    return found


def _pour(room: dict[int, Decimal], served: Sequence[Claim], found: dict[int, Decimal]) -> None:
    """All rise together; who is full, or hangs on a full phase, stays where it is."""
    rising = [one for one in served if one.most is None or one.most > found[one.key]]
    while rising:
        weights: dict[int, int] = {}
        for one in rising:
            for phase in one.phases:
                weights[phase] = weights.get(phase, 0) + one.weight
        rise = min(max(room.get(phase, ZERO), ZERO) / weight for phase, weight in weights.items())
        for one in rising:
            if one.most is not None:
                rise = min(rise, (one.most - found[one.key]) / one.weight)
        for one in rising:
            found[one.key] += rise * one.weight
            _take(room, one.phases, rise * one.weight)
        full = {phase for phase in weights if room.get(phase, ZERO) <= _SPECK}
        still = [
            one for one in rising
            if not one.phases & full and (one.most is None or one.most - found[one.key] > _SPECK)
        ]  # fmt: skip
        if len(still) == len(rising):
            return
        rising = still


def sendable(limits: Limits, counted: Iterable[Counted]) -> dict[int, Decimal]:
    """By key, what may be told now: everything that is less, and what is more as far as there is room for it."""
    every = list(counted)
    room = dict(limits)
    for one in every:
        _take(room, one.phases, one.counted)
    found = {one.key: one.wanted for one in every if one.wanted < one.counted}
    for one in every:
        more = one.wanted - one.counted
        if more > ZERO and _room(room, one.phases) >= more:
            _take(room, one.phases, more)
            found[one.key] = one.wanted
    return found


def _room(room: Limits, phases: Phases) -> Decimal:
    return min(room.get(phase, ZERO) for phase in phases)


def _take(room: dict[int, Decimal], phases: Phases, amount: Decimal) -> None:
    for phase in phases:
        room[phase] = room.get(phase, ZERO) - amount
