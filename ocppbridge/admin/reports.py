"""What stations told that is neither a state nor a transaction."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from ocppbridge.models import Report
from roaming.console import links
from roaming.console.pages import Shown
from roaming.console.text import ago, linked, pretty_value


@admin.register(Report)
class ReportAdmin(Shown[Report]):
    """Firmware, diagnostics, events, device model."""

    list_display = ("when", "station_link", "action", "summary")
    list_display_links = ("when", "action")
    list_filter = ("action", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = ("station__identity__exact", "summary")
    ordering = ("-at",)
    fields = (("station_link", "action", "at"), "summary", "payload_shown")

    @admin.display(description="At", ordering="at")
    def when(self, obj: Report) -> SafeString | str:
        """When it came."""
        return ago(obj.at)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: Report) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="Payload")
    def payload_shown(self, obj: Report) -> SafeString | str:
        """As sent."""
        return pretty_value(obj.payload)
