"""CDRs: immutable, with the bill that says for each line why it is there (CDR-04)."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from roaming.admin import desk_panels, signed
from roaming.admin.cdr_filters import Currency, Ended, Found, Payer
from roaming.admin.desk_filters import Partner
from roaming.admin.flows import kwh
from roaming.admin.stored import TECHNICAL, StoredPage
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.text import (
    WARN,
    ago,
    badge,
    code,
    dated,
    lasted,
    linked,
    masked,
    number,
    pretty_value,
    short,
    whole,
)
from roaming.models import Cdr
from roaming.pricing import BadInput
from roaming.services import checking


@admin.register(Cdr)
class CdrAdmin(Found, StoredPage[Cdr]):
    """What was billed."""

    module = "cdrs"
    list_display = (
        "cdr",
        "verdict",
        "owner",
        "paid_by",
        "token",
        "energy",
        "excl_vat",
        "incl_vat",
        "ended",
        "duration",
        "kind",
    )
    list_select_related = ("source", "assessment")
    list_display_links = ("cdr",)
    list_filter = (Ended, Partner, Payer, Currency, "credit")
    search_fields = ("object_key",)  # shows the box; what is looked for is said in Found
    search_help_text = "CDR id, session id, token or authorization reference: exactly as they are"
    jump_fields = ("country_code", "party_id", "object_key", "session_key")
    ordering = ("-end_date_time", "-id")
    sortable_by = ("ended",)
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("energy", "excl_vat", "incl_vat"),
                    ("started", "stopped", "duration"),
                    ("verdict", "counts", "at_the_desk"),
                ]
            },
        ),
        (
            "Who",
            {
                "fields": [
                    ("owner", "came_from"),
                    ("paid_by", "token_uid", "authorization_reference"),
                    ("kind", "credit_reference_id"),
                ]
            },
        ),
        ("The same elsewhere", {"fields": [("session", "exchanges")]}),
        ("Bill as stored", {"classes": ["collapse"], "fields": ["bill_shown"]}),
        ("Document", {"classes": ["collapse"], "fields": ["document_shown"]}),
        TECHNICAL,
    )

    @admin.display(description="CDR", ordering="object_id")
    def cdr(self, obj: Cdr) -> SafeString | str:
        """Its id."""
        return short(obj.object_id)

    @admin.display(description="Token owner")
    def paid_by(self, obj: Cdr) -> SafeString | str:
        """The eMSP."""
        return code(f"{obj.token_country_code}/{obj.token_party_id}")

    @admin.display(description="Token")
    def token(self, obj: Cdr) -> SafeString | str:
        """Its last four characters (S43)."""
        return code(masked(obj.token_uid))

    @admin.display(description="Energy", ordering="total_energy")
    def energy(self, obj: Cdr) -> SafeString:
        """kWh, of each direction where there are two."""
        return kwh(obj.total_energy, obj.total_energy_import, obj.total_energy_export)

    @admin.display(description="Excl. VAT", ordering="total_cost_excl_vat")
    def excl_vat(self, obj: Cdr) -> SafeString:
        """Total without VAT."""
        return whole(f"{number(obj.total_cost_excl_vat, 4)} {obj.currency}")

    @admin.display(description="Incl. VAT", ordering="total_cost_incl_vat")
    def incl_vat(self, obj: Cdr) -> SafeString | str:
        """Total with VAT, where it is known (TYP-08)."""
        if obj.total_cost_incl_vat is None:
            return "not known"
        return whole(f"{number(obj.total_cost_incl_vat, 4)} {obj.currency}")

    @admin.display(description="Started")
    def started(self, obj: Cdr) -> SafeString | str:
        """When it began."""
        return dated(obj.start_date_time)

    @admin.display(description="Ended", ordering="end_date_time")
    def ended(self, obj: Cdr) -> SafeString | str:
        """How long ago that is."""
        return ago(obj.end_date_time)

    @admin.display(description="Ended")
    def stopped(self, obj: Cdr) -> SafeString | str:
        """To the second, as its sender has it."""
        return dated(obj.end_date_time)

    @admin.display(description="Duration")
    def duration(self, obj: Cdr) -> str:
        """From plug to unplug."""
        return lasted(obj.start_date_time, obj.end_date_time)

    @admin.display(description="Kind")
    def kind(self, obj: Cdr) -> SafeString:
        """A credit takes another CDR back."""
        return badge("credit", WARN) if obj.credit else badge("charge")

    @admin.display(description="Verdict")
    def verdict(self, obj: Cdr) -> SafeString:
        """The desk's, or what staff made of it."""
        return desk_panels.verdict(obj)

    @admin.display(description="Counts")
    def counts(self, obj: Cdr) -> str:
        """In the balance of its session."""
        return desk_panels.stands(obj)

    @admin.display(description="CDR desk")
    def at_the_desk(self, obj: Cdr) -> SafeString | str:
        """Where it is released, disputed, credited and replaced."""
        row = getattr(obj, "assessment", None)
        words = "withheld until it is released" if obj.withheld else "why, and what can be done"
        return "–" if row is None else linked(links.change("roaming.assessment", row.pk), words)

    @admin.display(description="Session")
    def session(self, obj: Cdr) -> SafeString | str:
        """What it bills."""
        return desk_panels.session_of(obj)

    @admin.display(description="Exchanges")
    def exchanges(self, obj: Cdr) -> SafeString | str:
        """Requests about it."""
        return linked(links.changelist("roaming.exchange", q=obj.object_id), "search the journal")

    @admin.display(description="Bill")
    def bill_shown(self, obj: Cdr) -> SafeString | str:
        """As JSON."""
        return pretty_value(obj.bill)

    def untold(self, obj: Cdr) -> str:
        """Its payer is, unless it is kept back or the payer is nobody here."""
        if obj.withheld:
            return "Withheld: nobody is told before it is released at the CDR desk."
        if obj.addressees:
            return super().untold(obj)
        payer = f"{obj.token_country_code}/{obj.token_party_id}"
        return f"Nobody is told: {payer}, who pays, is not connected here, or no agreement gives it this."

    def panels(self, request: HttpRequest, obj: Cdr) -> Iterable[Panel]:
        """The cost lines, then deliveries."""
        if (lines := desk_panels.cost_lines(obj.bill, "Cost lines")) is not None:
            yield lines
        yield _checked(obj)
        yield from signed.panels(obj)
        yield self.deliveries(obj)


def _checked(obj: Cdr) -> Panel:
    """What does not fit when it is computed again (CDR-27, CDR-28)."""
    try:
        found = checking.check(obj)
        rows = [
            (badge(one.severity, desk_panels.SEVERITY[one.severity]), one.message, code(one.pointer)) for one in found
        ]
    except BadInput as problem:
        rows = [(badge("cannot be computed", WARN), str(problem), "")]
    return Panel("Computed again", ("", "Finding", "Where"), rows, empty="Its figures follow from its tariffs.")
