"""Sockets: when each opened, who held it, why it closed."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from ocppbridge.models import Connection
from roaming.console import links
from roaming.console.pages import Shown
from roaming.console.text import GOOD, PLAIN, ago, badge, code, lasted, linked


class Open(admin.SimpleListFilter):
    """Still there or not."""

    title = "standing"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Two choices."""
        return [("yes", "open"), ("no", "closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Connection]) -> QuerySet[Connection]:
        """By closed_at."""
        match self.value():
            case "yes":
                return queryset.filter(closed_at=None)
            case "no":
                return queryset.exclude(closed_at=None)
        return queryset


@admin.register(Connection)
class ConnectionAdmin(Shown[Connection]):
    """One row a socket."""

    list_display = (
        "number",
        "station_link",
        "standing",
        "opened",
        "duration",
        "subprotocol",
        "security_profile",
        "peer",
        "node",
        "why_closed",
    )
    list_display_links = ("number",)
    list_filter = (Open, "subprotocol", "security_profile", "node", "close_code")
    list_select_related = ("station",)
    search_fields = ("station__identity__exact", "peer__startswith")
    search_help_text = "Station, or the beginning of the peer's address"
    ordering = ("-id",)
    fields = (
        ("station_link", "standing", "subprotocol", "security_profile"),
        ("opened_at", "alive_at", "closed_at"),
        ("close_code", "close_reason"),
        ("peer", "node", "channel"),
        "frames",
    )

    @admin.display(description="#", ordering="id")
    def number(self, obj: Connection) -> SafeString | str:
        """Its id orders a station's frames."""
        return code(obj.pk)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: Connection) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="Standing")
    def standing(self, obj: Connection) -> SafeString:
        """Open or closed."""
        return badge("open", GOOD) if obj.closed_at is None else badge("closed", PLAIN)

    @admin.display(description="Opened", ordering="opened_at")
    def opened(self, obj: Connection) -> SafeString | str:
        """When."""
        return ago(obj.opened_at)

    @admin.display(description="Lasted")
    def duration(self, obj: Connection) -> str:
        """So far, or in all."""
        return lasted(obj.opened_at, obj.closed_at)

    @admin.display(description="Closed because")
    def why_closed(self, obj: Connection) -> str:
        """Code and reason."""
        return " ".join(str(part) for part in (obj.close_code, obj.close_reason) if part) or "–"

    @admin.display(description="Frames")
    def frames(self, obj: Connection) -> SafeString | str:
        """What was said on it."""
        query = {"station__id__exact": obj.station_id, "connection_id__exact": obj.pk}
        return linked(links.changelist("ocppbridge.frame", **query), "all of them")
