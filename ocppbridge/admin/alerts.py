"""Alerts: what somebody should look at, until somebody has."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.models import Alert
from roaming.console import links
from roaming.console.acknowledging import Acknowledged, Standing
from roaming.console.pages import Shown
from roaming.console.text import linked


@admin.register(Alert)
class AlertAdmin(Acknowledged[Alert], Shown[Alert]):
    """Equal ones count up."""

    list_display = ("level", "text", "station_link", "code", "count", "last", "first", "standing")
    list_display_links = ("text",)
    list_filter = (Standing, "severity", "code")
    list_select_related = ("station",)
    search_fields = ("station__identity__exact", "code__iexact", "text")
    ordering = ("-last_at",)
    actions = ("acknowledge_selected",)
    actions_detail = ("acknowledge",)
    fields = (
        ("level", "code", "count"),
        "text",
        "station_link",
        ("first_at", "last_at"),
        ("standing", "acknowledged_at", "acknowledged_by"),
    )

    @admin.display(description="Severity", ordering="severity")
    def level(self, obj: Alert) -> SafeString:
        """How urgent."""
        return tones.state(obj.severity, tones.SEVERITY)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: Alert) -> SafeString | str:
        """If it is about one."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station) if obj.station else "–"
