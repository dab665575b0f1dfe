"""Questions whose answer comes in pages; what a station told of a customer is shown to those who may ask for it."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.models import Enquiry
from ocppbridge.services import customers
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.home import Panel
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, WARN, ago, linked, masked, whole

STATES = {"asked": NOTE, "coming": NOTE, "whole": GOOD, "empty": GOOD, "refused": BAD, "broken": WARN}
LISTS = {Enquiry.Kind.MONITORS: "ocppbridge.monitor", Enquiry.Kind.MESSAGES: "ocppbridge.displaymessage"}


@admin.register(Enquiry)
class EnquiryAdmin(Shown[Enquiry]):
    """One question."""

    list_display = ("asked", "station_link", "kind", "about", "standing", "came", "requested_by")
    list_display_links = ("asked",)
    list_filter = ("kind", "state", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = ("station__identity__exact",)
    ordering = ("-id",)
    actions_detail = ("erase",)
    fields = (
        ("station_link", "kind", "about", "requested_by"),
        ("standing", "reason", "came"),
        ("token", "clears", "erased_at"),
        ("asked_at", "heard_at", "call_link", "found_link"),
    )

    def panels(self, request: HttpRequest, obj: Enquiry) -> Iterable[Panel]:
        """What was told of a customer: personal, so only for those who may change."""
        if obj.kind == Enquiry.Kind.CUSTOMER and obj.erased_at is None and self.has_operate_permission(request):
            told = customers.told(obj)
            yield Panel("What the station keeps", ("",), [(whole(told),)] if told else [], empty="Nothing was told.")

    @button(
        "Erase",
        icon="delete_forever",
        danger=True,
        fits=lambda obj: obj.kind == Enquiry.Kind.CUSTOMER and obj.erased_at is None,
        text="What the station told, and whom it was about, is not kept any more.",
    )
    def erase(self, request: HttpRequest, obj: Enquiry, form: Question) -> None:
        """For good."""
        customers.erase(obj)
        messages.success(request, "It is erased.")

    @admin.display(description="Asked", ordering="asked_at")
    def asked(self, obj: Enquiry) -> SafeString | str:
        """When."""
        return ago(obj.asked_at)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: Enquiry) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: Enquiry) -> SafeString:
        """How far it is."""
        return tones.state(obj.state, STATES, obj.get_state_display())

    @admin.display(description="Pages")
    def came(self, obj: Enquiry) -> str:
        """Of how many, with how many entries."""
        most = "?" if obj.last_part is None else obj.last_part + 1
        return f"{len(obj.parts)} of {most}, {obj.entries} entries"

    @admin.display(description="Token")
    def token(self, obj: Enquiry) -> SafeString | str:
        """Its last four characters (S43)."""
        return masked(obj.id_token) if obj.id_token else "–"

    @admin.display(description="Call")
    def call_link(self, obj: Enquiry) -> SafeString | str:
        """What the station was asked."""
        return linked(links.change("ocppbridge.call", obj.call_id), obj.call) if obj.call_id else "–"

    @admin.display(description="Found")
    def found_link(self, obj: Enquiry) -> SafeString | str:
        """All that is known of the station."""
        model = LISTS.get(Enquiry.Kind(obj.kind))
        return linked(links.changelist(model, station__id__exact=obj.station_id), "open") if model else "–"
