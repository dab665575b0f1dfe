"""Figures cut to what the car can do: in total, phase by phase, reactive, apparent. All by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ocppbridge.charging.charging_profiles import AMOUNTS
from ocppbridge.charging.ev_needs import Abilities, abilities
from ocppbridge.charging.within import within

# Three phases of 3,680 W to charge and 2,300 W to give back, nothing below 1,380 W and 500 W of each.
PHASED = {
    f"{name}{phase}": watts
    for name, watts in (
        ("maxChargePower", 3680), ("minChargePower", 1380), ("maxDischargePower", 2300), ("minDischargePower", 500),
    )
    for phase in ("", "_L2", "_L3")
}  # fmt: skip
TOTAL = {"maxChargePower": 11_000, "maxDischargePower": 6000, "minChargePower": 1400, "minDischargePower": 600}
# Absorbs 3,000 var and injects 2,000 var, nothing below 100; 5,000 VA while it charges, 4,000 VA while it gives back.
DER = {
    "maxChargeReactivePower": 3000, "maxDischargeReactivePower": 2000, "minChargeReactivePower": 100,
    "minDischargeReactivePower": 100, "maxChargeApparentPower": 5000, "maxDischargeApparentPower": 4000,
}  # fmt: skip
DER_PHASED = {
    "maxChargeReactivePower": 1000, "maxChargeReactivePower_L2": 900, "maxDischargeReactivePower": 800,
    "maxDischargeReactivePower_L2": 700, "maxChargeApparentPower": 500, "maxChargeApparentPower_L2": 500,
}  # fmt: skip


def figures(**said: int | str) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in said.items()}


@pytest.mark.parametrize(
    ("car", "said", "kept"),
    [
        # a car that speaks of its phases
        ((PHASED,), {"setpoint": 4000, "setpoint_l2": 3000, "setpoint_l3": 2000},
         {"setpoint": 3680, "setpoint_l2": 3000, "setpoint_l3": 2000}),
        ((PHASED,), {"setpoint": -4000, "setpoint_l2": -400, "setpoint_l3": 1000},
         {"setpoint": -2300, "setpoint_l2": 0, "setpoint_l3": 0}),
        ((PHASED,), {"limit": 4000, "limit_l2": 1000}, {"limit": 3680, "limit_l2": 1000}),
        ((PHASED,), {"setpoint": 12_000}, {"setpoint": 11_040}),
        ((PHASED,), {"setpoint": 4000}, {"setpoint": 0}),  # the least of the three together is 4,140 W
        # a phase of which it says nothing, where it says the others, it has not
        (({"maxChargePower": 3680, "maxChargePower_L2": 3680},), {"setpoint": 1, "setpoint_l2": 2, "setpoint_l3": 3},
         {"setpoint": 1, "setpoint_l2": 2, "setpoint_l3": 0}),
        # a car that speaks of totals, and figures by phase: all of them smaller
        ((TOTAL,), {"setpoint": 5500, "setpoint_l2": 5500, "setpoint_l3": 11_000},
         {"setpoint": 2750, "setpoint_l2": 2750, "setpoint_l3": 5500}),
        ((TOTAL,), {"setpoint": -6000, "setpoint_l2": -6000}, {"setpoint": -3000, "setpoint_l2": -3000}),
        ((TOTAL,), {"setpoint": 400, "setpoint_l2": 400}, {"setpoint": 0, "setpoint_l2": 0}),
        ((TOTAL,), {"setpoint": 1399}, {"setpoint": 0}),
        ((TOTAL,), {"setpoint": -599}, {"setpoint": 0}),
        ((TOTAL,), {"limit": 1399}, {"limit": 1399}),  # it may draw so much; that it cannot is its own affair
        # the plan's own limits
        (({},), {"limit": 3000, "setpoint": 5000}, {"limit": 3000, "setpoint": 3000}),
        (({},), {"limit": 3000, "limit_l2": 2000, "setpoint": 5000, "setpoint_l2": 1000},
         {"limit": 3000, "limit_l2": 2000, "setpoint": 3000, "setpoint_l2": 1000}),
        (({},), {"limit": 3000, "setpoint": 4000, "setpoint_l2": 2000},
         {"limit": 3000, "setpoint": 2000, "setpoint_l2": 1000}),
        (({},), {"discharge_limit": -1000, "setpoint": -4000}, {"discharge_limit": -1000, "setpoint": -1000}),
        # reactive
        (({}, DER), {"setpoint_reactive": 3500}, {"setpoint_reactive": 3000}),
        (({}, DER), {"setpoint_reactive": -3500}, {"setpoint_reactive": -2000}),
        (({}, DER), {"setpoint_reactive": -99}, {"setpoint_reactive": 0}),
        (({}, DER), {"setpoint_reactive": -1500, "setpoint_reactive_l2": -1500, "setpoint_reactive_l3": -1000},
         {"setpoint_reactive": -750, "setpoint_reactive_l2": -750, "setpoint_reactive_l3": -500}),
        (({}, DER_PHASED), {"setpoint_reactive": 1200, "setpoint_reactive_l2": -1200, "setpoint_reactive_l3": 5},
         {"setpoint_reactive": 1000, "setpoint_reactive_l2": -700, "setpoint_reactive_l3": 0}),
        # apparent: 4,000 W and 3,000 var are 5,000 VA; 3,200 W back leave 2,400 var, of which it can 2,000
        (({}, DER), {"setpoint": 4000, "setpoint_reactive": 3000}, {"setpoint": 4000, "setpoint_reactive": 3000}),
        (({}, DER), {"setpoint": 4800, "setpoint_reactive": 3000}, {"setpoint": 4800, "setpoint_reactive": 1400}),
        (({}, DER), {"setpoint": 6000, "setpoint_reactive": 3000}, {"setpoint": 5000, "setpoint_reactive": 0}),
        (({}, DER), {"setpoint": -3200, "setpoint_reactive": -3000}, {"setpoint": -3200, "setpoint_reactive": -2000}),
        (({}, {"maxApparentPower": 1000}), {"setpoint": -600, "setpoint_reactive": 900},
         {"setpoint": -600, "setpoint_reactive": 800}),
        (({}, DER_PHASED),
         {"setpoint": 300, "setpoint_l2": 400, "setpoint_reactive": 600, "setpoint_reactive_l2": 600},
         {"setpoint": 300, "setpoint_l2": 400, "setpoint_reactive": 400, "setpoint_reactive_l2": 300}),
        # who says nothing is cut nothing
        (({},), {"setpoint": -99_999, "setpoint_reactive": 99_999, "limit_l3": 5},
         {"setpoint": -99_999, "setpoint_reactive": 99_999, "limit_l3": 5}),
    ],
)  # fmt: skip
def test_what_the_car_cannot_do_is_cut(car: tuple[Any, ...], said: dict[str, int], kept: dict[str, int]) -> None:
    """Q01 to Q08."""
    v2x, *der = car
    cut: list[str] = []
    assert within(figures(**said), abilities(v2x, None, *der), cut) == figures(**kept)
    assert len(cut) == sum(said[name] != kept[name] for name in said), "every cut is told"


def test_a_cut_is_told_in_its_unit() -> None:
    cut: list[str] = []
    within(figures(setpoint_reactive_l2=1200, setpoint=1, setpoint_l2=0), abilities(PHASED, None, DER_PHASED), cut)
    assert cut == ["setpoint reactive L2 1200 var cut to 900 var", "setpoint 1 W cut to 0 W"]


ANY = st.dictionaries(st.sampled_from(sorted(AMOUNTS)), st.integers(-20_000, 20_000).map(Decimal), max_size=12)


@given(ANY)
@example({"limit": Decimal(-1), "limit_l2": Decimal(-2300), "setpoint_l2": Decimal(-500)})
@example({"setpoint_reactive": Decimal(-1), "setpoint_reactive_l2": Decimal(-1), "setpoint_reactive_l3": Decimal(3336)})
def test_whatever_is_left_the_car_can_do_in_total_and_in_each_of_its_phases(said: dict[str, Decimal]) -> None:
    kept = within(said, abilities(PHASED, None, DER), [])
    assert kept.keys() == said.keys()
    for kind, most, least in (("setpoint", 11_040, -6900), ("setpoint_reactive", 3000, -2000)):
        whole = sum(kept[name] for name in (kind, f"{kind}_l2", f"{kind}_l3") if name in kept)
        assert least <= whole <= most
    for name in ("setpoint_l2", "setpoint_l3"):
        assert -2300 <= kept.get(name, 0) <= 3680


def test_a_car_that_says_nothing_can_do_anything() -> None:
    assert abilities({}, None, {}) == Abilities()
