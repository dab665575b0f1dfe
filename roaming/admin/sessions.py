"""OCPI Sessions. One of a hosted party is a station's transaction, linked by its id."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.admin.flows import kwh
from roaming.admin.stored import TECHNICAL, StoredPage
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.text import ago, code, lasted, linked, masked, number, short, whole
from roaming.models import Cdr, Preference, Session
from roaming.ocpi import json


@admin.register(Session)
class SessionAdmin(StoredPage[Session]):
    """Sessions, the running ones first in the filters."""

    module = "sessions"
    list_display = ("session", "state", "owner", "paid_by", "token", "evse", "energy", "cost", "started", "duration")
    list_display_links = ("session",)
    list_filter = ("status", "country_code", "token_country_code", "token_party_id")
    search_fields = (
        "object_key__iexact",
        "token_uid__iexact",
        "authorization_reference__exact",
        "evse_uid__exact",
        "location_id__exact",
    )
    search_help_text = "Session id, token, authorization reference, location or EVSE: exactly as they are"
    jump_fields = ("object_id",)
    date_hierarchy = None
    fieldsets = (
        (None, {"fields": [("state", "energy", "cost"), ("started", "ended", "duration")]}),
        (
            "Who and where",
            {
                "fields": [
                    ("owner", "came_from"),
                    ("paid_by", "token_uid", "authorization_reference"),
                    ("place", "evse_uid"),
                ]
            },
        ),
        ("The same elsewhere", {"fields": [("transaction", "cdr", "exchanges")]}),
        ("Document", {"classes": ["collapse"], "fields": ["document_shown"]}),
        TECHNICAL,
    )

    @admin.display(description="Session", ordering="object_id")
    def session(self, obj: Session) -> SafeString | str:
        """Its id."""
        return short(obj.object_id)

    @admin.display(description="Status", ordering="status")
    def state(self, obj: Session) -> SafeString:
        """SessionStatus."""
        return tones.state(obj.status, tones.SESSION)

    @admin.display(description="Token owner")
    def paid_by(self, obj: Session) -> SafeString | str:
        """The eMSP."""
        return code(f"{obj.token_country_code}/{obj.token_party_id}")

    @admin.display(description="Token")
    def token(self, obj: Session) -> SafeString | str:
        """Its last four characters (S43)."""
        return code(masked(obj.token_uid))

    @admin.display(description="EVSE")
    def evse(self, obj: Session) -> SafeString | str:
        """Location and EVSE."""
        return code(f"{obj.location_id} · {obj.evse_uid}")

    @admin.display(description="Energy", ordering="kwh")
    def energy(self, obj: Session) -> SafeString:
        """kWh so far."""
        return kwh(obj.kwh, obj.energy_import, obj.energy_export)

    @admin.display(description="Cost excl. VAT", ordering="total_cost")
    def cost(self, obj: Session) -> SafeString | str:
        """Total so far, without VAT."""
        return "–" if obj.total_cost is None else whole(f"{number(obj.total_cost, 2)} {obj.currency}")

    @admin.display(description="Started", ordering="start_date_time")
    def started(self, obj: Session) -> SafeString | str:
        """When it began."""
        return ago(obj.start_date_time)

    @admin.display(description="Ended")
    def ended(self, obj: Session) -> SafeString | str:
        """When it ended."""
        return ago(obj.end_date_time)

    @admin.display(description="Duration")
    def duration(self, obj: Session) -> str:
        """So far, or in all."""
        return lasted(obj.start_date_time, obj.end_date_time)

    @admin.display(description="Location")
    def place(self, obj: Session) -> SafeString | str:
        """Linked to its page."""
        query = {"country_code": obj.country_code, "party_id": obj.party_id, "object_id": obj.location_id}
        return linked(links.jump("roaming.location", **query), obj.location_id)

    @admin.display(description="Transaction of the station")
    def transaction(self, obj: Session) -> SafeString | str:
        """Only for a session of a station that hangs here."""
        return (
            linked(links.jump("ocppbridge.transaction", session_id=obj.object_id), "open")
            if obj.source_id is None
            else "–"
        )

    @admin.display(description="CDR")
    def cdr(self, obj: Session) -> SafeString | str:
        """What it was billed by."""
        found = Cdr.objects.filter(
            country_code=obj.country_code, party_id=obj.party_id, session_key=obj.object_key
        ).first()
        return "–" if found is None else linked(links.change("roaming.cdr", found.pk), found.object_id)

    @admin.display(description="Exchanges")
    def exchanges(self, obj: Session) -> SafeString | str:
        """Requests about it."""
        return linked(links.changelist("roaming.exchange", q=obj.object_id), "search the journal")

    def panels(self, request: HttpRequest, obj: Session) -> Iterable[Panel]:
        """What the driver wishes, and who has been told."""
        yield _preferences(obj)
        yield self.deliveries(obj)


def _preferences(obj: Session) -> Panel:
    rows = Preference.objects.filter(session=obj).select_related("sender")[:20]
    return Panel(
        "Charging preferences",
        ("Wish", "Departure", "Energy", "May discharge", "Answer", "Tariff", "Put by", "When"),
        [
            (
                one.profile_type.lower(),
                ago(one.departure_time),
                "–" if one.energy_need is None else f"{number(one.energy_need, 1)} kWh",
                "yes" if one.discharge_allowed else "no",
                tones.state(one.response, tones.PREFERENCE),
                json.loads(one.tariff)["id"] if one.tariff else "–",
                str(one.sender),
                ago(one.received_at),
            )
            for one in rows
        ],
        empty="No eMSP has put any for this session.",
    )
