"""Below the form of a transaction: what its car needs, and what it is wished to do."""

from __future__ import annotations

from collections.abc import Iterable

from ocppbridge.admin import tones
from ocppbridge.admin.energy import NEEDS, PLAN
from ocppbridge.models import EnergyPlan, Transaction
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.text import ago, linked


def of_car(row: Transaction) -> Iterable[Panel]:
    """Nothing for a car that has told nothing."""
    told = list(row.ev_needs.order_by("-received_at", "-pk")[:5])
    plan = EnergyPlan.objects.filter(transaction=row).first()
    if not told and plan is None:
        return
    yield Panel(
        "What the car needs",
        ("Told", "Transfer", "Control", "Answered", "Why"),
        [
            (
                linked(links.change("ocppbridge.evneeds", one.pk), ago(one.received_at)),
                one.requested,
                one.control_mode or "–",
                tones.state(one.status, NEEDS, one.status),
                one.reason or "–",
            )
            for one in told
        ],
        links.change("ocppbridge.energyplan", plan.pk) if plan is not None else None,
        more=f"Its plan: {plan.get_state_display()} {plan.mode}".strip() if plan is not None else "",
        empty="It has told nothing.",
    )
    if plan is not None and plan.profile:
        yield Panel(
            "What the car is wished to do",
            ("State", "Control", "Mode", "Figures", "By"),
            [
                (
                    tones.state(plan.state, PLAN, plan.get_state_display()),
                    plan.control,
                    plan.mode,
                    ", ".join(f"{name.replace('_', ' ')} {value} W" for name, value in plan.figures.items()) or "–",
                    plan.requested_by,
                )
            ],
        )
