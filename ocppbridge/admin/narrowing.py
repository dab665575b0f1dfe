"""What the list of transactions can be narrowed by, beyond its columns."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from ocppbridge.models import Transaction


class HasFindings(admin.SimpleListFilter):
    """What the hub noticed about it."""

    title = "findings"
    parameter_name = "findings"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """One choice."""
        return [("yes", "with findings")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Transaction]) -> QuerySet[Transaction]:
        """An empty list is none."""
        return queryset.exclude(findings=[]) if self.value() else queryset


class Silent(admin.SimpleListFilter):
    """Running, and nothing was heard for long."""

    title = "news"
    parameter_name = "silent"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """One choice."""
        return [("yes", "silent")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Transaction]) -> QuerySet[Transaction]:
        """As flagged by the sweep."""
        return queryset.filter(silent_since__isnull=False, state="running") if self.value() else queryset
