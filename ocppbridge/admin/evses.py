"""EVSEs with their connectors across all stations: what is free, what is faulted, and since when."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.admin.verbs import Verbs
from ocppbridge.models import Connector, Evse
from roaming.console import links
from roaming.console.pages import Rows, Shown
from roaming.console.text import BAD, PLAIN, ago, badges, code, linked


class ConnectorRows(Rows[Connector, Evse]):
    """As the station reported them."""

    model = Connector
    fields = ("number", "state", "error_code", "info", "vendor_error_code", "state_at")
    readonly_fields = fields
    show_change_link = False


@admin.register(Evse)
class EvseAdmin(Verbs[Evse], Shown[Evse]):
    """OCPP's view of a charging point."""

    list_display = ("name", "station_link", "status_shown", "since", "connectors_shown", "uid_link", "online")
    list_display_links = ("name",)
    list_filter = ("status", "connectors__error_code", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = ("uid__iexact", "station__identity__exact")
    search_help_text = "EVSE uid or station: exactly as they are"
    ordering = ("station__identity", "number")
    inlines = (ConnectorRows,)
    actions_detail = (
        "start",
        "stop",
        "unlock",
        "reset",
        {"title": "More", "icon": "more_vert", "items": ["reserve", "availability", "trigger"]},
    )
    fields = (("station_link", "number", "online"), ("status_shown", "since", "uid_link"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evse]:
        """With their connectors."""
        return super().get_queryset(request).select_related("station").prefetch_related("connectors")

    @admin.display(description="EVSE", ordering="number")
    def name(self, obj: Evse) -> SafeString | str:
        """Station and number."""
        return code(f"{obj.station} / {obj.number}")

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: Evse) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="Status", ordering="status")
    def status_shown(self, obj: Evse) -> SafeString:
        """OCPI status last derived."""
        return tones.state(obj.status, tones.EVSE)

    @admin.display(description="Since", ordering="status_at")
    def since(self, obj: Evse) -> SafeString | str:
        """Of the status."""
        return ago(obj.status_at)

    @admin.display(description="Connectors")
    def connectors_shown(self, obj: Evse) -> SafeString | str:
        """State and error of each."""
        found = obj.connectors.all()
        return (
            badges(
                (f"{one.number}: {one.state or '?'} {one.error_code}".strip(), BAD if one.error_code else PLAIN)
                for one in found
            )
            or "–"
        )

    @admin.display(description="OCPI EVSE", ordering="uid")
    def uid_link(self, obj: Evse) -> SafeString | str:
        """As partners see it."""
        return linked(links.jump("roaming.evse", uid=obj.uid), obj.uid) if obj.uid else "not offered to roaming"

    @admin.display(description="Station is")
    def online(self, obj: Evse) -> SafeString:
        """Online or not."""
        return tones.online(obj.station)
