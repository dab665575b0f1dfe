"""Budgets of sites (K): what the stations of a location may draw together, and what each of them has of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.bridge import budgets
from ocppbridge.charging.budget_times import faults
from ocppbridge.models import BudgetShare, SiteBudget
from ocppbridge.services.budget_shares import counted
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.home import Panel
from roaming.console.pages import EditedRows, Page
from roaming.console.text import GOOD, WARN, ago, badge, linked, number

PLACE = ("country_code", "party_id", "location_id")


class ShareRows(EditedRows[BudgetShare, SiteBudget]):
    """What each station has of it; staff say what it weighs and on which phases it hangs."""

    model = BudgetShare
    fields = ("station", "weight", "phases", "cars", "measured", "wanted", "has", "trouble")
    readonly_fields = ("station", "cars", "measured", "wanted", "has", "trouble")
    verbose_name_plural = "Stations of the location"
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They come with their location."""
        return False

    @admin.display(description="Accepted")
    def has(self, obj: BudgetShare) -> str:
        """And until when."""
        if obj.accepted is None:
            return f"nothing yet: counted with {obj.built_for:f}"
        end = f" until {obj.lease_end:%H:%M:%S}" if obj.lease_end else ""
        waiting = f"; {obj.sent:f} sent" if obj.sent is not None else ""
        return f"{obj.accepted:f}{end}{waiting}"


class BudgetForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """With periods that make sense."""

    class Meta:
        model = SiteBudget
        fields = "__all__"  # the page names them

    def clean_periods(self) -> Any:
        """By budget_times."""
        periods = self.cleaned_data["periods"] or []
        wrong = faults(periods)
        if wrong:
            raise forms.ValidationError(wrong)
        return periods

    def clean(self) -> dict[str, Any]:
        """The location is there."""
        said: dict[str, Any] = super().clean() or {}
        where = [str(said.get(name, "")) for name in PLACE]
        if all(where) and set(PLACE) & set(self.changed_data) and (wrong := budgets.misplaced(*where)):
            self.add_error("location_id", wrong)
        return said


@admin.register(SiteBudget)
class SiteBudgetAdmin(Page[SiteBudget]):
    """What the stations of a location may draw together."""

    form = BudgetForm
    list_display = ("location_id", "party", "active", "limit_shown", "strategy", "counted_shown", "balanced_at")
    list_filter = ("active", "unit", "strategy", "country_code", "party_id")
    search_fields = ("location_id__iexact",)
    ordering = ("country_code", "party_id", "location_id")
    inlines = (ShareRows,)
    actions_detail = ("share_anew",)
    readonly_fields = ("balanced_at", "counted_shown")
    fieldsets = (
        (None, {"fields": [("country_code", "party_id", "location_id"), ("active", "strategy")]}),
        ("Limits", {"fields": [("unit", "limit", "limit_l2", "limit_l3"), ("minimum", "offline_limit"), "periods"]}),
        ("Now", {"fields": [("balanced_at", "counted_shown")]}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SiteBudget]:
        """With the shares that the list counts."""
        return super().get_queryset(request).prefetch_related("shares")

    @button("Share anew", icon="balance", text="At once, instead of in some seconds.")
    def share_anew(self, request: HttpRequest, obj: SiteBudget, form: Question) -> None:
        """As after a car has come."""
        made = budgets.balance(obj.pk, timezone.now())
        messages.success(request, f"{len(made)} calls were made.")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """And share it at once."""
        super().save_related(request, form, formsets, change)
        budgets.changed(form.instance)

    def delete_model(self, request: HttpRequest, obj: SiteBudget) -> None:
        """And take the limit off its stations."""
        super().delete_model(request, obj)
        budgets.removed(timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SiteBudget]) -> None:
        """Likewise of several."""
        super().delete_queryset(request, queryset)
        budgets.removed(timezone.now())

    @admin.display(description="Operator", ordering="party_id")
    def party(self, obj: SiteBudget) -> str:
        """Country and party."""
        return f"{obj.country_code}/{obj.party_id}"

    @admin.display(description="Limit", ordering="limit")
    def limit_shown(self, obj: SiteBudget) -> str:
        """With its unit."""
        return f"{number(obj.limit, 1)} {obj.unit}"

    @admin.display(description="Counted")
    def counted_shown(self, obj: SiteBudget) -> SafeString | str:
        """What its stations may be drawing on one phase at most."""
        now = timezone.now()
        rows = list(obj.shares.all()) if obj.pk else []
        total = sum(counted(row, now) for row in rows)
        return badge(f"{number(total, 1)} {obj.unit}", WARN if total > obj.limit else GOOD) if rows else "–"

    def panels(self, request: HttpRequest, obj: SiteBudget) -> Iterable[Panel]:
        """Where to see the station itself."""
        yield Panel(
            "Shares now",
            ("Station", "Cars", "Wanted", "Accepted", "Since"),
            [
                (
                    linked(links.change("ocppbridge.station", one.station_id), one.station), one.cars,
                    number(one.wanted, 1), number(one.accepted, 1), ago(one.accepted_at),
                )
                for one in obj.shares.select_related("station")[:50]
            ],
            empty="No station stands at this location.",
        )  # fmt: skip
