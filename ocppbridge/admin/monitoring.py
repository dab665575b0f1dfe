"""Monitors of stations, the events that they told, and periodic event streams."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.admin.calling import refusing
from ocppbridge.charging.intents import Pace
from ocppbridge.charging.monitoring import SEVERITIES
from ocppbridge.models import EventStream, Monitor, StationEvent
from ocppbridge.services import monitoring, streams
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.home import Panel
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, WARN, ago, at, badge, code, cut, linked, number

STREAMS = {"open": GOOD, "refused": PLAIN, "closed": PLAIN}


def severity(level: int | None) -> SafeString | str:
    """As a word."""
    if level is None:
        return "–"
    word = SEVERITIES[level] if level < len(SEVERITIES) else str(level)
    return badge(f"{level} {word}", BAD if level <= 4 else WARN if level <= 6 else PLAIN)


@admin.register(Monitor)
class MonitorAdmin(Shown[Monitor]):
    """One monitor."""

    list_display = ("named", "station_link", "monitor_id", "rule", "severity_shown", "origin", "standing")
    list_display_links = ("named",)
    list_filter = ("type", "severity", "origin", "status", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = ("name__icontains", "component__icontains", "station__identity__exact")
    ordering = ("station__identity", "component", "evse_number", "name", "id")
    actions_detail = ("clear",)
    fields = (
        ("station_link", "named", "monitor_id"),
        ("rule", "severity_shown", "transaction"),
        ("origin", "interval", "values"),
        ("standing", "reason", "requested_by"),
        ("asked_at", "reported_at"),
    )

    @button(
        "Clear",
        icon="delete",
        danger=True,
        fits=lambda obj: obj.monitor_id is not None,
        text="The station is asked to take it off.",
    )
    def clear(self, request: HttpRequest, obj: Monitor, form: Question) -> None:
        """N06."""
        with refusing():
            monitoring.clear(obj.station, [int(obj.monitor_id or 0)], by=request.user.get_username())
        messages.success(request, f"{obj.station} is asked; reload this page for its answer.")

    @admin.display(description="On", ordering="name")
    def named(self, obj: Monitor) -> SafeString | str:
        """Component, place, variable."""
        return code(obj)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: Monitor) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="Tells at", ordering="type")
    def rule(self, obj: Monitor) -> str:
        """Type and value."""
        return f"{obj.type} {number(obj.value, 3)}"

    @admin.display(description="Severity", ordering="severity")
    def severity_shown(self, obj: Monitor) -> SafeString | str:
        """As a word."""
        return severity(obj.severity)

    @admin.display(description="Answer", ordering="status")
    def standing(self, obj: Monitor) -> SafeString | str:
        """What the station made of it."""
        tone = GOOD if obj.status == "Accepted" else NOTE if obj.status == "asked" else BAD
        return badge(obj.status, tone) if obj.status else "–"


@admin.register(StationEvent)
class EventAdmin(Shown[StationEvent]):
    """One event."""

    list_display = ("came", "station_link", "named", "value_shown", "severity_shown", "trigger", "kind", "cleared")
    list_display_links = ("came",)
    list_filter = ("severity", "trigger", "kind", "cleared", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = ("station__identity__exact", "component__iexact", "tech_code__exact", "transaction_id__exact")
    ordering = ("-received_at",)
    fields = (
        ("station_link", "named", "value"),
        ("severity_shown", "trigger", "kind", "cleared"),
        ("at", "received_at"),
        ("tech_code", "tech_info"),
        ("event_id", "cause", "monitor_id", "transaction_id"),
    )

    @admin.display(description="Came", ordering="received_at")
    def came(self, obj: StationEvent) -> SafeString | str:
        """When."""
        return ago(obj.received_at)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: StationEvent) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="Of", ordering="component")
    def named(self, obj: StationEvent) -> SafeString | str:
        """Component, place, variable."""
        return code(obj)

    @admin.display(description="Value")
    def value_shown(self, obj: StationEvent) -> SafeString | str:
        """As told."""
        return cut(obj.value, 60)

    @admin.display(description="Severity", ordering="severity")
    def severity_shown(self, obj: StationEvent) -> SafeString | str:
        """As a word."""
        return severity(obj.severity)


class PaceQuestion(Question):
    """How often."""

    interval = forms.IntegerField(required=False, min_value=0, help_text="seconds between two messages")
    values = forms.IntegerField(required=False, min_value=0, help_text="values in one message, at most")


@admin.register(EventStream)
class StreamAdmin(Shown[EventStream]):
    """One stream."""

    list_display = ("opened", "station_link", "stream_id", "monitor_id", "standing", "told", "last")
    list_display_links = ("opened",)
    list_filter = ("state", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = ("station__identity__exact",)
    ordering = ("-id",)
    actions_detail = ("adjust",)
    fields = (
        ("station_link", "stream_id", "monitor_id"),
        ("standing", "interval", "values"),
        ("told", "pending"),
        ("opened_at", "told_at", "closed_at"),
    )

    @button(
        "Adjust",
        icon="speed",
        form=PaceQuestion,
        fits=lambda obj: obj.state == EventStream.State.OPEN,
        text="The station is asked for another pace.",
    )
    def adjust(self, request: HttpRequest, obj: EventStream, form: Question) -> None:
        """N13."""
        said = form.cleaned_data
        with refusing():
            streams.adjust(obj, Pace(said["interval"], said["values"]), request.user.get_username())
        messages.success(request, f"{obj.station} is asked; reload this page for its answer.")

    def panels(self, request: HttpRequest, obj: EventStream) -> Iterable[Panel]:
        """What came last."""
        yield Panel(
            "Values, the last first",
            ("At", "Value"),
            [(at(one.at), one.value) for one in obj.rows.order_by("-at")[:50]],
        )

    @admin.display(description="Opened", ordering="opened_at")
    def opened(self, obj: EventStream) -> SafeString | str:
        """When."""
        return ago(obj.opened_at)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: EventStream) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: EventStream) -> SafeString:
        """Of its life."""
        return tones.state(obj.state, STREAMS, obj.get_state_display())

    @admin.display(description="Last", ordering="told_at")
    def last(self, obj: EventStream) -> SafeString | str:
        """When values came."""
        return ago(obj.told_at)
