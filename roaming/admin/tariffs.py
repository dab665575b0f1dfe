"""Tariffs: those of hosted parties can be edited and withdrawn; a withdrawn one stays for old sessions (TAR-05)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from roaming.admin import tariff_panels
from roaming.admin.documents import DocumentPage
from roaming.admin.stored import TECHNICAL
from roaming.admin.tariff_acts import ActingPage
from roaming.admin.tariff_connectors import ConnectorsPage
from roaming.admin.tariff_form import TariffForm
from roaming.admin.tariff_page import LivePage
from roaming.admin.tariff_words import summary, table
from roaming.console.home import Panel
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, badge, code
from roaming.models import Tariff
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import tariffs

ELEMENTS = (
    "They are looked through in order. For each of energy, charging time, parking time and start fee, the first "
    "element that prices it and counts at that moment sets the price; what none prices is free."
)
PRICE: Any = [
    ("Elements", {"fields": ["elements"], "description": ELEMENTS}),
    ("Limits", {"classes": ["collapse"], "fields": [("min_excl", "min_incl"), ("max_excl", "max_incl")]}),
    ("Validity", {"fields": [("starts", "ends")]}),
    ("For drivers", {"classes": ["collapse"], "fields": ["tariff_alt_text", "tariff_alt_url"]}),
    ("Everything else", {"classes": ["collapse"], "fields": ["rest"]}),
]


class InForce(admin.SimpleListFilter):
    """Withdrawn ones stay in the table."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Two choices."""
        return [("live", "not withdrawn"), ("gone", "withdrawn")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Tariff]) -> QuerySet[Tariff]:
        """By deleted_at."""
        match self.value():
            case "live":
                return queryset.filter(deleted_at=None)
            case "gone":
                return queryset.exclude(deleted_at=None)
        return queryset


@admin.register(Tariff)
class TariffAdmin(ConnectorsPage, LivePage, ActingPage, DocumentPage[Tariff]):
    """What charging costs."""

    module = "tariffs"
    kind = tariffs.TARIFFS
    form = TariffForm
    compressed_fields = False
    list_display = ("tariff", "owner", "prices", "currency", "type", "standing", "changed", "came_from")
    list_display_links = ("tariff",)
    list_filter = (InForce, "currency", "type", "country_code", "party_id")
    search_fields = ("object_key__iexact", "document")
    search_help_text = "Tariff id, or any word of it"
    jump_fields = ("country_code", "party_id", "object_id", "object_key")
    actions_detail = ("succeed", "withdraw")
    readonly_fields = (
        "whose",
        "standing",
        "prices",
        "elements_shown",
        "document_shown",
        "version",
        "digest",
        "last_updated",
        "listed_at",
        "created_at",
    )
    add_fieldsets = ((None, {"fields": [("owner", "identifier"), ("currency", "type")]}), *PRICE)
    fieldsets = (
        (None, {"fields": [("whose", "standing"), ("currency", "type")]}),
        *PRICE,
        ("Document", {"classes": ["collapse"], "fields": ["document_shown"]}),
        TECHNICAL,
    )
    shown_fieldsets = (
        (
            None,
            {"fields": [("whose", "standing"), ("currency", "type"), ("start_date_time", "end_date_time")]},
        ),
        ("In short", {"fields": ["elements_shown"]}),
        ("Document", {"classes": ["collapse"], "fields": ["document_shown"]}),
        TECHNICAL,
    )

    def change_stored(self, obj: Tariff, form: Any, now: Any) -> Any:
        """Tariffs are replaced as a whole (TAR-02); a withdrawn one comes back."""
        owner = PartyId(obj.country_code, obj.party_id)
        return tariffs.store(owner, form.applied(json.loads(obj.document)), source=None, now=now)

    @admin.display(description="Tariff", ordering="object_id")
    def tariff(self, obj: Tariff) -> SafeString | str:
        """Its id."""
        return code(obj.object_id)

    @admin.display(description="Tariff")
    def whose(self, obj: Tariff) -> SafeString | str:
        """Identity, which never changes."""
        return code(f"{obj.country_code}/{obj.party_id}/{obj.object_id}")

    @admin.display(description="Prices excl. VAT")
    def prices(self, obj: Tariff) -> str:
        """The components in short."""
        return summary(json.loads(obj.document))

    @admin.display(description="Elements")
    def elements_shown(self, obj: Tariff) -> SafeString:
        """When each counts and what it prices."""
        return table(json.loads(obj.document))

    @admin.display(description="Standing")
    def standing(self, obj: Tariff) -> SafeString:
        """Whether it can be used now."""
        now = timezone.now()
        if obj.deleted_at is not None:
            return badge("withdrawn", BAD)
        if obj.start_date_time and obj.start_date_time > now:
            return badge("not yet", NOTE)
        if obj.end_date_time and obj.end_date_time <= now:
            return badge("over", PLAIN)
        return badge("in force", GOOD)

    def panels(self, request: HttpRequest, obj: Tariff) -> Iterable[Panel]:
        """Where it is used, and deliveries."""
        yield tariff_panels.users(obj)
        yield tariff_panels.substitutions(obj)
        yield tariff_panels.editions(obj)
        yield self.deliveries(obj)
