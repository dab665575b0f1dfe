"""The stations on the home page."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q

from ocppbridge.admin import tones
from ocppbridge.models import Alert, Conformity, Quarantined, Station, Transaction
from roaming.console import home, links
from roaming.console.home import Panel, Tile
from roaming.console.text import ago, cut, lasted, linked, masked, number


@home.shows(10, "ocppbridge.view_station")
def stations() -> Iterable[Tile | Panel]:
    """Who is there."""
    counts = Station.objects.aggregate(total=Count("pk"), online=Count("pk", filter=Q(connection__isnull=False)))
    away = counts["total"] - counts["online"]
    yield Tile(
        "Stations online",
        f"{counts['online']} of {counts['total']}",
        f"{away} away" if away else "all are there",
        links.changelist("ocppbridge.station"),
        "warn" if away else "good",
    )
    held = Station.objects.exclude(boot_policy=Station.Boot.ACCEPTED).count()
    if held:
        held_list = links.changelist("ocppbridge.station", boot_policy__exact=Station.Boot.PENDING)
        yield Tile("Stations held", held, "pending or rejected by staff", held_list, "warn")
    yield from _drift()


def _drift() -> Iterable[Tile]:
    state = Conformity.State
    rows = Conformity.objects.aggregate(
        total=Count("pk"),
        off=Count("pk", filter=Q(state__in=[state.DIFFERS, state.REFUSED])),
        same=Count("pk", filter=Q(state=state.SAME)),
    )
    if not rows["total"]:
        return
    if rows["off"]:
        note, tone = f"of {rows['total']} not configured as wanted", "warn"
    elif rows["same"] == rows["total"]:
        note, tone = "all are as wanted", "good"
    else:
        note, tone = f"{rows['same']} of {rows['total']} seen as wanted so far", ""
    yield Tile("Configuration drift", rows["off"], note, links.changelist("ocppbridge.conformity"), tone)


@home.shows(15, "ocppbridge.view_transaction")
def transactions() -> Iterable[Tile | Panel]:
    """Who charges."""
    running = Transaction.objects.filter(state=Transaction.State.RUNNING)
    yield Tile(
        "Charging now",
        running.count(),
        "transactions on our stations",
        links.changelist("ocppbridge.transaction", state__exact="running"),
    )
    yield Panel(
        "Charging now",
        ("Station", "EVSE", "State", "Token", "Energy", "Since"),
        [
            (
                linked(links.change("ocppbridge.transaction", one.pk), one.station),
                one.evse_number,
                one.charging_state or "–",
                masked(one.id_token),
                f"{number(one.energy_import / 1000, 3)} kWh",
                lasted(one.started_at, None),
            )
            for one in running.select_related("station").order_by("-started_at")[:8]
        ],
        links.changelist("ocppbridge.transaction", state__exact="running"),
        empty="No transaction is running.",
    )


@home.shows(50, "ocppbridge.view_alert")
def alerts() -> Iterable[Tile | Panel]:
    """What to look at."""
    unseen = Alert.objects.filter(acknowledged_at=None)
    parked = Quarantined.objects.filter(resolved_at=None).count()
    count = unseen.count()
    worst = unseen.filter(severity=Alert.Severity.CRITICAL).exists()
    yield Tile(
        "Alerts open",
        count,
        "",
        links.changelist("ocppbridge.alert", seen="no"),
        "bad" if worst else "warn" if count else "good",
    )
    yield Tile(
        "Frames in quarantine",
        parked,
        "could not be applied" if parked else "",
        links.changelist("ocppbridge.quarantined", resolved="no"),
        "bad" if parked else "good",
    )
    if count:
        yield Panel(
            "Open alerts",
            ("Severity", "What", "Station", "Times", "Last"),
            [
                (
                    tones.state(one.severity, tones.SEVERITY),
                    linked(links.change("ocppbridge.alert", one.pk), cut(one.text, 80)),
                    one.station or "–",
                    one.count,
                    ago(one.last_at),
                )
                for one in unseen.select_related("station").order_by("-last_at")[:8]
            ],
            links.changelist("ocppbridge.alert", seen="no"),
        )
