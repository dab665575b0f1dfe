"""Power on stations (K): profiles there, schedules told beside ours, limits of others."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import power_questions, tones
from ocppbridge.admin.calling import refusing
from ocppbridge.admin.drawing import drawn
from ocppbridge.charging.charging_profiles import Period
from ocppbridge.models import (
    ChargingLimit,
    InstalledProfile,
    PriorityCharging,
    ProfileInquiry,
    ScheduleCheck,
)
from ocppbridge.services import calls, charging_profiles
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, PLAIN, WARN, ago, badge, linked, pretty_value

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
        with refusing():
            calls.queue(obj.station, intent, purpose="staff", requested_by=request.user.get_username())
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
