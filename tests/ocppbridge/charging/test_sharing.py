"""A site's budget: fair, used up, and never exceeded, not even while it changes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ocppbridge.charging.sharing import ALL, TOTAL, Claim, Counted, sendable, share

D = Decimal
SIX = D(6)


def site(amperes: int) -> dict[int, Decimal]:
    return dict.fromkeys((1, 2, 3), D(amperes))


def test_every_car_gets_the_same() -> None:
    found = share(site(40), [Claim(n, minimum=SIX) for n in range(4)])
    assert found == dict.fromkeys(range(4), D(10))


def test_what_one_cannot_use_the_others_get() -> None:
    found = share(site(40), [Claim(0, minimum=SIX, most=SIX), Claim(1, minimum=SIX), Claim(2, minimum=SIX)])
    assert found == {0: SIX, 1: D(17), 2: D(17)}


def test_by_weight() -> None:
    found = share(site(36), [Claim(0, minimum=SIX, weight=3), Claim(1, minimum=SIX)])
    assert found == {0: D(24), 1: D(12)}


def test_below_the_minimum_a_car_waits() -> None:
    """The one of the highest rank: its turn comes."""
    found = share(
        site(13), [Claim(0, minimum=SIX, rank=2), Claim(1, minimum=SIX, rank=0), Claim(2, minimum=SIX, rank=1)]
    )
    assert found == {0: D(0), 1: D("6.5"), 2: D("6.5")}


def test_phases_are_shared_each_by_those_that_hang_on_it() -> None:
    one, two = frozenset({1}), frozenset({2})
    claims = [Claim(0, one, SIX), Claim(1, one, SIX), Claim(2, two, SIX), Claim(3, ALL, SIX)]
    assert share(site(30), claims) == {0: D(10), 1: D(10), 2: D(20), 3: D(10)}


def test_a_phase_with_a_limit_of_its_own() -> None:
    limits = {1: D(16), 2: D(32), 3: D(32)}
    assert share(limits, [Claim(0, frozenset({1}), SIX), Claim(1, frozenset({2}), SIX)]) == {0: D(16), 1: D(32)}


def test_what_a_silent_station_keeps_is_taken_off_first() -> None:
    found = share(site(40), [Claim(0, fixed=D(32)), Claim(1, minimum=SIX), Claim(2, minimum=SIX)])
    assert found == {0: D(32), 1: D(8), 2: D(0)}


def test_watts_are_one_figure() -> None:
    found = share({0: D(10000)}, [Claim(n, TOTAL, D(1400)) for n in range(3)], D(1))
    assert found == dict.fromkeys(range(3), D(3333))


def test_an_idle_station_gets_nothing() -> None:
    assert share(site(40), [Claim(0), Claim(1, minimum=SIX)]) == {0: D(0), 1: D(40)}


def test_less_is_told_before_more() -> None:
    """A newcomer waits until the others have given up what it gets."""
    before = [Counted(0, ALL, D(40), D(20)), Counted(1, ALL, D(0), D(20))]
    assert sendable(site(40), before) == {0: D(20)}
    after = [Counted(0, ALL, D(20), D(20)), Counted(1, ALL, D(0), D(20))]
    assert sendable(site(40), after) == {1: D(20)}


@st.composite
def sites(draw: st.DrawFn) -> tuple[dict[int, Decimal], list[Claim]]:
    limits = {phase: D(draw(st.integers(0, 60))) for phase in (1, 2, 3)}
    phases = st.sampled_from([ALL, frozenset({1}), frozenset({2}), frozenset({1, 3})])
    claims = []
    for key in range(draw(st.integers(0, 8))):
        most = draw(st.sampled_from([None, D(6), D(16), D(32)]))
        claims.append(
            Claim(key, draw(phases), draw(st.sampled_from([D(0), SIX])), most, draw(st.integers(1, 3)), key % 3)
        )
    return limits, claims


def drawn(claims: list[Claim], shares: dict[int, Decimal], phase: int) -> Decimal:
    return sum((shares[one.key] for one in claims if phase in one.phases), D(0))


@settings(deadline=None)
@given(site=sites())
def test_shares_never_exceed_the_budget_and_leave_nothing_that_somebody_could_use(site: Any) -> None:
    limits, claims = site
    found = share(limits, claims)
    for phase, limit in limits.items():
        assert drawn(claims, found, phase) <= limit
    for one in claims:
        if one.minimum == 0:
            assert found[one.key] == 0
            continue
        assert found[one.key] == 0 or found[one.key] >= one.minimum
        assert one.most is None or found[one.key] <= max(one.most, one.minimum)
        full = one.most is not None and found[one.key] >= one.most
        room = min(limits[phase] - drawn(claims, found, phase) for phase in one.phases)
        assert full or room < D("0.1") * len(claims) + (one.minimum if found[one.key] == 0 else 0)


@settings(deadline=None)
@given(data=st.data())
def test_what_is_counted_never_exceeds_the_budget_whoever_comes_goes_or_falls_silent(data: st.DataObject) -> None:
    """Cars come and go, stations answer late or never: what they have accepted stays within the budget throughout."""
    limits = site(data.draw(st.integers(6, 60)))
    stations = range(5)
    accepted, sent = dict.fromkeys(stations, D(0)), dict[int, Decimal]()
    for _ in range(data.draw(st.integers(1, 12))):
        cars = data.draw(st.sets(st.sampled_from(list(stations))))
        silent = data.draw(st.sets(st.sampled_from(list(stations)), max_size=2))
        claims = [
            Claim(
                n,
                minimum=SIX if n in cars else D(0),
                fixed=max(accepted[n], sent.get(n, D(0))) if n in silent else None,
            )
            for n in stations
        ]
        wanted = share(limits, claims)
        told = sendable(limits, [
            Counted(n, ALL, max(accepted[n], sent.get(n, D(0))), wanted[n]) for n in stations
        ])  # fmt: skip
        sent.update(told)
        assert sum(max(accepted[n], sent.get(n, D(0))) for n in stations) <= limits[1]
        for n in list(sent):
            if n not in silent and data.draw(st.booleans()):
                accepted[n] = sent.pop(n)


def test_only_one_phase_is_full() -> None:
    """Who hangs on another goes on rising; who hangs on all stays with the fullest."""
    limits = {1: D(10), 2: D(40), 3: D(40)}
    one, two, every = (
        Claim(key, phases, minimum=D(1)) for key, phases in enumerate((frozenset({1}), frozenset({2}), ALL))
    )
    assert share(limits, [one, two, every]) == {0: D(5), 1: D(35), 2: D(5)}


def test_it_comes_to_an_end_where_thirds_leave_more_than_a_speck() -> None:
    found = share({0: D(10) ** 20}, [Claim(n, TOTAL, minimum=D(1)) for n in range(3)], D(1))
    assert found == dict.fromkeys(range(3), D(33333333333333333333))
