"""Reservations: ours on the wire, the eMSP's beside it (CMD-20); staff can have one cancelled (CMD-22)."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.admin.calling import refusing
from ocppbridge.models import Reservation
from ocppbridge.services import reservations
from roaming.console import links
from roaming.console.asking import Question, button
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
    actions_detail = ("cancel",)
    fields = (
        ("station_link", "evse_number", "connector_type"),
        ("standing", "reason", "requested_by"),
        ("id_token", "id_token_type", "group_id"),
        ("partner", "partner_reservation_id", "command"),
        ("held_at", "expires_at", "ended_at"),
        ("session", "cdr"),
    )

    @button(
        "Cancel",
        icon="event_busy",
        danger=True,
        fits=lambda obj: obj.state in reservations.OPEN,
        text="The station is asked to let go; the eMSP that has made it is told CANCELED_RESERVATION.",
    )
    def cancel(self, request: HttpRequest, obj: Reservation, form: Question) -> None:
        """It ends with the station's answer."""
        with refusing():
            reservations.let_go(obj, request.user.get_username())
        messages.success(request, f"{obj.station} is asked to let go; reload this page for its answer.")

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

    @admin.display(description="OCPI session")
    def session(self, obj: Reservation) -> SafeString | str:
        """As partners see it; a transaction that uses the reservation has the same."""
        return linked(links.jump("roaming.session", object_id=str(obj.session_id)), "open") if obj.session_id else "–"

    @admin.display(description="CDR")
    def cdr(self, obj: Reservation) -> SafeString | str:
        """Of one that nobody has used."""
        return linked(links.jump("roaming.cdr", object_key=obj.cdr_id.upper()), obj.cdr_id) if obj.cdr_id else "–"
