"""How staff narrow the list of CDRs. Nothing here reads the table to know what it could be narrowed by: a million CDRs
have few owners, payers and currencies, and those stand elsewhere.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.db.models.functions import Upper
from django.db.models.lookups import Exact
from django.http import HttpRequest

from roaming.admin import desk_filters
from roaming.admin.desk_filters import offered
from roaming.console.mixing import ModelAdmin
from roaming.hub.addressing import DRIVING_SIDE
from roaming.models import BalanceSum, Cdr
from roaming.services.objects import key

Rows = QuerySet[Cdr]


class Found(ModelAdmin[Cdr]):
    """A search by what has an index: CDR, session, token, authorization reference."""

    def get_search_results(self, request: HttpRequest, queryset: Rows, search_term: str) -> tuple[Rows, bool]:
        """Each word must be one of the four, whatever its case (TYP-03); a reference as it is."""
        for term in search_term.split():
            rules = (Q(object_key=key(term)), Q(session_key=key(term)), Q(authorization_reference=term))
            keys = [pk for rule in rules for pk in Cdr.objects.filter(rule).values_list("pk", flat=True)[: self.found]]
            of_token = Exact(Upper("token_uid"), key(term))  # a card may have thousands: all of them, by its index
            queryset = queryset.filter(Q(of_token) | Q(pk__in=keys))
        return queryset, False

    found = desk_filters.FOUND


class Payer(desk_filters.OfParty):
    """Whose token it was."""

    title = "paid by"
    parameter_name = "payer"
    side, columns = DRIVING_SIDE, ("token_country_code", "token_party_id")


class Ended(desk_filters.Period):
    """The same months as at the desk."""

    field = "end_date_time"


class Currency(admin.SimpleListFilter):
    """Of its money."""

    title = "currency"
    parameter_name = "currency"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Those that were ever billed, out of the sums of reconciliation."""
        names = BalanceSum.objects.order_by("currency").values_list("currency", flat=True).distinct()
        return offered(names, request, self.parameter_name)

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """By its code."""
        return queryset.filter(currency=self.value()) if self.value() else queryset
