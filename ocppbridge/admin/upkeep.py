"""Buttons of a station's page for blocks L, N and O: firmware, logs, monitors, customer information, displays."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from ocppbridge.admin import upkeep_questions as questions
from ocppbridge.admin.calling import call_station, refusing
from ocppbridge.bridge import decisions
from ocppbridge.charging import intents
from ocppbridge.charging.intents import Monitor, Pace, Reset, When
from ocppbridge.charging.tokens import IdToken
from ocppbridge.models import Setting, Station
from ocppbridge.services import customers, displays, firmware, logs, monitoring, publications
from roaming.console.asking import Question, Refused, button
from roaming.console.mixing import ModelAdmin

M = TypeVar("M", bound=Model)


def awaits_reboot(station: Any) -> bool:
    """Whether a setting was written that takes hold with the next boot (B05.FR.08)."""
    return Setting.objects.filter(station=station, write_status="RebootRequired").exists()


class Upkeep(ModelAdmin[M]):
    """What keeps a station in order."""

    @button(
        "Restart for settings",
        icon="restart_alt",
        fits=awaits_reboot,
        danger=True,
        text="Settings were written that take hold with the next boot. It restarts when nobody charges.",
    )
    def restart(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """B05.FR.08, B11."""
        return call_station(request, obj, Reset(When.IDLE))

    @button("Update firmware", icon="system_update", form=questions.NewUpdate, submit="Update it", danger=True)
    def update_firmware(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """L01, L02."""
        said = form.cleaned_data
        with refusing():
            row = firmware.update(
                obj, said["image"], decisions.choices(), retrieve_at=said["retrieve_at"], by=_by(request),
                install_at=said["install_at"], retries=said["retries"], retry_interval=said["retry_interval"],
            )  # fmt: skip
        return _page("firmwareupdate", row.pk)

    @button(
        "Publish firmware",
        icon="publish",
        form=questions.NewPublication,
        submit="Publish it",
        text="For a local controller: it fetches the image and offers it to the stations behind it (2.x).",
    )
    def publish_firmware(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """L03."""
        said = form.cleaned_data
        with refusing():
            row = publications.publish(obj, said["image"], checksum=said["checksum"], by=_by(request))
        return _page("firmwarepublication", row.pk)

    @button(
        "Get a log",
        icon="troubleshoot",
        form=questions.NewLog,
        submit="Ask for it",
        text="The station uploads it to a one-time URL of the hub; a 1.6 station brings its diagnostics.",
    )
    def get_log(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """N01."""
        with refusing():
            row = logs.ask(obj, choices=decisions.choices(), requested_by=_by(request), **form.cleaned_data)
        return _page("logrequest", row.pk)

    @button("Set a monitor", icon="monitoring", form=questions.NewMonitor, submit="Set it")
    def set_monitor(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """N04."""
        said = form.cleaned_data
        interval, values = said.pop("interval"), said.pop("values")
        pace = Pace(interval, values) if interval or values else None
        with refusing():
            monitoring.set_all(obj, [Monitor(**said, pace=pace)], by=_by(request))
        messages.success(request, f"{obj} is asked; its monitors show the answer.")
        return _list("monitor", obj)

    @button("Report monitors", icon="fact_check", form=questions.WhichMonitors, submit="Ask for it")
    def report_monitors(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """N02."""
        said = form.cleaned_data
        with refusing():
            row = monitoring.ask(obj, names=said["names"], criteria=tuple(said["criteria"]), by=_by(request))
        return _page("enquiry", row.pk)

    @button("Monitoring scope", icon="tune", form=questions.Scope, submit="Set it")
    def monitoring_scope(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """N03, N05."""
        base, level = form.cleaned_data["base"], form.cleaned_data["level"]
        if not base and level is None:
            raise Refused("choose a base, a level, or both")
        answer = call_station(request, obj, intents.SetMonitoringBase(base)) if base else None
        if level is not None:
            answer = call_station(request, obj, intents.SetMonitoringLevel(level))
        return answer or _list("monitor", obj)

    @button("List event streams", icon="stream", text="Which periodic event streams are open? (2.1)")
    def list_streams(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """N12."""
        return call_station(request, obj, intents.ListStreams())

    @button(
        "Customer information",
        icon="person_search",
        form=questions.WhichCustomer,
        submit="Ask for it",
        danger=True,
        text="What the station keeps of a customer is reported, cleared, or both. What it reports is sealed, shown on "
        "the page of the question, and erased after a while.",
    )
    def customer_information(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """N09, N10."""
        said = form.cleaned_data
        token = IdToken(said["token"], said["token_type"] or "Central") if said["token"] else None
        with refusing():
            row = customers.ask(
                obj, report=said["what"] != "clear", clear=said["what"] != "report", token=token,
                identifier=said["identifier"], by=_by(request),
            )  # fmt: skip
        return _page("enquiry", row.pk)

    @button("Show a message", icon="chat", form=questions.NewMessage, submit="Show it")
    def show_message(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """O01, O02, O06."""
        said = form.cleaned_data
        pairs = [(said["language"], said["text"]), *said["more"]]
        texts = [{"content": text, "language": language, "format": said["format"]} for language, text in pairs]
        number = said["message_id"] if said["message_id"] is not None else displays.next_id(obj)
        display = displays.display(
            number, said["priority"], texts, said["state"], said["start"], said["end"], said["transaction"],
            said["component"],
        )  # fmt: skip
        with refusing():
            row = displays.show(obj, display, by=_by(request))
        return _page("displaymessage", row.pk)

    @button("List messages", icon="forum", form=questions.WhichMessages, submit="Ask for it")
    def list_messages(self, request: HttpRequest, obj: Station, form: Question) -> HttpResponse:
        """O03, O04."""
        with refusing():
            row = displays.ask(obj, **form.cleaned_data, by=_by(request))
        return _page("enquiry", row.pk)


def _by(request: HttpRequest) -> str:
    return request.user.get_username()


def _page(model: str, pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"admin:ocppbridge_{model}_change", args=(pk,)))


def _list(model: str, station: Station) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse(f'admin:ocppbridge_{model}_changelist')}?station__id__exact={station.pk}")
