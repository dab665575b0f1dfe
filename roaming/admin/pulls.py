"""Pulls: how far the copy of each partner's list is, while a crawl runs and between crawls."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.pages import Shown
from roaming.console.text import WARN, ago, badge, cut, linked
from roaming.models import Platform, Pull
from roaming.services import pulls


def connected(obj: Pull) -> bool:
    """Nobody else is asked."""
    return obj.platform.status == Platform.Status.CONNECTED


@admin.register(Pull)
class PullAdmin(Shown[Pull]):
    """One row for each list of each party."""

    list_display = (
        "module",
        "party",
        "platform",
        "standing",
        "progress",
        "stored",
        "bad",
        "known",
        "upcoming",
        "trouble",
    )
    list_display_links = ("module",)
    list_filter = ("state", "module", ("platform", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("party", "platform")
    search_fields = ("party__party_id__iexact", "platform__name", "module__iexact")
    search_help_text = "Party, platform or module"
    ordering = ("platform__name", "party", "module")
    actions = ("pull_selected",)
    actions_detail = ("pull", "pull_everything")
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("module", "party", "home"),
                    ("standing", "progress"),
                    ("stored", "invalid", "pages", "objects_seen"),
                    "error",
                ]
            },
        ),
        ("When", {"fields": [("known", "date_from", "full"), ("started_at", "page_at", "finished_at"), "upcoming"]}),
        ("Where", {"fields": ["url", "journal"]}),
    )

    @button(
        "Pull now", icon="sync", fits=connected, text="What changed since the last time; a crawl under way goes on."
    )
    def pull(self, request: HttpRequest, obj: Pull, form: Question) -> None:
        """A delta."""
        pulls.ask_now(obj)
        messages.info(request, f"{obj}: this page shows how far it is.")

    @button(
        "Pull everything",
        icon="cloud_sync",
        fits=connected,
        text="From the beginning. What the complete list no longer holds is taken for gone: EVSEs are marked REMOVED,"
        " tariffs are deleted.",
    )
    def pull_everything(self, request: HttpRequest, obj: Pull, form: Question) -> None:
        """A full crawl (PAG-16)."""
        pulls.ask_now(obj, full=True)
        messages.info(request, f"{obj}: this page shows how far it is.")

    @admin.action(description="Pull now", permissions=["operate"])
    def pull_selected(self, request: HttpRequest, rows: QuerySet[Pull]) -> None:
        """Several at once."""
        due = list(rows.filter(platform__status=Platform.Status.CONNECTED))
        for row in due:
            pulls.ask_now(row)
        messages.info(request, f"{len(due)} asked for.")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """While something runs, the page comes again by itself."""
        return _watched(request, super().changelist_view(request, extra_context))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The same."""
        return _watched(request, super().change_view(request, object_id, *args, **kwargs))

    @admin.display(description="State", ordering="state")
    def standing(self, obj: Pull) -> SafeString:
        """Waiting, under way, or stopped."""
        return tones.state(obj.state, tones.PULL, obj.get_state_display())

    @admin.display(description="Objects")
    def progress(self, obj: Pull) -> SafeString | str:
        """So many of so many, with a bar while it runs."""
        return progress_of(obj)

    @admin.display(description="Not taken", ordering="invalid")
    def bad(self, obj: Pull) -> SafeString | str:
        """Objects that were no good."""
        return badge(str(obj.invalid), WARN) if obj.invalid else "0"

    @admin.display(description="Known until", ordering="known_until")
    def known(self, obj: Pull) -> SafeString | str:
        """What the next delta asks from."""
        return ago(obj.known_until)

    @admin.display(description="Next", ordering="next_at")
    def upcoming(self, obj: Pull) -> SafeString | str:
        """When."""
        return ago(obj.next_at) if obj.next_at else "when asked for"

    @admin.display(description="Trouble")
    def trouble(self, obj: Pull) -> SafeString | str:
        """The last object or page that could not be taken."""
        return cut(obj.error, 60)

    @admin.display(description="Platform")
    def home(self, obj: Pull) -> SafeString | str:
        """Linked."""
        return linked(links.change("roaming.platform", obj.platform_id), obj.platform)

    @admin.display(description="Exchanges")
    def journal(self, obj: Pull) -> SafeString | str:
        """The pages that were asked for."""
        query = {"platform__id__exact": obj.platform_id, "module__exact": obj.module}
        return linked(links.changelist("roaming.exchange", **query), "its requests")


def progress_of(pull: Pull) -> SafeString | str:
    """So many of so many, with a bar while it runs."""
    if not pull.started_at:
        return "–"
    words = f"{pull.objects_seen:,} of {pull.total:,}" if pull.total else f"{pull.objects_seen:,}"
    if pull.state != Pull.State.RUNNING or not pull.total:
        return words
    bar = '<progress max="{}" value="{}"></progress> {}'
    return format_html(bar, pull.total, min(pull.objects_seen, pull.total), words)


def _watched(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    if request.method == "GET" and Pull.objects.filter(state=Pull.State.RUNNING).exists():
        answer["Refresh"] = "3"
    return answer
