"""The buttons of a station's page that are about power, and what stands there of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ocppbridge.admin import power_questions
from ocppbridge.admin.calling import call_station, refusing
from ocppbridge.admin.drawing import drawn
from ocppbridge.bridge import decisions, power
from ocppbridge.charging.intents import AskSchedule, ClearProfiles
from ocppbridge.charging.tokens import Place
from ocppbridge.models import ChargingLimit, InstalledProfile, Station
from ocppbridge.services import charging_profiles
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.home import Panel
from roaming.console.mixing import ModelAdmin
from roaming.console.text import ago, linked

M = TypeVar("M", bound=Model)
DAY = 86400


class Powering(ModelAdmin[M]):
    """Of a station."""

    @button(
        "Set a limit",
        icon="speed",
        form=power_questions.NewLimit,
        submit="Set it",
        text="A charging profile, from now on; what a driver's own profile allows stays below it.",
    )
    def set_limit(self, request: HttpRequest, obj: Station, form: power_questions.NewLimit) -> None:
        """K01."""
        intent = form.intent(obj, timezone.now())
        with refusing():
            charging_profiles.set_on(obj, intent.profile, intent.place, purpose="staff", by=request.user.get_username())
        messages.success(request, f"{obj} is asked to take it; see its calls.")

    @button(
        "Ask for profiles", icon="quiz", form=power_questions.WhichProfiles, submit="Ask",
        text="What comes is compared with what we set.",
    )  # fmt: skip
    def ask_profiles(self, request: HttpRequest, obj: Station, form: power_questions.WhichProfiles) -> None:
        """K09."""
        with refusing():
            charging_profiles.ask(obj, by=request.user.get_username(), **form.criteria())
        messages.success(request, f"{obj} is asked; what it tells stands under Charging profiles.")

    @button("Compare schedule", icon="difference", form=power_questions.WhichSchedule, submit="Ask the station")
    def compare_schedule(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """K08."""
        said = form.cleaned_data
        return call_station(request, obj, AskSchedule(Place(said["evse"]), said["hours"] * 3600))

    @button("Clear profiles", icon="backspace", form=power_questions.WhichProfiles, danger=True, submit="Clear them")
    def clear_profiles(self, request: HttpRequest, obj: Station, form: power_questions.WhichProfiles) -> HttpResponse:
        """K10."""
        return call_station(request, obj, ClearProfiles(None, **form.criteria()))

    @button("Repair profiles", icon="healing", text="What is missing or different is set again.")
    def repair_profiles(self, request: HttpRequest, obj: Station, form: Question) -> None:
        """K01."""
        with refusing():
            made = charging_profiles.repair(obj, decisions.choices(), by=request.user.get_username())
        messages.success(request, f"{len(made)} calls were made." if made else "Nothing is to be repaired.")


def panels(station: Station) -> Iterable[Panel]:
    """Its profiles, and what they come to for the next day."""
    rows = list(InstalledProfile.objects.filter(station=station)[:20])
    if not rows and not ChargingLimit.objects.filter(station=station, cleared_at=None).exists():
        return
    now = timezone.now().replace(microsecond=0)
    pictures = []
    for evse in station.evses.all():
        found = power.computed(station, evse.number, now, DAY)
        picture = drawn([("limit", found.periods)], now, DAY, "A")
        pictures.append((f"EVSE {evse.number}", picture))
    yield Panel(
        "What limits it for the next day", ("", "A per phase"), pictures,
        links.changelist("ocppbridge.schedulecheck", q=station.identity), more="What the station told",
    )  # fmt: skip
    yield Panel(
        "Charging profiles",
        ("Id", "EVSE", "Purpose", "Kind", "Level", "Of", "State", "Since"),
        [_row(one) for one in rows],
        links.changelist("ocppbridge.installedprofile", q=station.identity),
    )  # fmt: skip


def _row(one: InstalledProfile) -> tuple[object, ...]:
    page = linked(links.change("ocppbridge.installedprofile", one.pk), one.profile_id)
    state, since = one.get_drift_display() or "as set", ago(one.accepted_at or one.reported_at)
    return page, one.evse_number, one.purpose, one.kind, one.level, one.source, state, since
