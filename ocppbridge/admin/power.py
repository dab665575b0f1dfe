"""Power on stations (K): profiles there, schedules told beside ours, limits of others, budgets of sites."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import power_questions, tones
from ocppbridge.admin.drawing import drawn
from ocppbridge.bridge import budgets
from ocppbridge.charging.budget_times import faults
from ocppbridge.charging.charging_profiles import Period
from ocppbridge.models import (
    BudgetShare,
    ChargingLimit,
    InstalledProfile,
    PriorityCharging,
    ProfileInquiry,
    ScheduleCheck,
    SiteBudget,
)
from ocppbridge.services import calls, charging_profiles
from ocppbridge.services.budget_shares import counted
from roaming.console import links
from roaming.console.asking import Question, Refused, button
from roaming.console.home import Panel
from roaming.console.pages import EditedRows, Page, Shown
from roaming.console.text import BAD, GOOD, PLAIN, WARN, ago, badge, linked, number, pretty_value

DRIFT = {"missing": BAD, "different": WARN, "foreign": WARN}
INQUIRY = {"asked": PLAIN, "whole": GOOD, "none": GOOD, "refused": BAD, "silent": WARN}
DAY = 86400


def periods_of(said: Any) -> tuple[Period, ...]:
    """Of a JSON column."""
    found: tuple[Period, ...] = msgspec.convert(said, tuple[Period, ...], strict=False)
    return found


class OfStation(Shown[Any]):
    """What has a station."""

    list_select_related = ("station",)
    search_fields = ("station__identity__exact",)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: Any) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)


@admin.register(InstalledProfile)
class InstalledProfileAdmin(OfStation):
    """A charging profile on a station."""

    list_display = (
        "profile_id", "station_link", "evse_number", "purpose", "kind", "level", "source", "standing", "told",
    )  # fmt: skip
    list_filter = ("drift", "purpose", "kind", "source", ("station", admin.RelatedOnlyFieldListFilter))
    ordering = ("station__identity", "evse_number", "purpose", "-level")
    actions_detail = ("clear_it", "set_again")
    fields = (
        ("station_link", "evse_number", "profile_id"), ("purpose", "kind", "level"), ("transaction_id", "source"),
        ("standing", "set_for", "requested_by"), ("accepted_at", "reported_at"), "picture", "content",
    )  # fmt: skip

    @button("Take it away", icon="backspace", danger=True, text="The station is asked to clear this one profile.")
    def clear_it(self, request: HttpRequest, obj: InstalledProfile, form: Question) -> None:
        """K10."""
        self._call(request, power_questions.clearing(obj), obj)

    @button(
        "Set it again",
        icon="replay",
        fits=lambda obj: obj.wanted,
        text="As it was set by us, whatever the station makes of it now.",
    )
    def set_again(self, request: HttpRequest, obj: InstalledProfile, form: Question) -> None:
        """K01."""
        self._call(request, power_questions.setting(obj), obj)

    def _call(self, request: HttpRequest, intent: Any, obj: InstalledProfile) -> None:
        try:
            calls.queue(obj.station, intent, purpose="staff", requested_by=request.user.get_username())
        except (calls.NotOffered, calls.InvalidPayload) as problem:
            raise Refused(str(problem)) from None
        messages.success(request, f"{obj.station} is asked; reload this page for its answer.")

    @admin.display(description="State", ordering="drift")
    def standing(self, obj: InstalledProfile) -> SafeString:
        """As set, or how not."""
        if obj.drift:
            return tones.state(obj.drift, DRIFT, obj.get_drift_display())
        return badge("as set", GOOD) if obj.wanted else badge("of others")

    @admin.display(description="Told", ordering="reported_at")
    def told(self, obj: InstalledProfile) -> SafeString | str:
        """When the station last named it."""
        return ago(obj.reported_at or obj.accepted_at)

    @admin.display(description="Schedule")
    def picture(self, obj: InstalledProfile) -> SafeString | str:
        """From its own beginning on."""
        schedule = charging_profiles.load(obj.profile).schedule
        length = schedule.duration or max(DAY, *(period.start * 2 for period in schedule.periods))
        start = schedule.start or obj.accepted_at or timezone.now()
        return drawn([("limit", schedule.periods)], start, length, schedule.unit.value)

    @admin.display(description="Profile")
    def content(self, obj: InstalledProfile) -> SafeString | str:
        """All of it that says something."""
        return pretty_value(_said(obj.profile))


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _said(item) for name, item in value.items() if item not in (None, [], ())}
    return [_said(item) for item in value] if isinstance(value, list) else value


@admin.register(ScheduleCheck)
class ScheduleCheckAdmin(OfStation):
    """The composite schedule as told, beside ours."""

    list_display = ("place", "station_link", "verdict", "when", "difference")
    list_filter = (("station", admin.RelatedOnlyFieldListFilter),)
    ordering = ("-at",)
    fields = (("station_link", "evse_number", "when"), ("verdict", "difference"), "picture")

    @admin.display(description="EVSE", ordering="evse_number")
    def place(self, obj: ScheduleCheck) -> str:
        """0 is the whole station."""
        return f"EVSE {obj.evse_number}" if obj.evse_number else "the station"

    @admin.display(description="At", ordering="at")
    def when(self, obj: ScheduleCheck) -> SafeString | str:
        """When it was told."""
        return ago(obj.at)

    @admin.display(description="")
    def verdict(self, obj: ScheduleCheck) -> SafeString:
        """Whether they agree."""
        return badge("differs", BAD) if obj.difference else badge("agrees", GOOD)

    @admin.display(description="Schedules")
    def picture(self, obj: ScheduleCheck) -> SafeString | str:
        """Both."""
        lines = [("computed", periods_of(obj.computed)), ("told by the station", periods_of(obj.told))]
        return drawn(lines, obj.start, obj.duration, obj.unit)


@admin.register(ChargingLimit)
class ChargingLimitAdmin(OfStation):
    """Limits of others."""

    list_display = ("source", "station_link", "evse_number", "grid_critical", "local_generation", "since", "cleared_at")
    list_filter = ("source", "grid_critical", ("cleared_at", admin.EmptyFieldListFilter))
    ordering = ("-since",)
    fields = (
        ("station_link", "evse_number", "source"), ("grid_critical", "local_generation"), ("since", "cleared_at"),
        "content",
    )  # fmt: skip

    @admin.display(description="Schedules")
    def content(self, obj: ChargingLimit) -> SafeString | str:
        """As told."""
        return pretty_value(_said(obj.schedules))


@admin.register(ProfileInquiry)
class ProfileInquiryAdmin(OfStation):
    """Questions which profiles there are."""

    list_display = ("id", "station_link", "standing", "asked_at", "told_at", "requested_by")
    list_filter = ("state",)
    ordering = ("-asked_at",)
    fields = (("station_link", "standing", "narrowed"), ("asked_at", "told_at", "requested_by"), "seen")

    @admin.display(description="State", ordering="state")
    def standing(self, obj: ProfileInquiry) -> SafeString:
        """How far it is."""
        return tones.state(obj.state, INQUIRY, obj.get_state_display())


@admin.register(PriorityCharging)
class PriorityChargingAdmin(Shown[PriorityCharging]):
    """Whose priority was used."""

    list_display = ("transaction", "activated", "by", "at")
    list_filter = ("activated",)
    list_select_related = ("transaction__station",)
    ordering = ("-at",)


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
