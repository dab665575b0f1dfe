"""What other hubs tell of the parties behind them (HCI-04), and what came of it here."""

from __future__ import annotations

from django.contrib import admin
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
    def reached(self, obj: Announcement) -> SafeString | str:
        """Whether requests to the party go through this hub: who is here by itself, or was told before, stays."""
        named = Party.objects.filter(country_code=obj.country_code, party_id=obj.party_id, role=obj.role)
        party = named.select_related("platform").first()
        if party is None:
            return "–"
        if party.platform_id == obj.platform_id:
            return linked(links.change("roaming.party", party.pk), "through this hub")
        return badge(f"by {party.platform}" if party.platform else "hosted here")

    @admin.display(description="Changed", ordering="last_updated")
    def changed(self, obj: Announcement) -> SafeString | str:
        """last_updated, as told."""
        return ago(obj.last_updated)

    @admin.display(description="Received", ordering="received_at")
    def received(self, obj: Announcement) -> SafeString | str:
        """When it was told last."""
        return ago(obj.received_at)
