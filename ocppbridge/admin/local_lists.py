"""Local authorization lists: what each station holds of us, how far that is from what it should, and what to do."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.models import LocalList
from ocppbridge.services import local_lists
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.pages import Page
from roaming.console.text import WARN, ago, badge, linked


@admin.register(LocalList)
class LocalListAdmin(Page[LocalList]):
    """One per station that has one, or was given one."""

    list_display = ("station_link", "standing", "version", "entries", "difference", "left_out", "changed", "problem")
    list_display_links = ("standing",)
    list_filter = ("state", "wanted")
    list_select_related = ("station",)
    search_fields = ("station__identity__exact",)
    ordering = ("station__identity",)
    actions_detail = ("bring_in_line", "send_whole", "clear")
    readonly_fields = (
        "station_link", "standing", "problem", "version", "reported_version", "asked_at", "entries", "difference",
        "left_out", "stale_since", "due_at", "failures", "wanted",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": [("station_link", "standing", "problem"), ("version", "reported_version", "asked_at")]}),
        (
            "Entries",
            {"fields": [("entries", "difference", "left_out"), ("stale_since", "due_at", "wanted")]},
        ),
        (
            "Limits, where the station does not tell them or tells them wrongly",
            {"fields": [("longest", "per_message")]},
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """By the button of the station."""
        return False

    @button("Bring in line", icon="sync", text="The station is asked for its version and sent what differs.")
    def bring_in_line(self, request: HttpRequest, obj: LocalList, form: Question) -> None:
        """The difference, or the whole list if its version is another."""
        self._want(request, obj, "")

    @button("Send it whole", icon="upload", text="The whole list replaces whatever the station holds.")
    def send_whole(self, request: HttpRequest, obj: LocalList, form: Question) -> None:
        """A full update."""
        self._want(request, obj, local_lists.FULL)

    @button(
        "Empty it",
        icon="delete_sweep",
        danger=True,
        text="The station forgets every token of the list, and the list stays empty until it is sent whole again.",
    )
    def clear(self, request: HttpRequest, obj: LocalList, form: Question) -> None:
        """A full update without entries."""
        self._want(request, obj, local_lists.CLEAR)

    def _want(self, request: HttpRequest, obj: LocalList, what: str) -> None:
        local_lists.want(obj, what, timezone.now())
        self.log_change(request, obj, f"Asked for: {what or 'what differs'}.")
        messages.success(request, f"{obj.station} is asked as soon as it is there; reload this page for the outcome.")

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: LocalList) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: LocalList) -> SafeString:
        """Where it stands."""
        return tones.state(obj.state, tones.LOCAL_LIST, obj.get_state_display())

    @admin.display(description="Drift", ordering="drift")
    def difference(self, obj: LocalList) -> SafeString | str:
        """Entries that differ from what it should hold, when it was last looked at."""
        stale = " and more" if obj.stale_since else ""
        return badge(f"{obj.drift}{stale}", WARN) if obj.drift or stale else "none"

    @admin.display(description="Changed", ordering="changed_at")
    def changed(self, obj: LocalList) -> SafeString | str:
        """When anything became of it."""
        return ago(obj.changed_at)
