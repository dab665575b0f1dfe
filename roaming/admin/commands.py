"""Commands of eMSPs: response, result, and the call to the station that one became."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.pages import Shown
from roaming.console.text import ago, at, code, cut, linked, masked, pretty
from roaming.models import Command, Exchange


@admin.register(Command)
class CommandAdmin(Shown[Command]):
    """From the request to the CommandResult that the sender took."""

    list_display = (
        "sent_at",
        "kind",
        "sender",
        "receiver",
        "token",
        "place",
        "answer",
        "outcome",
        "result_sent",
        "call",
    )
    list_display_links = ("sent_at", "kind")
    list_filter = ("kind", "result_state", "response", "result", ("sender", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("sender", "receiver")
    search_fields = (
        "token_uid__exact",
        "correlation_id__exact",
        "request_id__exact",
        "session_key__iexact",
        "authorization_reference__exact",
        "call_reference__exact",
        "location_id__exact",
    )
    search_help_text = (
        "Token, session, location, correlation id, request id or authorization reference: exactly as they are"
    )
    ordering = ("-created_at",)
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("kind", "answer", "outcome", "result_sent"),
                    ("sender", "receiver"),
                    ("message", "result_message", "result_error"),
                ]
            },
        ),
        (
            "What it is about",
            {
                "fields": [
                    ("token_uid", "token_type"),
                    ("location_id", "evse_uid", "connector_id"),
                    ("session", "authorization_reference", "reservation_id"),
                ]
            },
        ),
        ("When", {"fields": [("created_at", "responded_at"), ("result_at", "expires_at")]}),
        ("The same elsewhere", {"fields": [("call", "exchanges"), ("correlation_id", "request_id")]}),
        ("Request", {"fields": ["request_shown"]}),
    )

    @admin.display(description="Received", ordering="created_at")
    def sent_at(self, obj: Command) -> SafeString | str:
        """When it came."""
        return ago(obj.created_at)

    @admin.display(description="Token")
    def token(self, obj: Command) -> SafeString | str:
        """Its last four characters (S43)."""
        return code(masked(obj.token_uid))

    @admin.display(description="Location · EVSE")
    def place(self, obj: Command) -> SafeString | str:
        """Where."""
        return code(" · ".join(filter(None, (obj.location_id, obj.evse_uid, obj.connector_id))))

    @admin.display(description="Response", ordering="response")
    def answer(self, obj: Command) -> SafeString | str:
        """CommandResponseType, at once."""
        return tones.state(obj.response, tones.ANSWER) if obj.response else "–"

    @admin.display(description="Result", ordering="result")
    def outcome(self, obj: Command) -> SafeString | str:
        """CommandResultType, later."""
        return tones.state(obj.result, tones.ANSWER) if obj.result else "–"

    @admin.display(description="Result sent", ordering="result_state")
    def result_sent(self, obj: Command) -> SafeString:
        """Exactly once."""
        return tones.state(obj.result_state, tones.RESULT_STATE, obj.get_result_state_display())

    @admin.display(description="Call to the station")
    def call(self, obj: Command) -> SafeString | str:
        """What it became."""
        return linked(links.change("ocppbridge.call", obj.call_reference), "open") if obj.call_reference else "–"

    @admin.display(description="Session")
    def session(self, obj: Command) -> SafeString | str:
        """Of STOP_SESSION."""
        return linked(links.jump("roaming.session", object_key=obj.session_key), obj.session_key or "–")

    @admin.display(description="Exchanges")
    def exchanges(self, obj: Command) -> SafeString | str:
        """The whole story."""
        return linked(
            links.changelist("roaming.exchange", q=obj.correlation_id) if obj.correlation_id else None,
            obj.correlation_id or "–",
        )

    @admin.display(description="Body as sent")
    def request_shown(self, obj: Command) -> SafeString | str:
        """With response_url masked."""
        return pretty(obj.request)

    def panels(self, request: HttpRequest, obj: Command) -> Iterable[Panel]:
        """Its exchanges, oldest first."""
        rows = (
            Exchange.objects.filter(correlation_id=obj.correlation_id)
            if obj.correlation_id
            else Exchange.objects.none()
        )
        yield Panel(
            "Exchanges",
            ("At", "Way", "Platform", "Request", "Outcome"),
            [
                (
                    linked(links.change("roaming.exchange", one.pk), at(one.at)),
                    one.get_direction_display(),
                    one.platform or "–",
                    cut(f"{one.method} {one.url}", 90),
                    tones.http(one.http_status, one.ocpi_status),
                )
                for one in rows.select_related("platform").order_by("at")[:30]
            ],
            empty="None in the journal.",
        )
