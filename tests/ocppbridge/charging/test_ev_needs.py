"""The needs of a car: read, and judged by the table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ocppbridge.charging.energy_transfer import Offer
from ocppbridge.charging.ev_needs import Abilities, First, abilities, judge
from ocppbridge.charging.v2x_messages import NeedsTold

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
CAR = {"maxChargePower": 10_000, "maxDischargePower": 5000, "evMinEnergyRequest": 5000}
ALLOWED = ("AC_three_phase", "AC_BPT")


def told(requested: str = "AC_BPT", *, hours: float | None = None, control: str | None = None, **car: Any) -> NeedsTold:
    departure = None if hours is None else NOW + timedelta(hours=hours)
    return NeedsTold(1, requested, control_mode=control, departure=departure, v2x={**CAR, **car})


STEERED = told(control="DynamicControl")
WINDOW = told(evMinV2XEnergyRequest=2, evMaxV2XEnergyRequest=1)


@pytest.mark.parametrize(
    ("needs", "offered", "first", "steered", "status", "code"),
    [
        (told(), Offer(), First.CHARGE, False, "Accepted", ""),
        (told(), Offer(), First.IDLE, False, "Accepted", ""),
        (told(), Offer(), First.WAIT, False, "Processing", "Planning"),
        (told(), Offer(), First.WAIT, True, "Accepted", ""),
        (told(), Offer(), First.NONE, False, "NoChargingProfile", "NoProfile"),
        (told(), Offer(), First.NONE, True, "Accepted", ""),
        (told(), Offer("none here"), First.CHARGE, False, "Rejected", "V2XNotOffered"),
        (told("DC_BPT"), Offer(), First.CHARGE, False, "Rejected", "TransferNotAllowed"),
        (told("DC"), Offer("none here"), First.CHARGE, False, "NoChargingProfile", "NoProfile"),
        (told("AC_three_phase"), Offer(), First.CHARGE, False, "NoChargingProfile", "NoProfile"),
        (STEERED, Offer(dynamic=False), First.CHARGE, False, "NoChargingProfile", "NoDynamicProfiles"),
        (STEERED, Offer(), First.CHARGE, False, "Accepted", ""),
        (told(hours=-1), Offer(), First.CHARGE, False, "Rejected", "InvalidNeeds"),
        (told(hours=0.4), Offer(), First.CHARGE, False, "NoChargingProfile", "NotEnoughTime"),
        (told(hours=0.5), Offer(), First.CHARGE, False, "Accepted", ""),
        (told(hours=0.4, evMinEnergyRequest=-100), Offer(), First.CHARGE, False, "Accepted", ""),
        (told(minChargePower=10_001), Offer(), First.CHARGE, False, "Rejected", "InvalidNeeds"),
        (told(minDischargePower=5001), Offer(), First.CHARGE, False, "Rejected", "InvalidNeeds"),
        (WINDOW, Offer(), First.CHARGE, False, "Rejected", "InvalidNeeds"),
    ],
)  # fmt: skip
def test_the_table(needs: NeedsTold, offered: Offer, first: First, steered: bool, status: str, code: str) -> None:
    """K15, Q01: every line, and what lies just beside it."""
    found = judge(needs, offered, ALLOWED, NOW, first=first, steered=steered)
    assert (found.status, found.code) == (status, code)
    assert len(found.code) <= 20
    assert bool(found.reason) == (status != "Accepted")


@pytest.mark.parametrize(
    ("needs", "steered", "status"),
    [
        (NeedsTold(1, "AC_three_phase", control_mode="DynamicControl"), False, "Accepted"),
        (NeedsTold(1, "DC"), False, "Rejected"),
        (NeedsTold(1, "AC_three_phase", ac={"evMinCurrent": 17, "evMaxCurrent": 16}), False, "Rejected"),
        (told(), False, "NoChargingProfile"),
    ],
)
def test_a_car_that_only_charges_is_made_a_schedule(needs: NeedsTold, steered: bool, status: str) -> None:
    """K15.FR.03; one that may give energy back is not, only because others are."""
    found = judge(needs, Offer(), ALLOWED, NOW, first=First.NONE, steered=steered, scheduled=True)
    assert found.status == status


def test_powers_are_totals_of_the_phases_and_discharging_has_no_sign() -> None:
    found = abilities({"maxChargePower": 1000, "maxChargePower_L2": 1000.5, "maxDischargePower": -700})
    assert (found.charge, found.discharge) == (Decimal("2000.5"), Decimal(700))


def test_what_v2x_leaves_out_is_taken_from_the_direct_current() -> None:
    found = abilities({}, {"evMaxPower": 50_000, "energyAmount": 30_000})
    assert (found.charge, found.target_energy) == (Decimal(50_000), Decimal(30_000))
    assert abilities({}) == Abilities()
