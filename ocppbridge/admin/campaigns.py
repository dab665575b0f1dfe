"""Firmware campaigns: what goes where, how carefully, and how every station stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.admin.calling import refusing
from ocppbridge.models import CampaignTarget, FirmwareCampaign
from ocppbridge.services import campaigns
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.home import Panel
from roaming.console.pages import Page
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, WARN, ago, badges, linked

State = FirmwareCampaign.State
STATES = {"draft": PLAIN, "running": NOTE, "paused": WARN, "stopped": BAD, "done": GOOD}
TARGETS = {"waiting": PLAIN, "updating": NOTE, "done": GOOD, "failed": BAD, "skipped": WARN}
SHOWN = 200


def _in(*states: str) -> Any:
    return lambda obj: obj.state in states


class CampaignForm(forms.ModelForm[FirmwareCampaign]):
    """Stations that are named are there; half a window is none."""

    def clean_identities(self) -> str:
        """A slip of the pen is told."""
        said = str(self.cleaned_data["identities"])
        missing = campaigns.unknown(said)
        if missing:
            raise forms.ValidationError("no such station: " + ", ".join(missing[:20]))
        return said

    def clean(self) -> dict[str, Any]:
        """Else it would begin at any time of the day."""
        said = super().clean() or {}
        for one, other in (("window_from", "window_to"), ("window_to", "window_from")):
            if said.get(one) is None and said.get(other) is not None and one not in self.errors:
                self.add_error(one, campaigns.HALF_A_WINDOW)
        return said


@admin.register(FirmwareCampaign)
class CampaignAdmin(Page[FirmwareCampaign]):
    """One campaign; its form is closed once it has been started."""

    form = CampaignForm
    list_display = ("name", "image", "standing", "stations", "started")
    list_filter = ("state", ("image", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("image",)
    search_fields = ("name__icontains",)
    ordering = ("-created_at",)
    actions_detail = ("start", "pause", "resume", "stop", "retry")
    readonly_fields = ("standing", "reason", "started_at", "ended_at")
    fieldsets = (
        (None, {"fields": [("name", "image"), ("standing", "reason"), ("started_at", "ended_at")]}),
        ("For stations that fit all of these", {"fields": [("vendor", "model", "from_version"), "identities"]}),
        (
            "How carefully",
            {"fields": [("canary", "percent"), ("stop_above", "tries"), ("window_from", "window_to")]},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[FirmwareCampaign]:
        """With the stations in each state."""
        return campaigns.counted(super().get_queryset(request))

    def has_change_permission(self, request: HttpRequest, obj: FirmwareCampaign | None = None) -> bool:
        """What runs is not changed under way."""
        draft = not isinstance(obj, FirmwareCampaign) or obj.state == State.DRAFT
        return draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: FirmwareCampaign | None = None) -> bool:
        """Only one that never ran."""
        draft = not isinstance(obj, FirmwareCampaign) or obj.state == State.DRAFT
        return draft and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: FirmwareCampaign, form: Any, change: bool) -> None:
        """With who has made it."""
        obj.created_by = obj.created_by or request.user.get_username()
        super().save_model(request, obj, form, change)

    @button(
        "Start",
        icon="rocket_launch",
        fits=_in(State.DRAFT),
        text="The stations that fit now are chosen and updated wave by wave; what is charging is treated as decided "
        "(FIRMWARE-WHILE-CHARGING).",
    )
    def start(self, request: HttpRequest, obj: FirmwareCampaign, form: Question) -> None:
        """The sweep begins the first wave."""
        with refusing(campaigns.NotNow):
            count = campaigns.start(obj, timezone.now())
        messages.success(request, f"{count} station(s) are to be updated.")

    @button("Pause", icon="pause", fits=_in(State.RUNNING), text="No further update begins.")
    def pause(self, request: HttpRequest, obj: FirmwareCampaign, form: Question) -> None:
        """What is under way goes on."""
        with refusing(campaigns.NotNow):
            campaigns.pause(obj, request.user.get_username())

    @button(
        "Resume",
        icon="play_arrow",
        fits=_in(State.PAUSED, State.STOPPED),
        text="It goes on. Of one that has stopped, the stations that have failed so far are left out.",
    )
    def resume(self, request: HttpRequest, obj: FirmwareCampaign, form: Question) -> None:
        """Failures count anew."""
        with refusing(campaigns.NotNow):
            campaigns.resume(obj)

    @button("Stop", icon="stop", fits=_in(State.RUNNING, State.PAUSED), danger=True, text="No further update begins.")
    def stop(self, request: HttpRequest, obj: FirmwareCampaign, form: Question) -> None:
        """It may be resumed."""
        with refusing(campaigns.NotNow):
            campaigns.stop(obj, f"stopped by {request.user.get_username()}", timezone.now())

    @button(
        "Retry failures",
        icon="replay",
        fits=lambda obj: obj.targets.filter(state__in=["failed", "skipped"]).exists(),
        text="Stations that have failed or were skipped are updated once more.",
    )
    def retry(self, request: HttpRequest, obj: FirmwareCampaign, form: Question) -> None:
        """In their waves."""
        with refusing(campaigns.NotNow):
            count = campaigns.retry(obj)
        messages.success(request, f"{count} station(s) are tried again.")

    def panels(self, request: HttpRequest, obj: FirmwareCampaign) -> Iterable[Panel]:
        """Every station, or before the start, those that it would take."""
        if obj.state == State.DRAFT:
            found = campaigns.candidates(obj)
            rows: list[tuple[Any, ...]] = [(one, one.vendor, one.model, one.firmware_version) for one in found[:SHOWN]]
            headers: tuple[str, ...] = ("Station", "Vendor", "Model", "Version now")
            yield Panel(f"{len(found)} station(s) fit now", headers, rows, empty="No station fits.")
            return
        targets = obj.targets.select_related("station", "update")[:SHOWN]
        yield Panel("Stations", ("Wave", "Station", "State", "Tries", "Last word", "Reason"), list(map(_row, targets)))

    @admin.display(description="State", ordering="state")
    def standing(self, obj: FirmwareCampaign) -> SafeString:
        """Of its life."""
        return tones.state(obj.state, STATES, obj.get_state_display())

    @admin.display(description="Stations")
    def stations(self, obj: FirmwareCampaign) -> SafeString | str:
        """How many in which state."""
        counts = campaigns.standing(obj)
        return badges((f"{counts[one]} {one}", TARGETS[one]) for one in TARGETS if counts[one]) or "–"

    @admin.display(description="Started", ordering="started_at")
    def started(self, obj: FirmwareCampaign) -> SafeString | str:
        """When."""
        return ago(obj.started_at)


def _row(one: CampaignTarget) -> tuple[Any, ...]:
    made = one.update
    return (
        one.wave,
        linked(links.change("ocppbridge.station", one.station_id), one.station),
        tones.state(one.state, TARGETS, one.get_state_display()),
        one.tries,
        linked(links.change("ocppbridge.firmwareupdate", made.pk), made.status or made.state) if made else "–",
        one.reason or "–",
    )
