"""Calls of ours: what was asked, when it left, what came back."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from ocppbridge.admin import searching, tones
from ocppbridge.admin.frames import HEADERS, rows
from ocppbridge.models import Call, Frame
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.pages import Journal
from roaming.console.text import ago, code, linked, masked, pretty_value


@admin.register(Call)
class CallAdmin(Journal[Call]):
    """Each settles exactly once."""

    list_display = (
        "made",
        "station_link",
        "action",
        "progress",
        "result",
        "token",
        "waited",
        "purpose",
        "requested_by",
        "command",
    )
    list_display_links = ("made", "action")
    list_filter = ("state", "action", "purpose", "outcome", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = ("correlation_id",)  # shows the box; what is looked for is said in searching.py
    search_help_text = "Call id, station, token, correlation id or command id: exactly as they are"
    ordering = ("-created_at",)
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("station_link", "action", "progress"),
                    ("result", "error_code", "error_description"),
                    "requested_by",
                ]
            },
        ),
        ("When", {"fields": [("created_at", "sent_at", "settled_at"), ("waited", "expires_at")]}),
        ("Asked", {"fields": ["payload_shown"]}),
        ("Answered", {"fields": ["answer_shown"]}),
        ("The same elsewhere", {"fields": [("command", "correlation", "purpose"), ("intent", "id", "sent_on")]}),
    )

    def find(self, rows: QuerySet[Call], term: str) -> QuerySet[Call]:
        """Every id that names one."""
        return rows.filter(searching.calls(term))

    @admin.display(description="Made", ordering="created_at")
    def made(self, obj: Call) -> SafeString | str:
        """When."""
        return ago(obj.created_at)

    @admin.display(description="Station")
    def station_link(self, obj: Call) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="State")
    def progress(self, obj: Call) -> SafeString:
        """Of its life."""
        return tones.state(obj.state, tones.CALL, obj.get_state_display())

    @admin.display(description="Outcome")
    def result(self, obj: Call) -> SafeString | str:
        """The status that the answer carries."""
        return tones.outcome(obj.outcome)

    @admin.display(description="Token")
    def token(self, obj: Call) -> SafeString | str:
        """Its last four characters (S43)."""
        return code(masked(obj.id_token))

    @admin.display(description="Answered after")
    def waited(self, obj: Call) -> str:
        """From the sending to the end."""
        if obj.sent_at is None or obj.settled_at is None:
            return "–"
        return f"{(obj.settled_at - obj.sent_at).total_seconds():.2f} s"

    @admin.display(description="Command")
    def command(self, obj: Call) -> SafeString | str:
        """The OCPI command that it carries out."""
        return (
            linked(links.change("roaming.command", obj.reference), "open")
            if obj.purpose == "command" and obj.reference
            else "–"
        )

    @admin.display(description="Correlation id")
    def correlation(self, obj: Call) -> SafeString | str:
        """Its story in the OCPI journal."""
        if not obj.correlation_id:
            return "–"
        return linked(links.changelist("roaming.exchange", q=obj.correlation_id), obj.correlation_id)

    @admin.display(description="Payload")
    def payload_shown(self, obj: Call) -> SafeString | str:
        """Secrets masked."""
        return pretty_value(obj.payload)

    @admin.display(description="Answer")
    def answer_shown(self, obj: Call) -> SafeString | str:
        """As the station gave it."""
        return pretty_value(obj.answer)

    def panels(self, request: HttpRequest, obj: Call) -> Iterable[Panel]:
        """Its two frames."""
        found = Frame.objects.filter(message_id=str(obj.pk), station=obj.station_id).order_by("id")[:10]
        yield Panel("Frames", HEADERS, rows(found), empty="Nothing was sent yet.")
