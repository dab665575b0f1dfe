"""Reservations: ours on the wire, the eMSP's beside it (CMD-20)."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.models import Reservation
from roaming.console import links
from roaming.console.pages import Shown
from roaming.console.text import ago, code, linked, masked


@admin.register(Reservation)
class ReservationAdmin(Shown[Reservation]):
    """Who holds what until when."""

    list_display = ("number", "station_link", "evse_number", "standing", "token", "partner", "until", "command")
    list_display_links = ("number",)
    list_filter = ("state", "partner", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = (
        "station__identity__exact",
        "id_token__iexact",
        "partner_reservation_id__exact",
        "command_reference__exact",
    )
    ordering = ("-created_at",)
    fields = (
        ("station_link", "evse_number", "standing"),
        ("id_token", "id_token_type", "group_id"),
        ("partner", "partner_reservation_id", "command"),
        ("created_at", "expires_at", "changed_at"),
    )

    @admin.display(description="Id", ordering="id")
    def number(self, obj: Reservation) -> SafeString | str:
        """What the station knows it by."""
        return code(obj.pk)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: Reservation) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: Reservation) -> SafeString:
        """Of its life."""
        return tones.state(obj.state, tones.RESERVATION, obj.get_state_display())

    @admin.display(description="Token")
    def token(self, obj: Reservation) -> SafeString | str:
        """Its last four characters (S43)."""
        return code(masked(obj.id_token))

    @admin.display(description="Until", ordering="expires_at")
    def until(self, obj: Reservation) -> SafeString | str:
        """When it ends by itself."""
        return ago(obj.expires_at)

    @admin.display(description="Command")
    def command(self, obj: Reservation) -> SafeString | str:
        """The RESERVE_NOW."""
        return linked(links.change("roaming.command", obj.command_reference), "open") if obj.command_reference else "–"
