"""Messages on the displays of stations."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.admin.calling import refusing
from ocppbridge.models import DisplayMessage
from ocppbridge.services import displays
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, ago, cut, lines, linked

STANDINGS = {"asked": NOTE, "shown": GOOD, "refused": BAD, "leaving": NOTE, "gone": PLAIN}
Standing = DisplayMessage.Standing


@admin.register(DisplayMessage)
class DisplayAdmin(Shown[DisplayMessage]):
    """One message."""

    list_display = ("number", "station_link", "says", "priority", "state", "standing_shown", "asked", "requested_by")
    list_display_links = ("number",)
    list_filter = ("standing", "priority", "state", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = ("station__identity__exact", "transaction_id__exact")
    ordering = ("-id",)
    actions_detail = ("hide", "again")
    fields = (
        ("station_link", "message_id", "component"),
        ("priority", "state", "transaction_id"),
        ("start_at", "end_at"),
        "texts_shown",
        ("standing_shown", "reason", "requested_by"),
        ("asked_at", "reported_at"),
    )

    @button("Take off", icon="visibility_off", fits=lambda obj: obj.standing in (Standing.SHOWN, Standing.ASKED))
    def hide(self, request: HttpRequest, obj: DisplayMessage, form: Question) -> None:
        """O05."""
        with refusing():
            displays.hide(obj, by=request.user.get_username())
        messages.success(request, f"{obj.station} is asked; reload this page for its answer.")

    @button("Show again", icon="visibility", fits=lambda obj: obj.standing in (Standing.GONE, Standing.REFUSED))
    def again(self, request: HttpRequest, obj: DisplayMessage, form: Question) -> None:
        """As it was."""
        with refusing():
            displays.show(obj.station, displays.display_of(obj), by=request.user.get_username())
        messages.success(request, f"{obj.station} is asked; reload this page for its answer.")

    @admin.display(description="Number", ordering="message_id")
    def number(self, obj: DisplayMessage) -> int:
        """What the station knows it by."""
        return obj.message_id

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: DisplayMessage) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="Says")
    def says(self, obj: DisplayMessage) -> SafeString | str:
        """In its first language."""
        return cut(str(obj.texts[0].get("content", "")), 60) if obj.texts else "–"

    @admin.display(description="Texts")
    def texts_shown(self, obj: DisplayMessage) -> SafeString | str:
        """In every language."""
        return lines(
            (f"{one.get('language') or 'no language'}, {one.get('format', 'UTF8')}:", one.get("content", ""))
            for one in obj.texts
        )

    @admin.display(description="Standing", ordering="standing")
    def standing_shown(self, obj: DisplayMessage) -> SafeString:
        """Where it is."""
        return tones.state(obj.standing, STANDINGS, obj.get_standing_display())

    @admin.display(description="Asked", ordering="asked_at")
    def asked(self, obj: DisplayMessage) -> SafeString | str:
        """When."""
        return ago(obj.asked_at)
