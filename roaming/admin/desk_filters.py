"""How staff narrow the desk's list: what waits, whose it is, why, and when it ended. Each is read from an index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from roaming.console.mixing import ModelAdmin
from roaming.hub.addressing import CHARGING_SIDE, Roles
from roaming.models import Assessment, Cdr, Party
from roaming.services.billing_cdrs import month
from roaming.services.objects import key

Rows = QuerySet[Assessment]
REASONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "money": (
        "price and totals",
        (
            *(f"total{part}_cost_mismatch" for part in ("", "_fixed", "_energy", "_time", "_parking", "_reservation")),
            "parts_do_not_add_up", "cannot_be_priced", "no_tariff", "reading_changed", "rounding_profile_changed",
            "other_reading",
        ),
    ),
    "published": ("published tariff", ("differs_from_published", "tariff_not_held", "published_not_comparable")),
    "absurd": (
        "absurd figures (S42)",
        (
            "absurd_energy", "absurd_power", "absurd_cost", "absurd_vat", "absurd_duration", "ends_in_the_future",
            "ends_before_start", "negative_cost", "negative_time",
        ),
    ),
    "meter": (
        "doubts of the station's meter (S42)",
        (
            "clock", "end_before_start", "meter_backwards", "meter_implausible", "meter_jump", "meter_negative",
            "meter_reset", "no_meter",
        ),
    ),
    "session": ("session", ("session_missing", "session_mismatch", "session_flow_mismatch")),
    "twice": ("billed twice", ("session_billed_twice", "looks_like_another", "cdr_id_conflict")),
    "credit": (
        "credit",
        (
            "credit_of_unknown_cdr", "credit_of_credit", "credited_twice", "partial_credit", "over_credited",
            "credit_not_negated", "credit_differs", "credit_without_reference",
        ),
    ),
    "signature": (
        "signed data",
        (
            "signature_invalid", "signature_missing", "public_key_unreadable", "signed_data_unreadable",
            "meter_serial_mismatch", "signed_reading_not_for_billing", "signed_energy_mismatch", "signed_time_mismatch",
        ),
    ),
    "form": (
        "form and quantities",
        (
            "schema", "unreadable", "missing_field", "id_too_long", "no_charging_periods", "period_without_dimensions",
            "currency_mismatch", "total_energy_mismatch", "charged_nowhere", "session_only_dimension",
            "periods_out_of_order", "not_assessed",
        ),
    ),
}  # fmt: skip
_CODE = re.compile(r"[a-z0-9_]{1,60}")
MONTHS = 13
FOUND = 500  # CDRs of one id or session: an id is one owner's only


class ById(ModelAdmin[Assessment]):
    """A search by CDR or session id as they are stored: folded, so that an index finds them among millions."""

    def get_search_results(self, request: HttpRequest, queryset: Rows, search_term: str) -> tuple[Rows, bool]:
        """Each word must be one of the two."""
        for term in search_term.split():
            keys = [
                pk
                for field in ("object_key", "session_key")
                for pk in Cdr.objects.filter(**{field: key(term)}).values_list("pk", flat=True)[:FOUND]
            ]
            queryset = queryset.filter(cdr_id__in=keys or [0])
        return queryset, False


class Staff(admin.SimpleListFilter):
    """What staff said."""

    title = "staff"
    parameter_name = "staff"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Nobody yet, or one of their words."""
        return [("waiting", "on hold, nobody has looked"), *Assessment.Settled.choices]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """By their last word."""
        if self.value() == "waiting":
            return queryset.filter(verdict=Assessment.Verdict.ON_HOLD, settled_at=None)
        return queryset.filter(settled_as=self.value()) if self.value() else queryset


class OfParty(admin.SimpleListFilter):
    """Rows of one party, such as NL/CPO. Of which side of roaming it is, subclasses say, and by which columns."""

    parameter_name: str
    side: Roles
    columns: tuple[str, str]

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """All of that side; the rows themselves may be a million."""
        rows = Party.objects.filter(role__in=self.side).order_by("country_code", "party_id")[:100]
        return offered((f"{one.country_code}/{one.party_id}" for one in rows), request, self.parameter_name)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By country and party, whatever their case."""
        country, _, party = (self.value() or "").upper().partition("/")
        return queryset.filter(**dict(zip(self.columns, (country, party), strict=True))) if self.value() else queryset


class Partner(OfParty):
    """Who made it."""

    title = "made by"
    parameter_name = "partner"
    side, columns = CHARGING_SIDE, ("country_code", "party_id")


class Reason(admin.SimpleListFilter):
    """Why: a kind of reason, or one code exactly (a link from a CDR's page)."""

    title = "reason"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """The kinds, and the code that was asked for."""
        asked = request.GET.get(self.parameter_name, "")
        kinds = [(name, title) for name, (title, _) in REASONS.items()]
        return [*kinds, (asked, asked.replace("_", " "))] if asked not in REASONS and _CODE.fullmatch(asked) else kinds

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """By code."""
        value = self.value()
        if not value:
            return queryset
        codes = REASONS[value][1] if value in REASONS else (value,)
        return queryset.filter(codes__overlap=list(codes))


class Period(admin.SimpleListFilter):
    """When the charging ended, by the calendar of UTC, as everything that is billed here."""

    field = "ended_at"

    title = "ended"
    parameter_name = "ended"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Days, then months."""
        now = timezone.now()
        return [("1d", "in the last day"), ("7d", "in the last 7 days"), *((one, one) for one in months(now, MONTHS))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """A half-open interval."""
        value = self.value() or ""
        if value in ("1d", "7d"):
            return queryset.filter(**{f"{self.field}__gte": timezone.now() - timedelta(days=int(value[0]))})
        if not value:
            return queryset
        try:
            first, after = month(value)
        except ValueError:  # no month has none
            return queryset.none()
        return queryset.filter(**{f"{self.field}__gte": first, f"{self.field}__lt": after})


class Origin(admin.SimpleListFilter):
    """From a partner, or made here."""

    title = "origin"
    parameter_name = "origin"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Two choices."""
        return [("ours", "made here"), ("theirs", "from a partner")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """By source."""
        return queryset.filter(cdr__source__isnull=self.value() == "ours") if self.value() else queryset


def offered(names: Iterable[str], request: HttpRequest, parameter: str) -> list[tuple[str, str]]:
    """Each once, and what was asked for: Django passes over a filter that has nothing to offer."""
    asked = request.GET.get(parameter, "")
    return [(name, name) for name in dict.fromkeys([*names, *([asked] if asked else [])])]


def months(now: datetime, count: int) -> list[str]:
    """The last ones, the present one first."""
    last = now.year * 12 + now.month - 1
    return [f"{one // 12}-{one % 12 + 1:02}" for one in range(last, last - count, -1)]
