"""Notices about partners: what somebody should look at, until somebody has."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.pages import Shown
from roaming.console.text import GOOD, WARN, ago, badge, linked
from roaming.models import Notice
from roaming.services import notices


class Standing(admin.SimpleListFilter):
    """Acknowledged or not."""

    title = "standing"
    parameter_name = "seen"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Two choices."""
        return [("no", "open"), ("yes", "acknowledged")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notice]) -> QuerySet[Notice]:
        """By acknowledged_at."""
        match self.value():
            case "no":
                return queryset.filter(acknowledged_at=None)
            case "yes":
                return queryset.exclude(acknowledged_at=None)
        return queryset


@admin.register(Notice)
class NoticeAdmin(Shown[Notice]):
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

    @button(
        "Acknowledge", icon="check", text="Somebody has looked at it.", fits=lambda obj: obj.acknowledged_at is None
    )
    def acknowledge(self, request: HttpRequest, obj: Notice, form: Question) -> None:
        """The next equal one starts anew."""
        _acknowledge(request, [obj.pk])

    @admin.action(description="Acknowledge", permissions=["operate"])
    def acknowledge_selected(self, request: HttpRequest, rows: QuerySet[Notice]) -> None:
        """Several at once."""
        _acknowledge(request, list(rows.values_list("pk", flat=True)))

    @admin.display(description="Platform", ordering="platform__name")
    def about(self, obj: Notice) -> SafeString | str:
        """If it is about one."""
        return linked(links.change("roaming.platform", obj.platform_id), obj.platform) if obj.platform else "–"

    @admin.display(description="Last", ordering="last_at")
    def last(self, obj: Notice) -> SafeString | str:
        """When it happened last."""
        return ago(obj.last_at)

    @admin.display(description="First", ordering="first_at")
    def first(self, obj: Notice) -> SafeString | str:
        """When it began."""
        return ago(obj.first_at)

    @admin.display(description="Standing")
    def standing(self, obj: Notice) -> SafeString:
        """Open until acknowledged."""
        return badge("open", WARN) if obj.acknowledged_at is None else badge("acknowledged", GOOD)


def _acknowledge(request: HttpRequest, pks: list[int]) -> None:
    count = notices.acknowledge(pks, request.user.get_username(), timezone.now())
    messages.success(request, f"{count} acknowledged.")
