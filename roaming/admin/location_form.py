"""The form of a hosted Location. Its EVSEs have pages of their own and are never touched here."""

from __future__ import annotations

from typing import Any, get_args
from zoneinfo import available_timezones

from django import forms

from roaming.admin.adding import AddingForm
from roaming.admin.documents import IDENTITY, JsonField, put
from roaming.console.rows import RowsField
from roaming.console.widgets import Boxes
from roaming.models import Location, Party
from roaming.ocpi import locations as words

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OPEN = (("", "not said"), ("always", "24/7"), ("hours", "as in the table"))


def choices(literal: Any, empty: str = "–") -> list[tuple[str, str]]:
    """An OCPI enum for a select."""
    return [("", empty), *((one, one.replace("_", " ").capitalize()) for one in get_args(literal))]


class Opening(forms.Form):
    """One line of regular hours."""

    weekday = forms.TypedChoiceField(
        coerce=int, choices=[("", "–"), *((number, name) for number, name in enumerate(DAYS, start=1))]
    )
    period_begin = forms.CharField(label="Opens", max_length=5, widget=forms.TextInput(attrs={"placeholder": "08:00"}))
    period_end = forms.CharField(label="Closes", max_length=5, widget=forms.TextInput(attrs={"placeholder": "20:00"}))


class Direction(forms.Form):
    """How to find it, in one language."""

    language = forms.CharField(max_length=2, widget=forms.TextInput(attrs={"placeholder": "en", "size": 3}))
    text = forms.CharField(max_length=512, widget=forms.TextInput(attrs={"size": 60}))


class LocationForm(AddingForm[Location]):
    """What people change about a place."""

    struct = words.Location
    simple = (
        "name",
        "publish",
        "address",
        "postal_code",
        "city",
        "state",
        "country",
        "time_zone",
        "parking_type",
        "facilities",
        "directions",
    )
    covered = frozenset({"coordinates", "operator", "opening_times", "charging_when_closed"})
    kept = IDENTITY | {"evses"}
    places = {
        "/coordinates/latitude": "latitude",
        "/coordinates/longitude": "longitude",
        "/coordinates": "latitude",
        "/operator/website": "operator_website",
        "/operator": "operator_name",
        "/opening_times": "hours",
    }

    owner = forms.ModelChoiceField(Party.objects.none(), help_text="A hosted CPO")
    identifier = forms.CharField(
        label="Id", max_length=36, help_text="Unique for this owner; it cannot be changed later"
    )
    name = forms.CharField(max_length=255, required=False)
    publish = forms.BooleanField(required=False, initial=True, help_text="May apps show it to everybody?")
    address = forms.CharField(max_length=255)
    postal_code = forms.CharField(max_length=10, required=False)
    city = forms.CharField(max_length=45)
    state = forms.CharField(max_length=45, required=False, help_text="Where the country has states")
    country = forms.CharField(max_length=3, min_length=3, help_text="Three letters, such as NLD")
    latitude = forms.CharField(max_length=10, help_text="Five to seven decimals, such as 52.370216")
    longitude = forms.CharField(max_length=11, help_text="Such as 4.895168")
    time_zone = forms.ChoiceField(
        choices=lambda: [(name, name) for name in sorted(available_timezones())], initial="Europe/Amsterdam"
    )
    parking_type = forms.ChoiceField(choices=choices(words.ParkingType), required=False)
    facilities = forms.MultipleChoiceField(choices=choices(words.Facility)[1:], required=False, widget=Boxes)
    operator_name = forms.CharField(max_length=100, required=False)
    operator_website = forms.URLField(max_length=255, required=False, assume_scheme="https")
    opening = forms.ChoiceField(choices=OPEN, required=False)
    hours = RowsField(Opening, help_text="Local time; closing after midnight is two rows")
    when_closed = forms.NullBooleanField(
        label="Charging when closed", required=False, help_text="Unknown counts as yes"
    )
    directions = RowsField(Direction, spare=1, help_text="How to find the chargers")
    rest = JsonField(
        label="Further members",
        help_text="The rest of the OCPI Location as JSON: images, energy_mix, related_locations …",
    )

    class Meta:
        model = Location
        fields: tuple[str, ...] = ()

    def shown(self, entry: dict[str, Any]) -> dict[str, Any]:
        """EVSEs have pages of their own, and their stations report statuses all the time."""
        return {name: value for name, value in entry.items() if name != "evses"}

    def read(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Members that are spread over several fields."""
        place, operator = entry.get("coordinates") or {}, entry.get("operator") or {}
        times = entry.get("opening_times") or {}
        return {
            "latitude": place.get("latitude"),
            "longitude": place.get("longitude"),
            "operator_name": operator.get("name"),
            "operator_website": operator.get("website"),
            "opening": "" if not times else "always" if times.get("twentyfourseven") else "hours",
            "hours": times.get("regular_hours") or [],
            "when_closed": entry.get("charging_when_closed"),
        }

    def write(self, entry: dict[str, Any], said: dict[str, Any], stamp: str) -> None:
        """Back into the members; what they hold besides stays."""
        entry["publish"] = bool(said["publish"])
        put(entry, "country", said["country"].upper())
        point = {"latitude": said["latitude"], "longitude": said["longitude"]}
        entry["coordinates"] = {**(entry.get("coordinates") or {}), **point}
        self._write_operator(entry, said)
        self._write_hours(entry, said)
        if said["when_closed"] is None:
            entry.pop("charging_when_closed", None)
        else:
            entry["charging_when_closed"] = said["when_closed"]

    def _write_operator(self, entry: dict[str, Any], said: dict[str, Any]) -> None:
        operator = dict(entry.get("operator") or {})
        put(operator, "name", said["operator_name"])
        put(operator, "website", said["operator_website"])
        put(entry, "operator", operator)

    def _write_hours(self, entry: dict[str, Any], said: dict[str, Any]) -> None:
        if not said["opening"]:
            entry.pop("opening_times", None)
            return
        times = dict(entry.get("opening_times") or {})
        times["twentyfourseven"] = said["opening"] == "always"
        put(times, "regular_hours", [] if times["twentyfourseven"] else said["hours"])
        entry["opening_times"] = times
