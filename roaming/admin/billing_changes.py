"""The change feed as billing systems read it: what was numbered, the latest first."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from roaming.admin import tones
from roaming.console import links, navigation
from roaming.console.navigation import Entry
from roaming.console.pages import Journal
from roaming.console.text import at, badge, code, linked, short
from roaming.models import BillingChange

navigation.add(
    Entry("Billing", "Statements", "request_quote", "roaming.statement", 10),
    Entry("Billing", "Exports", "download", "roaming.billingexport", 20),
    Entry("Billing", "Webhooks", "webhook", "roaming.webhook", 30),
    Entry("Billing", "Changes", "dynamic_feed", "roaming.billingchange", 40),
    Entry("Billing", "Billing tokens", "key", "roaming.billingtoken", 50),
)


@admin.register(BillingChange)
class BillingChangeAdmin(Journal[BillingChange]):
    """One change at its place."""

    list_display = ("moment", "position", "kind", "judged", "cdr_shown", "seller", "payer")
    list_display_links = ("moment",)
    list_filter = ("kind",)
    list_select_related = ("cdr",)
    search_fields = ("position",)
    search_help_text = "Position, or CDR id exactly as it is"
    ordering = ("-position",)
    fields = (("position", "kind", "verdict"), ("at", "numbered_at"), ("cdr_shown", "seller", "payer"))

    def find(self, rows: QuerySet[BillingChange], term: str) -> QuerySet[BillingChange]:
        """A number is a position."""
        if term.isascii() and term.isdigit() and len(term) < 19:
            return rows.filter(position=int(term))
        return rows.filter(cdr__object_key=term.upper().replace("\0", ""))

    def get_queryset(self, request: HttpRequest) -> QuerySet[BillingChange]:
        """Without the documents."""
        return super().get_queryset(request).select_related("cdr").defer("cdr__document", "cdr__bill")

    @admin.display(description="Numbered")
    def moment(self, obj: BillingChange) -> SafeString | str:
        """When."""
        return at(obj.numbered_at)

    @admin.display(description="Verdict")
    def judged(self, obj: BillingChange) -> SafeString:
        """At that moment."""
        return badge(obj.verdict.replace("_", " ").lower(), tones.VERDICT.get(obj.verdict, ""))

    @admin.display(description="CDR")
    def cdr_shown(self, obj: BillingChange) -> SafeString | str:
        """Linked."""
        return linked(links.change("roaming.cdr", obj.cdr_id), short(obj.cdr.object_id))

    @admin.display(description="CPO")
    def seller(self, obj: BillingChange) -> SafeString | str:
        """Who sold."""
        return code(f"{obj.country_code}/{obj.party_id}")

    @admin.display(description="eMSP")
    def payer(self, obj: BillingChange) -> SafeString | str:
        """Who pays."""
        return code(f"{obj.token_country_code}/{obj.token_party_id}")
