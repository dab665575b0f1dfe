"""Real-time authorizations: who was asked, who answered what, and how long the driver waited."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.console import links
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, ago, badge, code, linked, masked, pretty
from roaming.models import AuthorizationRequest

_STATES = {"ASKING": NOTE, "ANSWERED": GOOD, "UNREACHABLE": BAD}


@admin.register(AuthorizationRequest)
class AuthorizationRequestAdmin(Shown[AuthorizationRequest]):
    """One row a question."""

    list_display = ("asked_at", "token", "answer", "answered_by", "waited", "station", "cpo", "asked_whom", "progress")
    list_display_links = ("asked_at",)
    list_filter = ("state", "allowed", "answered_by")
    search_fields = ("token_uid__iexact", "correlation_id__exact", "station__exact")
    search_help_text = "Whole token uid, station or correlation id"
    ordering = ("-created_at",)
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("progress", "answer", "answered_by", "waited"),
                    ("token_uid", "token_type"),
                    ("station", "location_id", "evse_uids"),
                ]
            },
        ),
        (
            "Asking",
            {"fields": [("cpo", "asked_whom"), ("created_at", "deadline_at", "answered_at"), "journal", "info_shown"]},
        ),
    )

    @admin.display(description="Asked", ordering="created_at")
    def asked_at(self, obj: AuthorizationRequest) -> SafeString | str:
        """When the station asked."""
        return ago(obj.created_at)

    @admin.display(description="Token")
    def token(self, obj: AuthorizationRequest) -> SafeString | str:
        """Its last four characters (S43)."""
        return code(masked(obj.token_uid))

    @admin.display(description="Answer", ordering="allowed")
    def answer(self, obj: AuthorizationRequest) -> SafeString | str:
        """AllowedType."""
        return tones.state(obj.allowed, tones.ALLOWED) if obj.allowed else "–"

    @admin.display(description="Progress", ordering="state")
    def progress(self, obj: AuthorizationRequest) -> SafeString:
        """How far it is."""
        return badge(obj.get_state_display(), _STATES.get(obj.state, ""))

    @admin.display(description="Waited")
    def waited(self, obj: AuthorizationRequest) -> str:
        """Until the first answer that counted."""
        return f"{(obj.answered_at - obj.created_at).total_seconds():.2f} s" if obj.answered_at else "–"

    @admin.display(description="CPO")
    def cpo(self, obj: AuthorizationRequest) -> SafeString | str:
        """Whose station asked."""
        return code(f"{obj.cpo_country_code}/{obj.cpo_party_id}")

    @admin.display(description="Asked eMSPs")
    def asked_whom(self, obj: AuthorizationRequest) -> str:
        """In parallel."""
        return ", ".join(obj.asked) or "–"

    @admin.display(description="Exchanges")
    def journal(self, obj: AuthorizationRequest) -> SafeString | str:
        """The questions as sent."""
        return linked(
            links.changelist("roaming.exchange", q=obj.correlation_id) if obj.correlation_id else None,
            obj.correlation_id or "–",
        )

    @admin.display(description="AuthorizationInfo")
    def info_shown(self, obj: AuthorizationRequest) -> SafeString | str:
        """As answered."""
        return pretty(obj.info)
