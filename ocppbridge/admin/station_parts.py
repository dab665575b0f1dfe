"""Below the form of a station: its EVSEs, and what it did last."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from ocppbridge.admin import powering, tones
from ocppbridge.admin.configuration import configured
from ocppbridge.admin.frames import HEADERS, rows
from ocppbridge.models import Call, Evse, Frame, Station
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.pages import EditedRows
from roaming.console.text import BAD, PLAIN, ago, badges, lasted, linked, masked, number


class EvseRows(EditedRows[Evse, Station]):
    """Which OCPI EVSE each one is; an empty uid keeps it out of roaming."""

    model = Evse
    fields = ("number", "uid", "status_shown", "connectors_shown")
    readonly_fields = ("status_shown", "connectors_shown")
    verbose_name_plural = "EVSEs"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evse]:
        """With their connectors."""
        return super().get_queryset(request).prefetch_related("connectors")

    @admin.display(description="Status")
    def status_shown(self, obj: Evse) -> SafeString:
        """OCPI status last derived."""
        return tones.state(obj.status, tones.EVSE)

    @admin.display(description="Connectors, as the station says")
    def connectors_shown(self, obj: Evse) -> SafeString | str:
        """State and error of each."""
        found = obj.connectors.all() if obj.pk else []
        words = [
            (f"{one.number}: {one.state or '?'} {one.error_code}".strip(), BAD if one.error_code else PLAIN)
            for one in found
        ]
        return badges(words) or "–"


def panels(station: Station) -> Iterable[Panel]:
    """What is wanted of it, transactions, calls, frames."""
    yield from configured(station)
    yield from _availability(station)
    yield from powering.panels(station)
    yield Panel(
        "Transactions",
        ("Started", "EVSE", "State", "Token", "Energy", "Duration"),
        [
            (
                linked(links.change("ocppbridge.transaction", one.pk), ago(one.started_at)),
                one.evse_number,
                tones.state(one.state, tones.TRANSACTION, one.get_state_display()),
                masked(one.id_token),
                f"{number(one.energy_import / 1000, 3)} kWh",
                lasted(one.started_at, one.ended_at),
            )
            for one in station.transactions.order_by("-started_at")[:8]
        ],
        links.changelist("ocppbridge.transaction", q=station.identity),
        empty="None yet.",
    )
    yield Panel(
        "Calls of ours",
        ("Made", "Action", "State", "Outcome", "By"),
        [
            (
                linked(links.change("ocppbridge.call", one.pk), ago(one.created_at)),
                one.action,
                tones.state(one.state, tones.CALL, one.get_state_display()),
                tones.outcome(one.outcome),
                one.requested_by or one.purpose,
            )
            for one in Call.objects.filter(station=station).order_by("-created_at")[:8]
        ],
        links.changelist("ocppbridge.call", q=station.identity),
        empty="None yet.",
    )
    said = Frame.objects.filter(station=station).order_by("-at", "-id")[:15]
    whole = links.changelist("ocppbridge.frame", station__id__exact=station.pk)
    yield Panel("Frames, the last first", HEADERS, rows(said), whole)


def _availability(station: Station) -> Iterable[Panel]:
    """The last wish for each place; nothing if there never was one."""
    wishes = [
        (str(one), tones.state(one.state, tones.AVAILABILITY, one.get_state_display()), one.reason or "–", ago(one.at))
        for one in station.availabilities.all()
    ]
    if wishes:
        yield Panel("In and out of service", ("Asked for", "Outcome", "Reason", "Since"), wishes)
