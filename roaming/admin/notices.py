"""Notices about partners: what somebody should look at, until somebody has."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from roaming.console import links
from roaming.console.acknowledging import Acknowledged, Standing
from roaming.console.pages import Shown
from roaming.console.text import linked
from roaming.models import Notice


@admin.register(Notice)
class NoticeAdmin(Acknowledged[Notice], Shown[Notice]):
    """Equal ones count up."""

    list_display = ("text", "about", "code", "count", "last", "first", "standing")
    list_display_links = ("text",)
    list_filter = (Standing, "code", ("platform", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("platform",)
    search_fields = ("platform__name", "code__iexact", "text")
    ordering = ("-last_at",)
    actions = ("acknowledge_selected",)
    actions_detail = ("acknowledge",)
    fields = (
        ("code", "count"),
        "text",
        "about",
        ("first_at", "last_at"),
        ("standing", "acknowledged_at", "acknowledged_by"),
    )

    @admin.display(description="Platform", ordering="platform__name")
    def about(self, obj: Notice) -> SafeString | str:
        """If it is about one."""
        return linked(links.change("roaming.platform", obj.platform_id), obj.platform) if obj.platform else "–"
