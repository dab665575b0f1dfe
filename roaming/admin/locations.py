"""Locations and their EVSEs: those of hosted parties can be edited, those of platforms are shown as they came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.admin.documents import DocumentPage, is_hosted
from roaming.admin.evse_form import EvseForm, entry_of
from roaming.admin.location_form import LocationForm
from roaming.admin.stored import TECHNICAL
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.pages import Page
from roaming.console.text import BAD, GOOD, NOTE, ago, badges, code, linked, pretty_value
from roaming.models import Evse, Location
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import locations, objects

PLACE: Any = (
    "Where",
    {"fields": ["address", ("postal_code", "city"), ("state", "country"), ("latitude", "longitude"), "time_zone"]},
)
MORE: Any = [
    ("Visit", {"fields": ["opening", "hours", "when_closed", "parking_type", "facilities", "directions"]}),
    ("Operator", {"fields": [("operator_name", "operator_website")]}),
    ("Everything else", {"fields": ["rest"]}),
]
IDS: Any = (None, {"fields": [("owner", "identifier"), ("name", "publish")]})


@admin.register(Location)
class LocationAdmin(DocumentPage[Location]):
    """Where people charge."""

    module = "locations"
    kind = locations.LOCATIONS
    form = LocationForm
    list_display = ("location", "name", "place", "owner", "points", "published", "changed", "came_from")
    list_display_links = ("location", "name")
    list_filter = ("publish", "country", "country_code", "party_id")
    search_fields = (
        "object_key__iexact",
        "name",
        "city",
        "address",
        "evses__uid_key__iexact",
        "evses__evse_id__iexact",
    )
    search_help_text = "Name, city, address; location id, EVSE uid or EVSE id as they are"
    jump_fields = ("country_code", "party_id", "object_id", "object_key")
    readonly_fields = ("whose", "document_shown", "version", "digest", "last_updated", "listed_at", "created_at")
    add_fieldsets = (IDS, PLACE, *MORE)
    fieldsets = (
        (None, {"fields": ["whose", ("name", "publish")]}),
        PLACE,
        *MORE,
        ("Document", {"classes": ["collapse"], "fields": ["document_shown"]}),
        TECHNICAL,
    )
    shown_fieldsets = (
        (None, {"fields": ["whose", ("name", "publish"), ("address", "city", "country"), "time_zone"]}),
        ("Document", {"fields": ["document_shown"]}),
        TECHNICAL,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Location]:
        """With the figures of the list."""
        live = ~Q(evses__status="REMOVED")
        free, busy = Q(evses__status="AVAILABLE"), Q(evses__status__in=["CHARGING", "BLOCKED", "RESERVED"])
        counts = {"all_points": live, "free_points": free, "busy_points": busy}
        return (
            super()
            .get_queryset(request)
            .annotate(**{name: Count("evses", filter=which) for name, which in counts.items()})
        )

    @admin.display(description="Location", ordering="object_id")
    def location(self, obj: Location) -> SafeString | str:
        """Its id."""
        return code(obj.object_id)

    @admin.display(description="Location")
    def whose(self, obj: Location) -> SafeString | str:
        """Identity, which never changes."""
        return code(f"{obj.country_code}/{obj.party_id}/{obj.object_id}")

    @admin.display(description="Place", ordering="city")
    def place(self, obj: Location) -> str:
        """Address and city."""
        return ", ".join(filter(None, (obj.address, obj.city, obj.country)))

    @admin.display(description="EVSEs")
    def points(self, obj: Any) -> SafeString | str:
        """Free, busy, out of order."""
        other = obj.all_points - obj.free_points - obj.busy_points
        parts = [(f"{obj.free_points} free", GOOD), (f"{obj.busy_points} in use", NOTE), (f"{other} not usable", BAD)]
        return badges(part for part in parts if not part[0].startswith("0 ")) or "none"

    @admin.display(description="Published", ordering="publish", boolean=True)
    def published(self, obj: Location) -> bool:
        """To everybody."""
        return obj.publish

    def panels(self, request: HttpRequest, obj: Location) -> Iterable[Panel]:
        """EVSEs and deliveries."""
        rows = obj.evses.order_by("uid")[:100]
        mine = is_hosted(obj)
        yield Panel(
            "EVSEs",
            ("Uid", "EVSE id", "Status", "Connectors", "Tariffs", "Updated"),
            [_row(one, json.loads(obj.document)) for one in rows],
            url=f"{reverse('admin:roaming_evse_add')}?location={obj.pk}" if mine else None,
            more="Add an EVSE",
            empty="No EVSE yet." if mine else "The platform sent none.",
        )
        yield self.deliveries(obj)


def _row(one: Evse, location: dict[str, Any]) -> tuple[Any, ...]:
    connectors = (entry_of(location, one.uid) or {}).get("connectors") or []
    kinds = ", ".join(f"{each['id']}: {each['standard']} {each['power_type']}" for each in connectors)
    return (
        linked(links.change("roaming.evse", one.pk), code(one.uid)),
        one.evse_id or "–",
        tones.state(one.status, tones.EVSE),
        kinds,
        ", ".join(one.tariff_ids) or "–",
        ago(one.last_updated),
    )


@admin.register(Evse)
class EvseAdmin(Page[Evse]):
    """A charging point; the document of its Location is the truth, so it is saved there."""

    form = EvseForm
    change_form_before_template = "roaming/meanwhile.html"
    list_display = ("uid", "evse_id", "status_shown", "where", "owner", "tariffs", "station", "updated")
    list_display_links = ("uid", "evse_id")
    list_filter = ("status", "location__country_code", "location__party_id")
    list_select_related = ("location",)
    search_fields = ("uid_key__iexact", "evse_id__iexact", "location__object_key__iexact", "location__name")
    search_help_text = "EVSE uid or id, location id as they are; location name"
    jump_fields = ("uid",)
    ordering = ("location", "uid")
    readonly_fields = ("where", "uid_shown", "station", "connectors_shown")
    fieldsets = (
        (None, {"fields": [("where", "uid_shown", "station"), ("evse_id", "status")]}),
        ("Connectors", {"fields": ["connectors"]}),
        (
            "Details",
            {
                "fields": [
                    ("physical_reference", "floor_level"),
                    "capabilities",
                    "parking_restrictions",
                    ("latitude", "longitude"),
                    "directions",
                ]
            },
        ),
        ("Everything else", {"fields": ["rest"]}),
    )
    add_fieldsets = ((None, {"fields": [("location", "uid"), ("evse_id", "status")]}), *fieldsets[1:])
    shown_fieldsets = ((None, {"fields": [("where", "uid_shown"), ("evse_id", "status"), "connectors_shown"]}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evse]:
        """With the place, which the form reads."""
        return super().get_queryset(request).select_related("location").annotate(place=F("location__name"))

    def has_change_permission(self, request: HttpRequest, obj: Evse | None = None) -> bool:
        """Of hosted locations only."""
        return super().has_change_permission(request, obj) and (not isinstance(obj, Evse) or is_hosted(obj.location))

    def has_delete_permission(self, request: HttpRequest, obj: Evse | None = None) -> bool:
        """Never: it gets the status REMOVED (LOC-06)."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Evse | None = None) -> Any:
        """Three looks: new, edited, only shown."""
        if obj is None:
            return self.add_fieldsets
        return self.fieldsets if self.has_change_permission(request, obj) else self.shown_fieldsets

    def get_form(self, request: HttpRequest, obj: Evse | None = None, change: bool = False, **kwargs: Any) -> Any:
        """What is only shown needs no form."""
        if obj is not None and not self.has_change_permission(request, obj):
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Evse, form: EvseForm, change: bool) -> None:
        """As a change of its Location."""
        place: Location = obj.location if change else form.cleaned_data["location"]
        uid = obj.uid if change else form.cleaned_data["uid"]
        stored = _change(place, form, timezone.now())
        obj.__dict__.update(stored.obj.evses.get(uid_key=uid.upper()).__dict__)

    @admin.display(description="Uid")
    def uid_shown(self, obj: Evse) -> SafeString | str:
        """Identity, which never changes."""
        return code(obj.uid)

    @admin.display(description="Status", ordering="status")
    def status_shown(self, obj: Evse) -> SafeString:
        """OCPI status."""
        return tones.state(obj.status, tones.EVSE)

    @admin.display(description="Location", ordering="location__name")
    def where(self, obj: Evse) -> SafeString | str:
        """Linked."""
        return linked(links.change("roaming.location", obj.location_id), obj.location.name or obj.location.object_id)

    @admin.display(description="Owner")
    def owner(self, obj: Evse) -> SafeString | str:
        """The CPO."""
        return code(f"{obj.location.country_code}/{obj.location.party_id}")

    @admin.display(description="Tariffs")
    def tariffs(self, obj: Evse) -> str:
        """Of its connectors."""
        return ", ".join(obj.tariff_ids) or "–"

    @admin.display(description="Station")
    def station(self, obj: Evse) -> SafeString | str:
        """What it hangs on, if here."""
        if obj.location.source_id is not None:
            return "–"
        return linked(links.changelist("ocppbridge.station", q=obj.uid), "find")

    @admin.display(description="Updated", ordering="last_updated")
    def updated(self, obj: Evse) -> SafeString | str:
        """By its owner's clock."""
        return ago(obj.last_updated)

    @admin.display(description="Connectors")
    def connectors_shown(self, obj: Evse) -> SafeString | str:
        """As the platform sent them."""
        return pretty_value((entry_of(json.loads(obj.location.document), obj.uid) or {}).get("connectors"))


def _change(place: Location, form: EvseForm, now: datetime) -> objects.Stored[Location]:
    owner = PartyId(place.country_code, place.party_id)
    return objects.change(locations.LOCATIONS, owner, place.object_id, form.applied, source=None, now=now)
