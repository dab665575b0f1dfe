"""Stations: who is there, in which state, and what can be asked of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ocppbridge.admin import questions, tones
from ocppbridge.admin.configuration import OwnWantedRows
from ocppbridge.admin.der import GridSupport
from ocppbridge.admin.paying import Paying
from ocppbridge.admin.powering import Powering
from ocppbridge.admin.provisioning import Provisioning
from ocppbridge.admin.securing import Securing
from ocppbridge.admin.station_buttons import BUTTONS
from ocppbridge.admin.station_parts import EvseRows, panels
from ocppbridge.admin.upkeep import Upkeep
from ocppbridge.admin.verbs import Verbs
from ocppbridge.bridge import sites
from ocppbridge.models import Alert, Station, Transaction
from roaming.console import links
from roaming.console.asking import Question, Refused, button, shown_once
from roaming.console.home import Panel
from roaming.console.pages import Page
from roaming.console.text import PLAIN, WARN, ago, badge, badges, code, linked

SHORT = {
    "AVAILABLE": "free",
    "CHARGING": "charging",
    "BLOCKED": "in use",
    "OUTOFORDER": "faulted",
    "INOPERATIVE": "out of service",
}


class Online(admin.SimpleListFilter):
    """With a socket or without."""

    title = "connection"
    parameter_name = "online"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """What staff look for."""
        return [("yes", "online"), ("no", "offline"), ("never", "never seen")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Station]) -> QuerySet[Station]:
        """By the connection."""
        match self.value():
            case "yes":
                return queryset.filter(connection__isnull=False)
            case "no":
                return queryset.filter(connection=None)
            case "never":
                return queryset.filter(connection=None, last_seen_at=None)
        return queryset


@admin.register(Station)
class StationAdmin(
    Verbs[Station],
    Securing[Station],
    Provisioning[Station],
    Upkeep[Station],
    GridSupport[Station],
    Paying[Station],
    Powering[Station],
    Page[Station],
):
    """One charging station."""

    list_display = (
        "identity",
        "connection_shown",
        "points",
        "running",
        "party",
        "location",
        "hardware",
        "protocol",
        "seen",
        "trouble",
    )
    list_filter = (
        Online,
        "blocked",
        "boot_policy",
        "boot_status",
        "subprotocol",
        "security_minimum",
        "security_profile",
        "evses__status",
        "vendor",
        "country_code",
        "party_id",
    )
    search_fields = ("identity", "name", "serial_number", "location_id__iexact", "evses__uid__iexact")
    search_help_text = "Identity, name or serial number; location id or EVSE uid as they are"
    ordering = ("identity",)
    inlines = (EvseRows, OwnWantedRows)
    actions_list = ("add_station",)
    actions_detail = BUTTONS
    readonly_fields = (
        "identity",
        "party",
        "connection_shown",
        "seen",
        "booted_at",
        "boot_reason",
        "boot_status_shown",
        "vendor",
        "model",
        "serial_number",
        "firmware_version",
        "subprotocol",
        "place",
        "security_profile",
        "security_target",
        "password_shown",
        "held",
        "journal",
    )
    fieldsets = (
        (None, {"fields": [("identity", "name", "party"), ("connection_shown", "seen", "subprotocol")]}),
        ("Roaming", {"fields": [("location_id", "place")]}),
        ("Access", {"fields": [("blocked", "lenient", "boot_policy"), ("journal",)]}),
        (
            "Security",
            {"fields": [("security_minimum", "security_profile", "security_target"), ("password_shown", "held")]},
        ),
        (
            "Hardware, as it said at its last boot",
            {
                "fields": [
                    ("vendor", "model", "serial_number"),
                    ("firmware_version", "booted_at"),
                    ("boot_reason", "boot_status_shown"),
                ]
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Station]:
        """With what the list shows, in a fixed number of queries."""
        mine = OuterRef("pk")
        running = Transaction.objects.filter(station=mine, state=Transaction.State.RUNNING).values("station")
        alerts = Alert.objects.filter(station=mine, acknowledged_at=None).values("station")
        return (
            super()
            .get_queryset(request)
            .prefetch_related("evses")
            .annotate(
                running_count=Coalesce(Subquery(running.annotate(n=Count("pk")).values("n")), 0),
                alert_count=Coalesce(Subquery(alerts.annotate(n=Count("pk")).values("n")), 0),
            )
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """By the button, which also makes its password and place."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Station | None = None) -> bool:
        """Only one that never charged: its history would go with it. Block the others."""
        used = isinstance(obj, Station) and obj.transactions.exists()
        return obj is not None and not used and super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Its calls and connections go with it, although nobody may delete one of those alone."""
        shown, counts, _, protected = super().get_deleted_objects(objs, request)
        return shown, counts, set(), protected

    @button(
        "Add a station",
        icon="add",
        submit="Add",
        form=questions.NewStation,
        text="Its operator and its OCPI location are made where they are missing.",
    )
    def add_station(self, request: HttpRequest, obj: None, form: Question) -> HttpResponse:
        """The password is shown once."""
        said = form.cleaned_data
        try:
            site = sites.add(
                said["identity"],
                said["party"],
                location=said["location"],
                evses=said["evses"],
                tariff=said["tariff"],
                password=said["password"] or None,
                name=said["name"],
            )
        except sites.CannotAdd as problem:
            raise Refused(str(problem)) from None
        values = {"URL": site.url, "Password (HTTP Basic, user is the identity)": site.password}
        return shown_once(self, request, site.station, "Station added", values, " ".join(site.notes))

    @admin.display(description="Connection", ordering="connection")
    def connection_shown(self, obj: Station) -> SafeString:
        """Online, offline or blocked."""
        return tones.online(obj)

    @admin.display(description="EVSEs")
    def points(self, obj: Station) -> SafeString | str:
        """How many in which state."""
        counts = Counter(evse.status for evse in obj.evses.all())
        return (
            badges(
                (f"{n} {SHORT.get(status, status.lower())}", tones.EVSE.get(status, PLAIN))
                for status, n in counts.items()
            )
            or "–"
        )

    @admin.display(description="Charging", ordering="running_count")
    def running(self, obj: Any) -> SafeString | str:
        """Running transactions."""
        url = links.changelist("ocppbridge.transaction", state__exact="running", station__id__exact=obj.pk)
        return linked(url, obj.running_count) if obj.running_count else "–"

    @admin.display(description="Operator", ordering="party_id")
    def party(self, obj: Station) -> SafeString | str:
        """The hosted CPO."""
        return code(f"{obj.country_code}/{obj.party_id}")

    @admin.display(description="Location", ordering="location_id")
    def location(self, obj: Station) -> str:
        """OCPI id."""
        return obj.location_id or "–"

    @admin.display(description="Location's page")
    def place(self, obj: Station) -> SafeString | str:
        """In the OCPI part."""
        query = {"country_code": obj.country_code, "party_id": obj.party_id, "object_key": obj.location_id.upper()}
        return (
            linked(links.jump("roaming.location", **query), obj.location_id)
            if obj.location_id
            else "not offered to roaming"
        )

    @admin.display(description="Hardware", ordering="vendor")
    def hardware(self, obj: Station) -> str:
        """Vendor and model."""
        return f"{obj.vendor} {obj.model}".strip() or "–"

    @admin.display(description="OCPP", ordering="subprotocol")
    def protocol(self, obj: Station) -> str:
        """Version."""
        return obj.subprotocol.removeprefix("ocpp") or "–"

    @admin.display(description="Last seen", ordering="last_seen_at")
    def seen(self, obj: Station) -> SafeString | str:
        """When anything came from it."""
        return ago(obj.last_seen_at)

    @admin.display(description="Alerts", ordering="alert_count")
    def trouble(self, obj: Any) -> SafeString | str:
        """Open ones."""
        url = links.changelist("ocppbridge.alert", seen="no", q=obj.identity)
        return linked(url, badge(str(obj.alert_count), WARN)) if obj.alert_count else "–"

    @admin.display(description="Last boot was")
    def boot_status_shown(self, obj: Station) -> SafeString | str:
        """What we answered."""
        return tones.state(obj.boot_status, tones.BOOT) if obj.boot_status else "–"

    @admin.display(description="Journal")
    def journal(self, obj: Station) -> SafeString | str:
        """In both protocols."""
        frames = linked(links.changelist("ocppbridge.frame", station__id__exact=obj.pk), "frames")
        exchanges = linked(links.changelist("roaming.exchange", q=obj.identity), "OCPI exchanges")
        settings = linked(links.changelist("ocppbridge.setting", station__id__exact=obj.pk), "settings")
        return format_html("{}, {}, {}", frames, exchanges, settings)

    def panels(self, request: HttpRequest, obj: Station) -> Iterable[Panel]:
        """Transactions, calls, frames."""
        return panels(obj)
