"""Plans of cars: what a mode needs and has, what is refused, what is cut; prices and totals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppbridge.charging.bidirectional import CannotPlan, Control, Plan, Wish, by_price, changed, plan
from ocppbridge.charging.charging_profiles import OperationMode as Mode
from ocppbridge.charging.charging_profiles import Period
from ocppbridge.charging.energy_transfer import NOTHING, Offer
from ocppbridge.charging.ev_needs import Abilities
from ocppbridge.charging.grid import shared
from ocppbridge.charging.setpoints import Setpoints

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
CAR = Abilities(charge=Decimal(11_000), discharge=Decimal(7000))
EVERYTHING = Offer()
CURVE = ((Decimal(49), Decimal(-9000)), (Decimal(51), Decimal(9000)))


def w(value: int | str) -> Decimal:
    return Decimal(value)


def made(
    *periods: Period, control: Control = Control.SCHEDULED, able: Abilities = CAR, offered: Offer = EVERYTHING,
    discharge: bool = True, **more: Any,
) -> Plan:  # fmt: skip
    wish = Wish(control, periods, **more)
    return plan(wish, able, offered, profile_id=7, transaction="T", discharge=discharge, now=NOW)


def one(mode: Mode | None, start: int = 0, **figures: Any) -> Period:
    return Period(start, operation_mode=mode, **figures)


@pytest.mark.parametrize(
    ("period", "why"),
    [
        (one(None, setpoint=w(1)), "each period has a mode"),
        (one(Mode.CENTRAL_SETPOINT), "CentralSetpoint needs setpoint"),
        (one(Mode.CHARGING_ONLY, setpoint=w(-1)), "no negative setpoint"),
        (one(Mode.CHARGING_ONLY, discharge_limit=w(-1)), "ChargingOnly has no discharge limit"),
        (one(Mode.IDLE, limit=w(1)), "Idle has no limit"),
        (one(Mode.CENTRAL_FREQUENCY, setpoint=w(1)), "needs signal watt curve"),
        (one(Mode.LOCAL_FREQUENCY, freq_watt_curve=CURVE[::-1]), "points of a curve rise"),
        (one(Mode.LOCAL_LOAD_BALANCING, v2x_baseline=w(1)), "has no v2x baseline"),
        (one(Mode.EXTERNAL_LIMITS, discharge_limit=w(1)), "not above 0"),
        (one(Mode.CENTRAL_SETPOINT, start=3, setpoint=w(1)), "begins at 0"),
    ],
)
def test_what_makes_no_sense_is_refused(period: Period, why: str) -> None:
    with pytest.raises(CannotPlan, match=why):
        made(period)


@pytest.mark.parametrize(
    "period",
    [
        one(Mode.CENTRAL_SETPOINT, setpoint=w(-1)),
        one(Mode.CENTRAL_SETPOINT, setpoint=w(1), setpoint_l2=w(-1)),
        one(Mode.EXTERNAL_LIMITS, discharge_limit=w(-1)),
        one(Mode.LOCAL_FREQUENCY, freq_watt_curve=CURVE),
    ],
)
def test_nothing_that_discharges_gets_through_where_it_is_not_offered_or_not_allowed(period: Period) -> None:
    with pytest.raises(CannotPlan, match="has no V2XChargingCtrlr"):
        made(period, offered=NOTHING)
    with pytest.raises(CannotPlan, match="may not be discharged"):
        made(period, discharge=False)
    assert made(period).profile.transaction == "T"


def test_modes_that_the_evse_does_not_know_are_refused() -> None:
    with pytest.raises(CannotPlan, match="does not offer Idle, but ChargingOnly"):
        made(one(Mode.IDLE), offered=Offer(modes=frozenset({"ChargingOnly"})))


def test_a_schedule_begins_now_and_holds_so_long_without_us() -> None:
    """Q03, Q11."""
    first, then = one(Mode.CENTRAL_SETPOINT, setpoint=w(500)), one(Mode.CENTRAL_SETPOINT, 60, setpoint=w(-500))
    profile = made(first, then, max_offline=30).profile
    assert (profile.kind, profile.schedule.start, profile.schedule.periods) == ("Absolute", NOW, (first, then))
    assert (profile.max_offline, profile.invalid_after_offline, profile.update_interval) == (30, True, None)
    assert made(first).profile.invalid_after_offline is None
    with pytest.raises(CannotPlan, match="one after the other"):
        made(first, then, then)


def test_a_dynamic_plan_has_one_period_and_no_start() -> None:
    """Q04, K28."""
    step = one(Mode.CENTRAL_SETPOINT, setpoint=w(500))
    pulled = made(step, control=Control.PULLED, pull_every=9).profile
    assert (pulled.kind, pulled.schedule.start, pulled.update_interval, pulled.updated_at) == ("Dynamic", None, 9, NOW)
    assert made(step, control=Control.PUSHED, pull_every=9).profile.update_interval is None
    with pytest.raises(CannotPlan, match="one period"):
        made(step, one(Mode.CENTRAL_SETPOINT, 5, setpoint=w(1)), control=Control.PUSHED)
    with pytest.raises(CannotPlan, match="takes no dynamic profiles"):
        made(step, control=Control.PUSHED, offered=Offer(dynamic=False))


def test_what_the_car_cannot_do_is_cut_and_told() -> None:
    found = made(one(Mode.CENTRAL_SETPOINT, setpoint=w(-9000), discharge_limit=w(-5000), limit=w(20_000)))
    (period,) = found.profile.schedule.periods
    assert (period.setpoint, period.discharge_limit, period.limit) == (w(-5000), w(-5000), w(11_000))
    assert found.cut == ("limit 20000 W cut to 11000 W", "setpoint -9000 W cut to -5000 W")
    curve = made(one(Mode.LOCAL_FREQUENCY, freq_watt_curve=CURVE)).profile.schedule.periods[0].freq_watt_curve
    assert curve == ((w(49), w(-7000)), (w(51), w(9000)))
    assert made(one(Mode.CENTRAL_SETPOINT, setpoint=w(-99_999)), able=Abilities()).cut == ()


def test_figures_phase_by_phase_come_to_no_more_than_the_car_can_do() -> None:
    found = made(one(Mode.CENTRAL_SETPOINT, setpoint=w(9000), setpoint_l2=w(9000)))
    (period,) = found.profile.schedule.periods
    assert (period.setpoint, period.setpoint_l2) == (w(5500), w(5500))
    assert found.cut == ("setpoint 9000 W cut to 5500 W", "setpoint L2 9000 W cut to 5500 W")


def test_a_figure_of_one_phase_goes_with_the_modes_that_have_the_figure() -> None:
    with pytest.raises(CannotPlan, match="LocalLoadBalancing has no setpoint"):
        made(one(Mode.LOCAL_LOAD_BALANCING, setpoint_l2=w(1)))
    with pytest.raises(CannotPlan, match="no negative setpoint"):
        made(one(Mode.CHARGING_ONLY, setpoint=w(1), setpoint_l2=w(-1)))
    with pytest.raises(CannotPlan, match="not above 0"):
        made(one(Mode.EXTERNAL_LIMITS, discharge_limit=w(-1), discharge_limit_l3=w(1)))


def test_a_curve_lies_on_its_baseline() -> None:
    """2.1, v2xBaseline: what the curve says is added to it, so both together are what the car must do."""
    step = one(Mode.LOCAL_FREQUENCY, freq_watt_curve=CURVE, v2x_baseline=w(4000))
    found = made(step)
    (period,) = found.profile.schedule.periods
    assert period.freq_watt_curve == ((w(49), w(-9000)), (w(51), w(7000)))
    assert made(one(Mode.LOCAL_FREQUENCY, freq_watt_curve=CURVE, v2x_baseline=w(20_000))).cut[0] == (
        "baseline 20000 W cut to 11000 W"
    )


def test_what_gives_way_to_a_new_figure_is_told_with_it() -> None:
    """6,000 W within 10,000 VA leave 8,000 var."""
    car = Abilities(apparent=(w(10_000), w(10_000)))
    held = Setpoints(setpoint=w(0), setpoint_reactive=w(9000))
    found, cut = changed(Setpoints(setpoint=w(6000)), car, Offer(), discharge=False, held=held)
    assert found == Setpoints(setpoint=w(6000), setpoint_reactive=w(8000))
    assert cut == ("setpoint reactive 9000 var cut to 8000 var",)


def test_new_figures_are_held_to_the_same_rules() -> None:
    assert changed(Setpoints(setpoint=w(-9000)), CAR, Offer(), discharge=True)[0] == Setpoints(setpoint=w(-7000))
    with pytest.raises(CannotPlan, match="may not be discharged"):
        changed(Setpoints(setpoint=w(-1)), CAR, Offer(), discharge=False)
    with pytest.raises(CannotPlan, match="not above 0"):
        changed(Setpoints(discharge_limit=w(1)), CAR, Offer(), discharge=True)
    reactive = Setpoints(setpoint_reactive=w(-500))
    assert changed(reactive, CAR, Offer(), discharge=False) == (reactive, ())


def test_setpoints_survive_json_and_are_laid_over_each_other() -> None:
    before = Setpoints(limit=w(5), setpoint=w("-2.5"))
    assert Setpoints.from_json(before.to_json()) == before
    assert Setpoints(setpoint=w(1)).over(before) == Setpoints(limit=w(5), setpoint=w(1))


def prices(*steps: tuple[float, str]) -> tuple[Period, ...]:
    told = [(NOW + timedelta(hours=hours), Decimal(price)) for hours, price in steps]
    return by_price(told, charge_below=w("0.1"), discharge_above=w("0.5"), charge=w(11_000), discharge=w(7000), now=NOW)


def test_prices_become_setpoints() -> None:
    """Equal ones run on; the past counts as of now; before the first price the car rests."""
    found = prices((-1, "0.05"), (1, "0.10"), (2, "0.30"), (3, "0.50"), (4, "0.90"))
    assert [(one.start, one.setpoint) for one in found] == [(0, w(11_000)), (7200, w(0)), (10_800, w(-7000))]
    assert [(one.start, one.setpoint) for one in prices((1, "0.05"))] == [(0, w(0)), (3600, w(11_000))]
    assert prices() == ()


@given(
    st.integers(-100_000, 100_000),
    st.lists(st.tuples(st.integers(0, 22_000), st.integers(0, 22_000)), max_size=6),
)
def test_a_total_is_divided_without_a_watt_lost_or_too_many(total: int, able: list[tuple[int, int]]) -> None:
    cars = {n: Abilities(charge=Decimal(up), discharge=Decimal(down)) for n, (up, down) in enumerate(able)}
    given_, left = shared(Decimal(total), cars)
    assert sum(given_.values(), Decimal()) + left == total
    for n, value in given_.items():
        assert -able[n][1] <= value <= able[n][0]
    most = sum(down if total < 0 else up for up, down in able)
    assert abs(left) == max(0, abs(total) - most)


def test_a_car_that_says_nothing_gets_nothing_to_do() -> None:
    assert shared(Decimal(5), {1: Abilities()}) == ({1: Decimal()}, Decimal(5))
