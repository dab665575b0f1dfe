"""Buttons of a station's page for block B: its registration, its settings, its configuration, its networks."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from ocppbridge.admin import setting_questions
from ocppbridge.admin.calling import call_station, refusing
from ocppbridge.charging.intents import SetNetwork
from ocppbridge.models import Call, Station, WantedSetting
from ocppbridge.services import configuration, device_model, registration, variables
from roaming.console.asking import Question, button
from roaming.console.mixing import ModelAdmin

M = TypeVar("M", bound=Model)


def _stands(policy: str) -> Any:
    return lambda obj: (obj.boot_policy, obj.boot_status or policy) != (policy, policy)


class Provisioning(ModelAdmin[M]):
    """What staff decide and want of a station."""

    @button(
        "Accept its boots",
        icon="check_circle",
        fits=_stands(Station.Boot.ACCEPTED),
        text="Its boots are accepted from now on. If it is connected it is asked to boot, and then goes to work.",
    )
    def accept(self, request: HttpRequest, obj: Station, form: Question) -> None:
        """B01."""
        self._decide(request, obj, Station.Boot.ACCEPTED)

    @button(
        "Hold its boots",
        icon="pause_circle",
        fits=_stands(Station.Boot.PENDING),
        danger=True,
        text="Its boots are answered Pending: it can be configured and asked for reports, and nobody charges.",
    )
    def hold(self, request: HttpRequest, obj: Station, form: Question) -> None:
        """B02."""
        self._decide(request, obj, Station.Boot.PENDING)

    @button(
        "Reject its boots",
        icon="cancel",
        fits=_stands(Station.Boot.REJECTED),
        danger=True,
        text="Its boots are rejected, and whatever else it says is refused. Blocking refuses its socket instead.",
    )
    def reject(self, request: HttpRequest, obj: Station, form: Question) -> None:
        """B03."""
        self._decide(request, obj, Station.Boot.REJECTED)

    def _decide(self, request: HttpRequest, station: Any, policy: str) -> None:
        call = registration.decide(station, policy, by=request.user.get_username())
        self.log_change(request, station, f"Boots are answered {policy}.")
        when = "it is asked to boot now" if call else "it hears of it at its next boot"
        messages.success(request, f"{station}: {policy}; {when}.")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """What is wanted of it is another: it is looked at."""
        super().save_formset(request, form, formset, change)
        if formset.model is WantedSetting and formset.has_changed():
            configuration.changed(timezone.now(), form.instance)

    @button(
        "Report the device model",
        icon="lab_profile",
        form=setting_questions.WhichReport,
        submit="Ask for it",
        text="The station reports what it has, part by part; a 1.6 station tells all of its keys.",
    )
    def report(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """Its page shows how far it is."""
        said = form.cleaned_data
        with refusing():
            row = device_model.ask(
                obj, said["inventory"], variables=said["names"], criteria=tuple(said["criteria"]),
                requested_by=request.user.get_username(),
            )  # fmt: skip
        return HttpResponseRedirect(reverse("admin:ocppbridge_devicereport_change", args=(row.pk,)))

    @button("Read settings", icon="search", form=setting_questions.Names, submit="Read")
    def read_settings(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """In as many messages as it takes."""
        with refusing():
            made = variables.read(obj, form.cleaned_data["names"], **_by(request))
        return _shown(request, obj, made)

    @button(
        "Write settings",
        icon="edit_note",
        form=setting_questions.Values,
        submit="Write",
        danger=True,
        text="Once, now. What a station shall keep is wanted of it below its form, or in a template.",
    )
    def write_settings(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """In as many messages as it takes."""
        with refusing():
            made = variables.write(obj, form.cleaned_data["values"], **_by(request))
        return _shown(request, obj, made)

    @button(
        "Compare with what is wanted",
        icon="rule",
        fits=configuration.is_wanted,
        text="What is wanted of it is read; it is written too, if that is decided so (CONFIGURATION-DRIFT).",
    )
    def compare(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """Its conformity shows what differs."""
        with refusing():
            configuration.check(obj, timezone.now(), by=request.user.get_username())
        return _standing(obj)

    @button(
        "Apply what is wanted",
        icon="tune",
        fits=configuration.is_wanted,
        danger=True,
        text="What differs, as it said last, is written now, whatever it refused before; then it is read again.",
    )
    def apply(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """Its conformity shows what came of it."""
        with refusing():
            configuration.apply(obj, timezone.now(), by=request.user.get_username())
        return _standing(obj)

    @button(
        "Store a network",
        icon="lan",
        form=setting_questions.Way,
        submit="Store it",
        danger=True,
        text="A way to a CSMS in a slot (2.x). The station uses it when NetworkConfigurationPriority names the slot.",
    )
    def set_network(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """B09."""
        return call_station(request, obj, SetNetwork(**form.cleaned_data))


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"purpose": "staff", "requested_by": request.user.get_username()}


def _shown(request: HttpRequest, station: Station, made: list[Call]) -> HttpResponse:
    where = "goes" if station.online else "waits until it is back"
    messages.success(request, f"{len(made)} message(s) to {station}: {where}. Its settings show the outcome.")
    if len(made) == 1:
        return HttpResponseRedirect(reverse("admin:ocppbridge_call_change", args=(made[0].pk,)))
    return HttpResponseRedirect(f"{reverse('admin:ocppbridge_call_changelist')}?station__id__exact={station.pk}")


def _standing(station: Station) -> HttpResponse:
    row = configuration.of(station)
    return HttpResponseRedirect(reverse("admin:ocppbridge_conformity_change", args=(row.pk,)))
