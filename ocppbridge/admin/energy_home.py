"""Cars that are steered, and faults of the grid, on the home page; nothing where there are none."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q

from ocppbridge.models import DerAlarm, EnergyPlan
from ocppbridge.services import energy_plans
from roaming.console import home, links
from roaming.console.home import Panel, Tile


@home.shows(18, "ocppbridge.view_energyplan")
def steered() -> Iterable[Tile | Panel]:
    """How many, and how many that have not been told what holds."""
    open_ones = Q(state__in=energy_plans.OPEN)
    rows = EnergyPlan.objects.aggregate(
        steered=Count("pk", filter=open_ones), untold=Count("pk", filter=Q(state="stale"))
    )
    if rows["steered"]:
        note = f"{rows['untold']} to be told again" if rows["untold"] else "all are told"
        url, tone = (
            links.changelist("ocppbridge.energyplan", state__exact="holds"),
            "warn" if rows["untold"] else "good",
        )
        yield Tile("Cars steered", rows["steered"], note, url, tone)
    faults = DerAlarm.objects.filter(ended_at=None).count()
    if faults:
        yield Tile("Faults of the grid", faults, "not over yet", links.changelist("ocppbridge.deralarm"), "bad")
