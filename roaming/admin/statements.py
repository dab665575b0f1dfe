"""Monthly statements: drawn up for everybody who has something to state, looked at, issued for good."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from roaming.console import links
from roaming.console.asking import Question, Refused, button
from roaming.console.home import Panel
from roaming.console.pages import Shown
from roaming.console.text import GOOD, NOTE, WARN, ago, badge, code, dated, linked, number, short, whole
from roaming.models import Statement
from roaming.services import statement_papers, statements

TONES = {"COLLECTING": NOTE, "DRAFT": WARN, "ISSUED": GOOD}
KINDS = {"charges": "Charges", "credits": "Credits", "total": "Total"}
PAPERS = {"statement.pdf": "PDF", "sums.csv": "sums as CSV", "cdrs.csv": "CDRs as CSV"}


class NewStatements(Question):
    """Of which month."""

    month = forms.CharField(max_length=7, help_text="of the end of charging in UTC, as 2026-10; it must be over")


def open_(obj: Statement) -> bool:
    """Not issued yet."""
    return obj.state != Statement.State.ISSUED


@admin.register(Statement)
class StatementAdmin(Shown[Statement]):
    """One seller, one payer, one month."""

    list_display = ("name", "standing", "seller", "payer", "counted", "amounts", "held", "issued")
    list_display_links = ("name",)
    list_filter = ("state", "month")
    search_fields = ("party_id__iexact", "token_party_id__iexact", "seller_name", "payer_name")
    ordering = ("-month", "country_code", "party_id", "token_country_code", "token_party_id")
    actions_list = ("draw_up",)
    actions_detail = ("issue", "anew", "discard")
    fields = (
        ("name", "standing", "counted"),
        ("seller", "payer"),
        ("created_at", "issued_at", "issued_by"),
        ("held", "papers"),
    )

    def get_urls(self) -> list[Any]:
        """With its papers."""
        paper = self.admin_site.admin_view(self.paper)
        return [path("<int:pk>/<str:name>", paper, name="roaming_statement_paper"), *super().get_urls()]

    def paper(self, request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
        """For those who may operate here: CDRs are personal data (S43)."""
        if not self.has_operate_permission(request):
            raise PermissionDenied
        row = get_object_or_404(Statement, pk=pk)
        if name not in PAPERS or row.state == Statement.State.COLLECTING:
            raise Http404
        answer: HttpResponseBase
        if name == "statement.pdf":
            answer = HttpResponse(statement_papers.pdf(row), content_type="application/pdf")
        elif name == "sums.csv":
            answer = HttpResponse(statement_papers.sums_csv(row), content_type="text/csv; charset=utf-8")
        else:
            answer = StreamingHttpResponse(statement_papers.cdrs_csv(row), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{row.number}-{name}"'
        return answer

    @button("Draw up a month", icon="edit_document", submit="Draw up", form=NewStatements)
    def draw_up(self, request: HttpRequest, obj: None, form: Question) -> None:
        """Drafts of every pair that has something to state."""
        begun, kept = [], []
        try:
            first = statements.month_of(form.cleaned_data["month"])
        except ValueError as problem:
            raise Refused(str(problem)) from None
        for pair in statements.pairs(first):
            try:
                begun.append(statements.draw_up(pair, first, timezone.now()))
            except statements.NotPossible as problem:
                kept.append(str(problem))
        if not begun:
            raise Refused("; ".join(sorted(set(kept))) or "no accepted CDR of that month waits for a statement")
        messages.info(request, f"{len(begun)} are being drawn up. {'; '.join(kept)}")

    @button(
        "Issue", icon="task_alt", fits=lambda obj: obj.state == Statement.State.DRAFT,
        text="From then on nothing on it changes; what was wrong is put right by credit CDRs on a later one.",
    )  # fmt: skip
    def issue(self, request: HttpRequest, obj: Statement, form: Question) -> None:
        """For good."""
        try:
            statements.issue(obj, request.user.get_username(), timezone.now())
        except statements.NotPossible as problem:
            raise Refused(str(problem)) from None

    @button("Draw up anew", icon="refresh", fits=open_, text="With what is accepted now.")
    def anew(self, request: HttpRequest, obj: Statement, form: Question) -> None:
        """From the beginning."""
        try:
            statements.anew(obj, timezone.now())
        except statements.NotPossible as problem:
            raise Refused(str(problem)) from None

    @button("Discard", icon="delete", danger=True, fits=open_, text="Its CDRs are free for another statement.")
    def discard(self, request: HttpRequest, obj: Statement, form: Question) -> None:
        """The draft is gone."""
        try:
            statements.discard(obj)
        except statements.NotPossible as problem:
            raise Refused(str(problem)) from None
        obj.pk = None

    def panels(self, request: HttpRequest, obj: Statement) -> Iterable[Panel]:
        """The sums, then the CDRs that ended last."""
        for sums in obj.sums:
            head = ("", "VAT rate", "CDRs", "Excl. VAT", "VAT", "Incl. VAT", "Taken, kWh", "Given back, kWh")
            rows = [row for kind, title in KINDS.items() for row in _rows(title, sums[kind])]
            yield Panel(f"Amounts in {sums['currency']}", head, rows)
        found = obj.rows.select_related("cdr").order_by("-cdr__end_date_time")[:20]
        yield Panel(
            "CDRs on it, the latest first",
            ("CDR", "Ended", "Excl. VAT", "Incl. VAT", ""),
            [
                (
                    linked(links.change("roaming.cdr", one.cdr_id), short(one.cdr.object_id)),
                    dated(one.cdr.end_date_time),
                    whole(f"{number(one.excl_vat, 4)} {one.currency}"),
                    whole(number(one.incl_vat, 4)),
                    badge("credit", WARN) if one.credit else "",
                )
                for one in found
            ],
            empty="None.",
        )

    @admin.display(description="Statement", ordering="month")
    def name(self, obj: Statement) -> str:
        """Its number."""
        return obj.number

    @admin.display(description="CDRs", ordering="collected")
    def counted(self, obj: Statement) -> str:
        """That are on it."""
        return f"{obj.collected:,} so far" if obj.state == Statement.State.COLLECTING else f"{obj.collected:,}"

    @admin.display(description="State", ordering="state")
    def standing(self, obj: Statement) -> SafeString:
        """Draft or issued."""
        return badge(obj.get_state_display(), TONES[obj.state])

    @admin.display(description="CPO")
    def seller(self, obj: Statement) -> SafeString | str:
        """Who sold."""
        return code(f"{obj.country_code}/{obj.party_id}")

    @admin.display(description="eMSP")
    def payer(self, obj: Statement) -> SafeString | str:
        """Who pays."""
        return code(f"{obj.token_country_code}/{obj.token_party_id}")

    @admin.display(description="Excl. VAT")
    def amounts(self, obj: Statement) -> SafeString:
        """In each currency."""
        totals = ((f"{one['total']['excl_vat']} {one['currency']}",) for one in obj.sums)
        return format_html_join(", ", '<span class="console-nowrap">{}</span>', totals)

    @admin.display(description="Not billed")
    def held(self, obj: Statement) -> str:
        """What waits, or was rejected."""
        waiting = [f"{count} {name.lower().replace('_', ' ')}" for name, count in obj.unbilled.items() if count]
        return ", ".join(waiting) or "–"

    @admin.display(description="Issued", ordering="issued_at")
    def issued(self, obj: Statement) -> SafeString | str:
        """When."""
        return ago(obj.issued_at)

    @admin.display(description="Papers")
    def papers(self, obj: Statement) -> SafeString | str:
        """To take along."""
        if obj.state == Statement.State.COLLECTING:
            return "–"
        urls = (
            (reverse("admin:roaming_statement_paper", args=(obj.pk, name)), words) for name, words in PAPERS.items()
        )
        return format_html_join(" · ", '<a class="console-link" href="{}">{}</a>', urls)


def _rows(title: str, told: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    """Each rate, then all of them."""
    for one in told["by_rate"]:
        told_of_it = (one["excl_vat"], one["vat"] or "not told", one["incl_vat"] or "not told")
        yield title, statement_papers.rate(one["rate"]), "", *told_of_it, "", ""
    amounts = (told["excl_vat"], told["vat"] or "not told", told["incl_vat"] or "not told")
    yield title, statement_papers.ALL_RATES, told["cdrs"], *amounts, told["energy_import"], told["energy_export"]
