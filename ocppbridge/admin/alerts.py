"""Alerts: what somebody should look at, until somebody has."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.models import Alert
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.pages import Shown
from roaming.console.text import GOOD, WARN, ago, badge, linked


class Seen(admin.SimpleListFilter):
    """Acknowledged or not."""

    title = "standing"
    parameter_name = "seen"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Two choices."""
        return [("no", "open"), ("yes", "acknowledged")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        """By acknowledged_at."""
        match self.value():
            case "no":
                return queryset.filter(acknowledged_at=None)
            case "yes":
                return queryset.exclude(acknowledged_at=None)
        return queryset


@admin.register(Alert)
class AlertAdmin(Shown[Alert]):
    """Equal ones count up."""

    list_display = ("level", "text", "station_link", "code", "count", "last", "first", "standing")
    list_display_links = ("text",)
    list_filter = (Seen, "severity", "code")
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

    @button(
        "Acknowledge", icon="check", text="Somebody has looked at it.", fits=lambda obj: obj.acknowledged_at is None
    )
    def acknowledge(self, request: HttpRequest, obj: Alert, form: Question) -> None:
        """The next equal one starts anew."""
        _acknowledge(request, Alert.objects.filter(pk=obj.pk))

    @admin.action(description="Acknowledge", permissions=["operate"])
    def acknowledge_selected(self, request: HttpRequest, rows: QuerySet[Alert]) -> None:
        """Several at once."""
        _acknowledge(request, rows)

    @admin.display(description="Severity", ordering="severity")
    def level(self, obj: Alert) -> SafeString:
        """How urgent."""
        return tones.state(obj.severity, tones.SEVERITY)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: Alert) -> SafeString | str:
        """If it is about one."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station) if obj.station else "–"

    @admin.display(description="Last", ordering="last_at")
    def last(self, obj: Alert) -> SafeString | str:
        """When it happened last."""
        return ago(obj.last_at)

    @admin.display(description="First", ordering="first_at")
    def first(self, obj: Alert) -> SafeString | str:
        """When it began."""
        return ago(obj.first_at)

    @admin.display(description="Standing")
    def standing(self, obj: Alert) -> SafeString:
        """Open until acknowledged."""
        return badge("open", WARN) if obj.acknowledged_at is None else badge("acknowledged", GOOD)


def _acknowledge(request: HttpRequest, rows: QuerySet[Alert]) -> None:
    count = rows.filter(acknowledged_at=None).update(
        acknowledged_at=timezone.now(), acknowledged_by=request.user.get_username()
    )
    messages.success(request, f"{count} acknowledged.")
