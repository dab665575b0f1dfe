"""Grid support (block R): the controls of stations, the faults of the grid, and the buttons of a station's page."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString

from ocppbridge.admin import energy_questions, tones
from ocppbridge.models import DerAlarm, DerControl, DerInquiry
from ocppbridge.services import calls, der
from roaming.console import links
from roaming.console.asking import Question, Refused, button
from roaming.console.mixing import ModelAdmin
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, WARN, ago, badge, linked, pretty_value

M = TypeVar("M", bound=Model)
CONTROL = {"asked": NOTE, "held": GOOD, "superseded": WARN, "refused": BAD, "cleared": PLAIN}


class GridSupport(ModelAdmin[M]):
    """Buttons of a station's page."""

    @button(
        "Set grid support",
        icon="bolt",
        form=energy_questions.Support,
        submit="Set it",
        text="A control of distributed energy resources, as SetDERControl of OCPP 2.1 has it.",
    )
    def set_support(self, request: HttpRequest, obj: Any, form: Question) -> HttpResponse:
        """R04."""
        said = form.cleaned_data
        try:
            der.set_control(
                obj, said["kind"], said["settings"], default=said["default"], by=request.user.get_username()
            )
        except (calls.NotOffered, calls.InvalidPayload, TypeError) as problem:
            raise Refused(f"{problem}.") from None
        return _controls(obj)

    @button(
        "Report grid support",
        icon="summarize",
        form=energy_questions.WhichSupport,
        submit="Ask for it",
        text="The station reports the controls that it holds.",
    )
    def report_support(self, request: HttpRequest, obj: Any, form: Question) -> HttpResponse:
        """R04."""
        said = form.cleaned_data
        try:
            der.ask(obj, by=request.user.get_username(), kind=said["kind"], default=said["default"])
        except calls.NotOffered as problem:
            raise Refused(f"{problem}.") from None
        messages.success(request, f"{obj} is asked; its controls show what comes.")
        return _controls(obj)

    @button(
        "Clear grid support",
        icon="delete_sweep",
        form=energy_questions.WhichSupport,
        submit="Clear them",
        danger=True,
        text="The station forgets these controls.",
    )
    def clear_support(self, request: HttpRequest, obj: Any, form: Question) -> HttpResponse:
        """R04."""
        said = form.cleaned_data
        try:
            der.clear(obj, default=said["default"], by=request.user.get_username(), kind=said["kind"])
        except calls.NotOffered as problem:
            raise Refused(f"{problem}.") from None
        return _controls(obj)


def _controls(station: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('admin:ocppbridge_dercontrol_changelist')}?station__id__exact={station.pk}")


@admin.register(DerControl)
class DerControlAdmin(Shown[DerControl]):
    """Set by us, or found in a report."""

    list_display = ("control_id", "station_link", "kind", "default", "standing", "on", "reported_at", "requested_by")
    list_display_links = ("control_id",)
    list_filter = ("state", "kind", "default", "active", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    search_fields = ("station__identity__exact", "control_id__exact")
    ordering = ("station__identity", "kind", "control_id")
    fields = (
        ("station_link", "kind", "default"), ("control_id", "standing", "reason"), ("on", "switched_at"),
        ("requested_by", "reported_at", "changed_at"), "shown",
    )  # fmt: skip

    @admin.display(description="Station")
    def station_link(self, obj: DerControl) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: DerControl) -> SafeString:
        """As a label."""
        return tones.state(obj.state, CONTROL, obj.get_state_display())

    @admin.display(description="Holds now", ordering="active")
    def on(self, obj: DerControl) -> SafeString | str:
        """Told to have started."""
        return badge("active", NOTE) if obj.active else "–"

    @admin.display(description="Settings")
    def shown(self, obj: DerControl) -> SafeString | str:
        """As the schema has them."""
        return pretty_value(obj.settings)


@admin.register(DerAlarm)
class DerAlarmAdmin(Shown[DerAlarm]):
    """Faults of the grid, the last first."""

    list_display = ("began", "station", "fault", "kind", "info", "over")
    list_display_links = ("began",)
    list_filter = ("fault", "kind", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    ordering = ("-began_at", "-id")
    fields = (("station", "fault", "kind"), ("began_at", "ended_at"), "info")

    @admin.display(description="Began", ordering="began_at")
    def began(self, obj: DerAlarm) -> SafeString | str:
        """By the station's clock."""
        return ago(obj.began_at)

    @admin.display(description="Ended", ordering="ended_at")
    def over(self, obj: DerAlarm) -> SafeString | str:
        """By the station's clock."""
        return ago(obj.ended_at) if obj.ended_at else badge("on", BAD)


@admin.register(DerInquiry)
class DerInquiryAdmin(Shown[DerInquiry]):
    """Reports of controls that were asked for."""

    list_display = ("asked_at", "station", "kind", "default", "state", "found", "reason", "requested_by")
    list_filter = ("state", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station",)
    ordering = ("-asked_at", "-id")
    fields = (("station", "kind", "default", "control_id"), ("state", "found", "reason"), ("asked_at", "heard_at"))
