"""Parties: hosted ones may be added and named here; those of a platform come with its credentials."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.console import links
from roaming.console.pages import Page
from roaming.console.text import GOOD, NOTE, PLAIN, ago, badge, code, linked
from roaming.models import Party
from roaming.services import parties


@admin.register(Party)
class PartyAdmin(Page[Party]):
    """Who takes part, in which role, and where it lives."""

    list_display = ("party", "role_shown", "name", "lives_on", "connection", "changed")
    list_filter = ("role", ("platform", admin.RelatedOnlyFieldListFilter), "country_code")
    list_select_related = ("platform",)
    search_fields = ("party_id__iexact", "country_code__iexact", "name", "spelled")
    ordering = ("country_code", "party_id", "role")
    fields = (
        ("country_code", "party_id", "role"),
        "name",
        "business_details",
        ("lives_on", "spelled", "created_at", "last_updated"),
    )
    readonly_fields = ("lives_on", "spelled", "created_at", "last_updated")

    def get_readonly_fields(self, request: HttpRequest, obj: Party | None = None) -> Any:
        """Identity never changes; what a platform told us is the platform's."""
        own = () if obj is None else ("country_code", "party_id", "role")
        told = ("name", "business_details") if obj is not None and obj.platform_id is not None else ()
        return (*self.readonly_fields, *own, *told)

    def has_delete_permission(self, request: HttpRequest, obj: Party | None = None) -> bool:
        """Stored objects and agreements name it."""
        return False

    def save_model(self, request: HttpRequest, obj: Party, form: Any, change: bool) -> None:
        """Codes are stored folded (TYP-03); the spelling is kept."""
        if not change:
            obj.spelled = f"{obj.country_code}/{obj.party_id}"
            obj.country_code, obj.party_id = obj.country_code.upper(), obj.party_id.upper()
        super().save_model(request, obj, form, change)

    @admin.display(description="Party", ordering="country_code")
    def party(self, obj: Party) -> SafeString | str:
        """Country and party."""
        return code(f"{obj.country_code}/{obj.party_id}")

    @admin.display(description="Role", ordering="role")
    def role_shown(self, obj: Party) -> SafeString:
        """OCPI role."""
        return badge(obj.get_role_display(), {"CPO": NOTE, "EMSP": GOOD}.get(obj.role, PLAIN))

    @admin.display(description="Lives on", ordering="platform")
    def lives_on(self, obj: Party) -> SafeString | str:
        """Its platform, or here."""
        if obj.platform is None:
            return "this hub" if obj.role == Party.Role.HUB else "hosted here"
        platform = linked(links.change("roaming.platform", obj.platform.pk), obj.platform)
        return format_html("behind the hub {}", platform) if obj.hub_says else platform

    @admin.display(description="Connection")
    def connection(self, obj: Party) -> SafeString:
        """What HubClientInfo says of it."""
        if obj.platform is None:
            return badge("local", GOOD)
        return tones.state(parties.standing(obj).value, tones.CONNECTION)

    @admin.display(description="Changed", ordering="last_updated")
    def changed(self, obj: Party) -> SafeString | str:
        """When."""
        return ago(obj.last_updated)
