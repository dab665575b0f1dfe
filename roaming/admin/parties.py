"""Parties: hosted ones may be added and named here; those of a platform come with its credentials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.pages import Page
from roaming.console.text import GOOD, NOTE, PLAIN, ago, badge, code, linked
from roaming.models import Party
from roaming.ocpi.versions import ModuleID
from roaming.services import exports, parties
from roaming.services.outgoing import KINDS

_MODELS = {module: kind.model._meta.model_name for module, kind in KINDS.items()}


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

    def get_urls(self) -> list[Any]:
        """With the download of what a party sees."""
        sees = self.admin_site.admin_view(self.sees)
        return [path("<int:pk>/sees/<str:module>/", sees, name="roaming_party_sees"), *super().get_urls()]

    def sees(self, request: HttpRequest, pk: int, module: str) -> HttpResponseBase:
        """All objects of one module as this party gets them (S22); tokens and sessions are personal data (S43)."""
        party = get_object_or_404(Party.objects.select_related("platform"), pk=pk)
        if module not in exports.modules(party):
            raise Http404
        if not request.user.has_perm(f"roaming.change_{_MODELS[ModuleID(module)]}"):
            raise PermissionDenied
        response = StreamingHttpResponse(exports.seen(party, ModuleID(module), timezone.now()), "application/json")
        name = f"{party.country_code}-{party.party_id}-{module}.json"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def panels(self, request: HttpRequest, obj: Party) -> Iterable[Panel]:
        """What it sees of others, through the rule that its own requests meet."""
        now = timezone.now()
        yield Panel(
            "What it sees",
            ("Module", "Objects", ""),
            [
                (
                    module.value,
                    exports.count(obj, module, now),
                    linked(reverse("admin:roaming_party_sees", args=(obj.pk, module.value)), "download"),
                )
                for module in exports.modules(obj)
                if request.user.has_perm(f"roaming.change_{_MODELS[module]}")
            ],
            note="As the partner reads it: by its agreements, with its own tariffs.",
        )

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
