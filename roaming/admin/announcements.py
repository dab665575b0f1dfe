"""What other hubs tell of the parties behind them (HCI-04), and what came of it here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.console import links
from roaming.console.pages import Shown
from roaming.console.text import ago, badge, code, linked
from roaming.models import Announcement, Party


@admin.register(Announcement)
class AnnouncementAdmin(Shown[Announcement]):
    """One ClientInfo a row."""

    list_display = ("party", "role", "state", "told_by", "reached", "changed", "received")
    list_filter = ("status", "role", ("platform", admin.RelatedOnlyFieldListFilter), "country_code")
    list_select_related = ("platform",)
    search_fields = ("party_id__iexact", "country_code__iexact", "platform__name")
    ordering = ("country_code", "party_id", "role")
    fields = (("party", "role", "state"), ("told_by", "reached"), ("changed", "received"))
    readonly_fields = ("party", "role", "state", "told_by", "reached", "changed", "received")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Announcement]:
        """With the party as it stands here."""
        named = Party.objects.filter(
            country_code=OuterRef("country_code"), party_id=OuterRef("party_id"), role=OuterRef("role")
        )
        return super().get_queryset(request).annotate(
            here=Subquery(named.values("pk")[:1]), by=Subquery(named.values("platform")[:1]),
            by_name=Subquery(named.values("platform__name")[:1]),
        )  # fmt: skip

    @admin.display(description="Party", ordering="country_code")
    def party(self, obj: Announcement) -> SafeString | str:
        """Country and party."""
        return code(f"{obj.country_code}/{obj.party_id}")

    @admin.display(description="Status", ordering="status")
    def state(self, obj: Announcement) -> SafeString:
        """ConnectionStatus, as told."""
        return tones.state(obj.status, tones.CONNECTION)

    @admin.display(description="Told by", ordering="platform")
    def told_by(self, obj: Announcement) -> SafeString | str:
        """The hub."""
        return linked(links.change("roaming.platform", obj.platform.pk), obj.platform)

    @admin.display(description="Reached")
    def reached(self, obj: Any) -> SafeString | str:
        """Whether requests to the party go through this hub: who is here by itself, or was told before, stays."""
        if obj.here is None:
            return "–"
        if obj.by == obj.platform_id:
            return linked(links.change("roaming.party", obj.here), "through this hub")
        return badge("hosted here" if obj.by is None else f"by {obj.by_name}")

    @admin.display(description="Changed", ordering="last_updated")
    def changed(self, obj: Announcement) -> SafeString | str:
        """last_updated, as told."""
        return ago(obj.last_updated)

    @admin.display(description="Received", ordering="received_at")
    def received(self, obj: Announcement) -> SafeString | str:
        """When it was told last."""
        return ago(obj.received_at)
