"""Reconciliation: a month at a glance, partner by partner; then what is wrong with one, and where it is put right."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from roaming.admin import reconciliation_tables as tables
from roaming.console import navigation
from roaming.console.navigation import Entry
from roaming.console.pages import Shown
from roaming.models import Balance
from roaming.ocpi.party import PartyId
from roaming.services import reconciliation, reconciliation_rows
from roaming.services.balance_sql import KINDS
from roaming.services.reconciliation import PAGE, Selection, Side

navigation.add(Entry("Roaming", "Reconciliation", "balance", "roaming.balance", 25))


class _Echo:
    """What csv.writer takes for a file: it hands each line back."""

    def write(self, line: str) -> str:
        return line


@admin.register(Balance)
class BalanceAdmin(Shown[Balance]):
    """One page; what it shows is in its address, so it can be sent to a colleague."""

    def get_urls(self) -> list[Any]:
        """The CSV beside the page."""
        page = self.admin_site.admin_view(self.csv_view)
        return [path("csv/", page, name="roaming_balance_csv"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The month, or one partner of it."""
        selection = self._asked(request)
        after = _number(request.GET.get("after"))
        sums, wrong = reconciliation.sums(selection), reconciliation.wrong(selection)
        rows = reconciliation.page(selection, after) if selection.party or selection.kind else []
        context = {
            **self.admin_site.each_context(request),
            **(extra_context or {}),
            "title": "Reconciliation",
            "selection": selection,
            "months": reconciliation.months() or [selection.month],
            "tiles": tables.tiles(selection, wrong),
            "panels": tables.panels(selection, sums, wrong, rows),
            "csv": f"{reverse('admin:roaming_balance_csv')}?{tables.query(selection)}",
            "next": f"?{tables.query(selection, after=rows[-1].pk)}" if len(rows) == PAGE else "",
            "first": f"?{tables.query(selection)}" if after else "",
            "all": f"?{tables.query(Selection(selection.month))}",
        }
        return TemplateResponse(request, "roaming/reconciliation.html", context)

    def csv_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """Every row of the selection, as it is written."""
        selection = self._asked(request)
        answer = StreamingHttpResponse(_lines(selection), content_type="text/csv; charset=utf-8")
        name = "-".join([f"{selection.month:%Y-%m}", *str(selection.party or "all").split("/")])
        answer["Content-Disposition"] = f'attachment; filename="reconciliation-{name}.csv"'
        return answer

    def _asked(self, request: HttpRequest) -> Selection:
        if not self.has_view_permission(request):
            raise PermissionDenied
        reconciliation.current()  # first: the newest month may be one that nobody has looked at yet
        return chosen(request.GET.dict())


def chosen(said: dict[str, Any]) -> Selection:
    """What an address asks for; whatever it cannot mean is left out."""
    try:
        selection = Selection(reconciliation.month_named(said.get("month", "")))
    except ValueError:
        selection = Selection(reconciliation.newest(timezone.now()))
    try:
        party = PartyId.parse(said.get("party", ""))
    except ValueError:
        party = None
    side = Side.OWNER if said.get("side") == Side.OWNER else Side.PAYER
    kind = said.get("kind")
    return reconciliation.narrowed(selection, party=party, side=side, kind=kind if kind in KINDS else None)


def _lines(selection: Selection) -> Iterator[str]:
    writer = csv.writer(_Echo())
    for row in reconciliation_rows.table(selection):
        yield writer.writerow(row)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
