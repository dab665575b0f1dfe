"""Desired configuration: templates, what is wanted of one station, and how each stands to it (green, red, why)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.charging.configuration import Kind
from ocppbridge.charging.variables import named, text
from ocppbridge.models import ConfigurationTemplate, Conformity, Station, WantedSetting
from ocppbridge.services import calls, configuration
from ocppbridge.versions import secrets
from roaming.console import links
from roaming.console.home import Panel
from roaming.console.pages import EditedRows, Page, Shown
from roaming.console.text import BAD, GOOD, NOTE, WARN, ago, badge, code, linked

CONFORMITY = {"checking": NOTE, "same": GOOD, "differs": BAD, "writing": NOTE, "reboot": WARN, "refused": BAD}


class WantedForm(forms.ModelForm[WantedSetting]):
    """The name as one text."""

    setting = forms.CharField(
        max_length=300,
        help_text="HeartbeatInterval, or OCPPCommCtrlr.HeartbeatInterval; either is understood for every version",
    )

    class Meta:
        model = WantedSetting
        fields = ("value",)

    field_order = ("setting", "value")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if self.instance.pk:
            self.fields["setting"].initial = text(self.instance.variable)

    def clean_setting(self) -> str:
        """Passwords have their own way."""
        name = str(self.cleaned_data["setting"])
        if secrets.is_secret(named(name).name):
            raise ValidationError("a secret is not kept here; change it at the station by itself")
        return name

    def save(self, commit: bool = True) -> WantedSetting:
        """With the columns of its name."""
        for column, value in WantedSetting.columns(named(self.cleaned_data["setting"])).items():
            setattr(self.instance, column, value)
        return super().save(commit)


class WantedRows(EditedRows[WantedSetting, Model]):
    """What shall hold."""

    model = WantedSetting
    form = WantedForm
    fields = ("setting", "value")
    extra = 1
    verbose_name = "wanted setting"
    verbose_name_plural = "Wanted settings"


class OwnWantedRows(WantedRows):
    """Of this station alone, above what templates want."""

    extra = 0
    verbose_name_plural = "Wanted of this station, above the templates"


@admin.register(ConfigurationTemplate)
class TemplateAdmin(Page[ConfigurationTemplate]):
    """What is wanted of every station that fits."""

    list_display = ("name", "enabled", "whom", "many")
    list_filter = ("enabled", "subprotocol", "vendor")
    search_fields = ("name__icontains", "vendor__icontains", "model__icontains")
    ordering = ("name",)
    inlines = (WantedRows,)
    fieldsets = (
        (None, {"fields": [("name", "enabled"), "notes"]}),
        (
            "For stations that fit all of these; the template that says more about a station wins",
            {"fields": [("party", "subprotocol"), ("vendor", "model"), "firmware"]},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConfigurationTemplate]:
        """With the number of settings."""
        return super().get_queryset(request).annotate(wanted_count=Count("wanted"))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """What is wanted is another: the stations are looked at."""
        super().save_related(request, form, formsets, change)
        configuration.changed(timezone.now())

    def delete_model(self, request: HttpRequest, obj: ConfigurationTemplate) -> None:
        """Nobody wants it any more."""
        super().delete_model(request, obj)
        configuration.changed(timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ConfigurationTemplate]) -> None:
        """Likewise of several."""
        super().delete_queryset(request, queryset)
        configuration.changed(timezone.now())

    @admin.display(description="For")
    def whom(self, obj: ConfigurationTemplate) -> str:
        """Its filters."""
        return ", ".join(filter(None, (getattr(obj, name) for name in obj.FILTERS))) or "all stations"

    @admin.display(description="Settings")
    def many(self, obj: Any) -> int:
        """How many are wanted."""
        return int(obj.wanted_count)

    def panels(self, request: HttpRequest, obj: ConfigurationTemplate) -> Iterable[Panel]:
        """How the stations stand that it fits."""
        fitting = [one for one in Station.objects.select_related("conformity").order_by("identity") if obj.fits(one)]
        yield Panel(
            f"{len(fitting)} station(s) fit",
            ("Station", "Stands", "Differing", "Looked at"),
            [(_station(one), *_standing(getattr(one, "conformity", None))) for one in fitting[:50]],
            links.changelist("ocppbridge.conformity"),
            empty="No station fits.",
        )


@admin.register(Conformity)
class ConformityAdmin(Shown[Conformity]):
    """How a station stands to what is wanted of it."""

    list_display = ("station_link", "standing", "differing_shown", "looked", "tries", "next_at")
    list_display_links = ("standing",)
    list_filter = ("state", "station__vendor", "station__subprotocol")
    list_select_related = ("station",)
    search_fields = ("station__identity__exact",)
    ordering = ("station__identity",)
    fields = (("station_link", "standing", "differing_shown"), ("looked_at", "written_at", "tries", "next_at"))

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: Conformity) -> SafeString | str:
        """Its page, where what is wanted is applied."""
        return _station(obj.station)

    @admin.display(description="Stands", ordering="state")
    def standing(self, obj: Conformity) -> SafeString:
        """In colour."""
        return _shown(obj)

    @admin.display(description="Differing", ordering="differing")
    def differing_shown(self, obj: Conformity) -> str:
        """Of how many."""
        return f"{obj.differing} of {obj.wanted}"

    @admin.display(description="Looked at", ordering="looked_at")
    def looked(self, obj: Conformity) -> SafeString | str:
        """When."""
        return ago(obj.looked_at)

    def panels(self, request: HttpRequest, obj: Conformity) -> Iterable[Panel]:
        """Setting by setting."""
        yield from configured(obj.station)


def configured(station: Station) -> Iterable[Panel]:
    """What is wanted of a station, setting by setting, with what it has; nothing if nothing is wanted."""
    try:
        found = configuration.standing(station)
    except calls.NotOffered:  # it has never connected
        return
    if not found.wanted and not found.unsayable:
        return
    drifts = {one.variable: one for one in found.drifts}
    rows: list[tuple[Any, ...]] = []
    for variable, value in found.wanted.items():
        drift = drifts.get(variable)
        if variable in found.awaiting_reboot:
            rows.append((code(text(variable)), value, "–", badge("after a reboot", WARN)))
        elif drift is None:
            rows.append((code(text(variable)), value, value, badge("as wanted", GOOD)))
        else:
            words = "differs" if drift.kind is Kind.DIFFERENT else str(drift.kind)
            rows.append((code(text(variable)), value, "–" if drift.found is None else drift.found, badge(words, BAD)))
    rows += [(code(name), "", "–", badge("unknown to its OCPP version", WARN)) for name in found.unsayable]
    url = links.changelist("ocppbridge.conformity", q=station.identity)
    yield Panel("Configuration", ("Setting", "Wanted", "As last reported", "Stands"), rows, url)


def _station(station: Station) -> SafeString | str:
    return linked(links.change("ocppbridge.station", station.pk), station)


def _standing(row: Conformity | None) -> tuple[Any, ...]:
    if row is None:
        return "not looked at yet", "–", "–"
    return _shown(row), f"{row.differing} of {row.wanted}", ago(row.looked_at)


def _shown(row: Conformity) -> SafeString:
    asked = row.state in (Conformity.State.CHECKING, Conformity.State.WRITING)
    words = "waits for the station" if asked and not row.station.online else row.get_state_display()
    return tones.state(row.state, CONFORMITY, words)
