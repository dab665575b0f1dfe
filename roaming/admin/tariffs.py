"""Tariffs: those of hosted parties can be edited and withdrawn; a withdrawn one stays for old sessions (TAR-05)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from roaming.admin.documents import DocumentPage, is_hosted
from roaming.admin.stored import TECHNICAL
from roaming.admin.tariff_form import TariffForm
from roaming.console import links
from roaming.console.asking import Question, Refused, button
from roaming.console.home import Panel
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, ago, badge, code, linked
from roaming.models import Evse, Tariff
from roaming.ocpi import json
from roaming.ocpi.party import PartyId
from roaming.services import tariffs

PRICE: Any = [
    ("Prices", {"fields": ["components"]}),
    ("When an element counts", {"fields": ["restrictions"]}),
    ("Bounds and validity", {"fields": [("min_excl", "min_incl"), ("max_excl", "max_incl"), ("starts", "ends")]}),
    ("For drivers", {"fields": ["tariff_alt_text", "tariff_alt_url"]}),
    ("Everything else", {"fields": ["rest"]}),
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
class TariffAdmin(DocumentPage[Tariff]):
    """What charging costs."""

    module = "tariffs"
    kind = tariffs.TARIFFS
    form = TariffForm
    list_display = ("tariff", "owner", "prices", "currency", "type", "standing", "changed", "came_from")
    list_display_links = ("tariff",)
    list_filter = (InForce, "currency", "type", "country_code", "party_id")
    search_fields = ("object_key__iexact", "document")
    search_help_text = "Tariff id, or any word of it"
    jump_fields = ("country_code", "party_id", "object_id", "object_key")
    actions_detail = ("withdraw",)
    readonly_fields = (
        "whose",
        "standing",
        "prices",
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
            {"fields": [("whose", "standing"), ("currency", "type"), "prices", ("start_date_time", "end_date_time")]},
        ),
        ("Document", {"fields": ["document_shown"]}),
        TECHNICAL,
    )

    @button(
        "Withdraw",
        icon="delete",
        danger=True,
        fits=lambda obj: obj.deleted_at is None,
        text="Partners are told to delete it. It stays here for old sessions and comes back when it is saved again.",
    )
    def withdraw(self, request: HttpRequest, obj: Tariff, form: Question) -> None:
        """DELETE to every receiver (HUB-14)."""
        if not is_hosted(obj):
            raise Refused("It belongs to a platform, which alone can withdraw it.")
        if named := list(_naming(obj).values_list("uid", flat=True)[:5]):  # TAR-04
            raise Refused(f"EVSEs name it: {', '.join(named)}. Take it off their connectors first.")
        tariffs.delete(PartyId(obj.country_code, obj.party_id), obj.object_id, source=None, now=timezone.now())
        messages.success(request, f"{obj} is withdrawn.")

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
        users = _naming(obj).select_related("location")
        yield Panel(
            "EVSEs with this tariff",
            ("EVSE", "Location", "Updated"),
            [
                (
                    linked(links.change("roaming.evse", one.pk), code(one.uid)),
                    one.location.name or one.location.object_id,
                    ago(one.last_updated),
                )
                for one in users[:20]
            ],
            empty="No connector names it: write its id at the connectors of an EVSE.",
        )
        yield self.deliveries(obj)


_UNITS = {"ENERGY": "/kWh", "TIME": "/h", "PARKING_TIME": "/h parking", "FLAT": " flat"}


def _naming(obj: Tariff) -> QuerySet[Evse]:
    """The owner's EVSEs with a connector that has this tariff."""
    own = Evse.objects.filter(location__country_code=obj.country_code, location__party_id=obj.party_id)
    return own.filter(tariff_ids__contains=[obj.object_id]).order_by("uid")


def summary(tariff: dict[str, Any]) -> str:
    """0.30/kWh + 0.50 flat; further elements are counted."""
    listed = tariff.get("elements") or []
    first = (listed[0].get("price_components") or []) if listed else []
    text = " + ".join(f"{one.get('price')}{_UNITS.get(str(one.get('type')), '')}" for one in first)
    return f"{text}, {len(listed) - 1} more elements" if len(listed) > 1 else text or "–"
