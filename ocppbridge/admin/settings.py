"""What stations report of themselves: settings with their limits and the last write, and the reports they came in."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.models import DeviceReport, Setting
from roaming.console import links
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, WARN, ago, badge, code, cut, linked

_WRITES = {"Accepted": GOOD, "RebootRequired": WARN, "no answer": WARN}
_REPORTS = {"asked": NOTE, "coming": NOTE, "whole": GOOD, "empty": GOOD, "refused": BAD, "broken": WARN}


@admin.register(Setting)
class SettingAdmin(Shown[Setting]):
    """One attribute of one variable of one station, or a 1.6 key."""

    list_display = ("named", "station_link", "value_shown", "may", "limits", "read", "write")
    list_display_links = ("named",)
    list_filter = (
        "mutability",
        "write_status",
        "component",
        ("station", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("station",)
    search_fields = ("name__icontains", "component__icontains", "instance__icontains", "value__icontains",
                     "station__identity__exact")  # fmt: skip
    search_help_text = "Part of a name or a value; a station's identity as it is"
    ordering = ("station__identity", "component", "evse_number", "name", "instance", "id")
    fields = (
        ("station_link", "named"),
        "value",
        ("may", "limits", "data_type"),
        ("persistent", "constant", "monitored"),
        "choices",
        ("reported_at",),
        ("written", "write_status", "write_reason", "written_at"),
    )

    @admin.display(description="Setting", ordering="name")
    def named(self, obj: Setting) -> SafeString | str:
        """Component, place, variable, instance, attribute."""
        return code(obj)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: Setting) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="Value", ordering="value")
    def value_shown(self, obj: Setting) -> SafeString | str:
        """As last reported, with its unit."""
        if obj.value is None:
            return "–"
        return cut(f"{obj.value} {obj.unit}".strip(), 60)

    @admin.display(description="Access", ordering="mutability")
    def may(self, obj: Setting) -> str:
        """What may be done with it."""
        return "constant" if obj.constant else obj.mutability or "–"

    @admin.display(description="Limits")
    def limits(self, obj: Setting) -> SafeString | str:
        """Between what, or one of what."""
        if obj.choices:
            return cut(obj.choices, 50)
        return f"{obj.least or '…'} to {obj.most or '…'}" if obj.least or obj.most else "–"

    @admin.display(description="Reported", ordering="reported_at")
    def read(self, obj: Setting) -> SafeString | str:
        """When."""
        return ago(obj.reported_at)

    @admin.display(description="Last write", ordering="written_at")
    def write(self, obj: Setting) -> SafeString | str:
        """What came of it."""
        return badge(obj.write_status, _WRITES.get(obj.write_status, BAD)) if obj.write_status else "–"


@admin.register(DeviceReport)
class DeviceReportAdmin(Shown[DeviceReport]):
    """One report that was asked for."""

    list_display = ("asked", "station_link", "inventory", "standing", "came", "entries", "requested_by")
    list_display_links = ("asked",)
    list_filter = ("state", "inventory", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = ("station__identity__exact",)
    ordering = ("-id",)
    fields = (
        ("station_link", "inventory", "requested_by", "others"),
        ("standing", "reason", "tries"),
        ("came", "entries"),
        ("asked_at", "heard_at", "call_link", "settings_link"),
    )

    @admin.display(description="Asked", ordering="asked_at")
    def asked(self, obj: DeviceReport) -> SafeString | str:
        """When."""
        return ago(obj.asked_at)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: DeviceReport) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: DeviceReport) -> SafeString:
        """How far it is."""
        return tones.state(obj.state, _REPORTS, obj.get_state_display())

    @admin.display(description="Parts")
    def came(self, obj: DeviceReport) -> str:
        """Of how many."""
        return f"{len(obj.parts)} of {'?' if obj.last_part is None else obj.last_part + 1}"

    @admin.display(description="Further reports")
    def others(self, obj: DeviceReport) -> SafeString | str:
        """Of a long question."""
        found = obj.rest.order_by("pk") if obj.first_id is None else [obj.first]
        each = [linked(links.change("ocppbridge.devicereport", one.pk), one.pk) for one in found if one is not None]
        return format_html_join(", ", "{}", ((one,) for one in each)) or "–"

    @admin.display(description="Call")
    def call_link(self, obj: DeviceReport) -> SafeString | str:
        """What the station was asked."""
        return linked(links.change("ocppbridge.call", obj.call_id), obj.call) if obj.call_id else "–"

    @admin.display(description="What it has")
    def settings_link(self, obj: DeviceReport) -> SafeString | str:
        """All settings of the station."""
        return linked(links.changelist("ocppbridge.setting", station__id__exact=obj.station_id), "settings")
