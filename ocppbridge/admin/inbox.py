"""What has not been understood yet, and what could not be: the inbox and the quarantine."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from ocppbridge import drain
from ocppbridge.admin.frames import HEADERS, rows
from ocppbridge.models import Frame, InboxItem, Quarantined
from roaming.console import links
from roaming.console.asking import Question, Refused, button
from roaming.console.home import Panel
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, WARN, ago, at, badge, cut, linked, pretty


@admin.register(InboxItem)
class InboxItemAdmin(Shown[InboxItem]):
    """Empty a moment after each frame, if the workers are well."""

    list_display = ("waits_since", "station_link", "shard", "priority", "attempts", "short", "frame")
    list_display_links = None
    list_filter = ("shard", "priority")
    list_select_related = ("station",)
    search_fields = ("station__identity__exact",)
    ordering = ("id",)

    @admin.display(description="Waits since", ordering="frame_at")
    def waits_since(self, obj: InboxItem) -> SafeString | str:
        """When the frame came."""
        return ago(obj.frame_at)

    @admin.display(description="Station")
    def station_link(self, obj: InboxItem) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="Error")
    def short(self, obj: InboxItem) -> SafeString | str:
        """Of the last attempt."""
        return cut(obj.error, 90)

    @admin.display(description="Frame")
    def frame(self, obj: InboxItem) -> SafeString | str:
        """In the journal."""
        return linked(links.change("ocppbridge.frame", obj.frame_id), "open")


class Resolved(admin.SimpleListFilter):
    """Still there or not."""

    title = "standing"
    parameter_name = "resolved"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Two choices."""
        return [("no", "waiting"), ("yes", "resolved")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Quarantined]) -> QuerySet[Quarantined]:
        """By resolved_at."""
        match self.value():
            case "no":
                return queryset.filter(resolved_at=None)
            case "yes":
                return queryset.exclude(resolved_at=None)
        return queryset


class Why(Question):
    """Asked before something is given up."""

    reason = forms.CharField(max_length=120)


@admin.register(Quarantined)
class QuarantinedAdmin(Shown[Quarantined]):
    """A transaction message parks its station until somebody resolves it."""

    list_display = ("since", "station_link", "action", "consequence", "attempts", "short", "standing", "frame")
    list_display_links = ("since", "action")
    list_filter = (Resolved, "parks", "action", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = ("station__identity__exact", "error")
    ordering = ("-at",)
    actions_detail = ("run_again", "discard")
    fields = (
        ("station_link", "action", "consequence"),
        ("standing", "resolved_at", "resolution"),
        ("attempts", "at", "frame"),
        "error_shown",
    )

    @button(
        "Run again",
        icon="replay",
        fits=lambda obj: obj.resolved_at is None,
        text="The frame is applied once more, as the hub understands it now. If it goes well, its station goes on.",
    )
    def run_again(self, request: HttpRequest, obj: Quarantined, form: Question) -> None:
        """What went wrong this time stands in its error."""
        if not drain.rerun(obj, by=request.user.get_username()):
            obj.refresh_from_db()
            raise Refused(f"It failed again: {obj.error.strip().rpartition(chr(10))[2]}")
        messages.success(request, f"{obj} is applied.")

    @button(
        "Discard",
        icon="delete",
        danger=True,
        form=Why,
        fits=lambda obj: obj.resolved_at is None,
        text="The frame stays in the journal and is never applied; what waits behind it goes on without it.",
    )
    def discard(self, request: HttpRequest, obj: Quarantined, form: Question) -> None:
        """Let it go."""
        drain.discard(obj, by=request.user.get_username(), reason=form.cleaned_data["reason"])
        messages.success(request, f"{obj} is discarded.")

    @admin.display(description="Since", ordering="at")
    def since(self, obj: Quarantined) -> SafeString | str:
        """When it was put aside."""
        return ago(obj.at)

    @admin.display(description="Station")
    def station_link(self, obj: Quarantined) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="Consequence", ordering="parks")
    def consequence(self, obj: Quarantined) -> SafeString:
        """Whether the station waits for it."""
        if obj.resolved_at is not None:
            return badge("none any more")
        return badge("station is parked", BAD) if obj.parks else badge("stepped over", WARN)

    @admin.display(description="Standing")
    def standing(self, obj: Quarantined) -> SafeString:
        """Waiting or resolved."""
        return badge("waiting", WARN) if obj.resolved_at is None else badge("resolved", GOOD)

    @admin.display(description="Error")
    def short(self, obj: Quarantined) -> SafeString | str:
        """Its last line says most."""
        return cut(obj.error.strip().rpartition("\n")[2], 90)

    @admin.display(description="Error")
    def error_shown(self, obj: Quarantined) -> SafeString | str:
        """All of it."""
        return pretty(obj.error)

    @admin.display(description="Frame")
    def frame(self, obj: Quarantined) -> SafeString | str:
        """In the journal."""
        return linked(links.change("ocppbridge.frame", obj.frame_id), at(obj.frame_at))

    def panels(self, request: HttpRequest, obj: Quarantined) -> Iterable[Panel]:
        """The frame itself."""
        found = Frame.objects.filter(pk=obj.frame_id, at=obj.frame_at)
        yield Panel("The frame", HEADERS, rows(found), empty="It is not in the journal any more.")
