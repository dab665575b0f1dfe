"""What the pages about power ask: a limit for a station or an EVSE, which profiles to tell or to clear."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from ocppbridge.charging.charging_profiles import ChargingProfile, Kind, Period, Purpose, Schedule, Unit, disorder
from ocppbridge.charging.intents import ClearProfiles, InstallProfile
from ocppbridge.charging.tokens import Place
from ocppbridge.models import InstalledProfile, Station
from ocppbridge.services import charging_profiles
from roaming.console.asking import Question

SETTABLE = (Purpose.STATION_MAX, Purpose.TX_DEFAULT, Purpose.PRIORITY, Purpose.LOCAL)


def clearing(row: InstalledProfile) -> ClearProfiles:
    """This one."""
    return ClearProfiles(row.profile_id)


def setting(row: InstalledProfile) -> InstallProfile:
    """As it was set."""
    return InstallProfile(charging_profiles.load(row.profile), Place(row.evse_number))


class NewLimit(Question):
    """A constant limit, or one in periods."""

    purpose = forms.ChoiceField(choices=[(one.value, one.value) for one in SETTABLE], initial=Purpose.TX_DEFAULT.value)
    evse = forms.IntegerField(min_value=0, initial=0, label="EVSE", help_text="0: the station, or all of its EVSEs")
    unit = forms.ChoiceField(choices=[("A", "A per phase"), ("W", "W in total")])
    periods = forms.CharField(help_text="second=limit, e.g. 0=16 3600=10", initial="0=16")
    hours = forms.DecimalField(
        min_value=0, max_value=10_000, required=False, help_text="how long it holds; empty: until it is cleared"
    )
    level = forms.IntegerField(min_value=0, initial=0, help_text="the highest leads")

    def clean_periods(self) -> tuple[Period, ...]:
        """In order, from 0 on."""
        found = []
        for word in self.cleaned_data["periods"].split():
            start, _, limit = word.partition("=")
            try:
                found.append(Period(int(start), forms.DecimalField(min_value=0).clean(limit)))
            except ValueError:
                raise forms.ValidationError(f"{word}: write second=limit") from None
        if said := disorder([period.start for period in found]):
            raise forms.ValidationError(said)
        return tuple(found)

    def intent(self, station: Station, now: datetime) -> InstallProfile:
        """The profile, from now on."""
        said: dict[str, Any] = self.cleaned_data
        duration = int(said["hours"] * 3600) if said["hours"] else None
        schedule = Schedule(Unit(said["unit"]), said["periods"], now.replace(microsecond=0), duration)
        profile = ChargingProfile(
            charging_profiles.new_id(), said["level"], Purpose(said["purpose"]), Kind.ABSOLUTE, (schedule,)
        )
        return InstallProfile(profile, Place(said["evse"]))


class WhichSchedule(Question):
    """Of which EVSE, for how long."""

    evse = forms.IntegerField(min_value=0, initial=1, label="EVSE", help_text="0: the station as a whole")
    hours = forms.IntegerField(min_value=1, max_value=168, initial=24)


class WhichProfiles(Question):
    """Nothing said: all of them."""

    purpose = forms.ChoiceField(choices=[("", "every")] + [(one.value, one.value) for one in Purpose], required=False)
    evse = forms.IntegerField(min_value=0, required=False, label="EVSE")
    level = forms.IntegerField(min_value=0, required=False)

    def criteria(self) -> dict[str, Any]:
        """What was said."""
        said = self.cleaned_data
        found: dict[str, Any] = {}
        if said["purpose"]:
            found["purpose"] = Purpose(said["purpose"])
        if said["evse"] is not None:
            found["place"] = Place(said["evse"])
        if said["level"] is not None:
            found["level"] = said["level"]
        return found
