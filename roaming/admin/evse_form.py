"""The form of an EVSE of a hosted Location, connectors as a table: it edits one entry of the Location's document."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from roaming.admin.documents import DocumentForm, JsonField, of_hosted, put, stamp_after
from roaming.admin.location_form import Direction, choices
from roaming.console.rows import RowsField
from roaming.console.widgets import Boxes
from roaming.models import Evse, Location
from roaming.ocpi import evses as words
from roaming.ocpi import json, locations

COLUMNS = ("id", "standard", "format", "power_type", "max_voltage", "max_amperage", "max_electric_power")


def spelled(enum: Any) -> list[tuple[str, str]]:
    """An OCPI enum, in its own spelling."""
    return [(one, one) for one, _ in choices(enum)[1:]]


class ConnectorRow(forms.Form):
    """One connector."""

    id = forms.CharField(max_length=36, widget=forms.TextInput(attrs={"size": 4}))
    standard = forms.ChoiceField(choices=[("", "–"), *spelled(words.ConnectorType)])
    format = forms.ChoiceField(choices=[("", "–"), *spelled(words.ConnectorFormat)])
    power_type = forms.ChoiceField(choices=[("", "–"), *spelled(words.PowerType)])
    max_voltage = forms.IntegerField(label="Volt", min_value=0, help_text="Line to neutral for three phases (LOC-31)")
    max_amperage = forms.IntegerField(label="Ampere", min_value=0)
    max_electric_power = forms.IntegerField(
        label="Watt", min_value=0, required=False, help_text="If less than volt and ampere give"
    )
    tariffs = forms.CharField(required=False, help_text="Tariff ids, separated by commas")

    def clean(self) -> dict[str, Any]:
        """Figures that fit each other."""
        said: dict[str, Any] = super().clean() or {}
        voltage, amperage, power = (said.get(name) for name in ("max_voltage", "max_amperage", "max_electric_power"))
        if voltage is None or amperage is None:
            return said
        if problem := words.misstated(said.get("power_type", ""), voltage, amperage, power):
            raise ValidationError(problem)
        return said


class EvseForm(DocumentForm[Evse]):
    """`document` is the EVSE's entry; `checked` gives the whole Location to the rules."""

    struct = locations.Location
    simple = ("evse_id", "physical_reference", "floor_level", "capabilities", "parking_restrictions", "directions")
    covered = frozenset({"connectors", "coordinates", "status"})
    kept = frozenset({"uid", "last_updated"})
    places = {"/connectors": "connectors", "/coordinates/longitude": "longitude", "/coordinates": "latitude"}

    location = forms.ModelChoiceField(Location.objects.none())
    uid = forms.CharField(max_length=36, help_text="Unique for the owner; it cannot be changed later")
    evse_id = forms.CharField(
        label="EVSE id", max_length=48, required=False, help_text="For people and contracts, such as NL*VLT*E1*1"
    )
    status = forms.ChoiceField(
        choices=[(one.value, one.value.capitalize()) for one in words.Status],
        initial="UNKNOWN",
        show_hidden_initial=True,  # what the page showed: only another choice is the person's own
        help_text="A connected station reports it; set it by hand for planned and removed ones",
    )
    physical_reference = forms.CharField(max_length=16, required=False, help_text="Number or text on the pole")
    floor_level = forms.CharField(max_length=4, required=False)
    capabilities = forms.MultipleChoiceField(
        choices=[(one.value, one.value.replace("_", " ").capitalize()) for one in words.Capability],
        required=False,
        widget=Boxes,
        initial=["REMOTE_START_STOP_CAPABLE", "RFID_READER"],
    )
    parking_restrictions = forms.MultipleChoiceField(
        choices=choices(words.ParkingRestriction)[1:], required=False, widget=Boxes
    )
    latitude = forms.CharField(max_length=10, required=False, help_text="Only where it differs from the location's")
    longitude = forms.CharField(max_length=11, required=False)
    connectors = RowsField(ConnectorRow, required=True)
    directions = RowsField(Direction, spare=1)
    rest = JsonField(label="Further members", help_text="The rest of the OCPI EVSE as JSON: images, status_schedule …")

    class Meta:
        model = Evse
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["location"], self.fields["uid"]
            return
        if isinstance(places := self.fields["location"], forms.ModelChoiceField):
            places.queryset = of_hosted(Location.objects.order_by("name", "object_id"))

    def stored(self, instance: Evse) -> dict[str, Any]:
        """The Location that it belongs to."""
        found: dict[str, Any] = json.loads(instance.location.document)
        return found

    def part(self, document: dict[str, Any], instance: Any) -> dict[str, Any]:
        """Its entry in there."""
        return (entry_of(document, instance.uid) or {}) if document else {}

    def shown(self, entry: dict[str, Any]) -> dict[str, Any]:
        """A status that the station reports meanwhile is nobody's change."""
        bare = {name: value for name, value in entry.items() if name not in ("status", "last_updated")}
        return {**bare, "connectors": [{**one, "last_updated": ""} for one in entry.get("connectors") or []]}

    def row(self) -> Location:
        """Its Location."""
        return self.instance.location

    def read(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Connectors as rows."""
        point = entry.get("coordinates") or {}
        rows = [
            {**{name: one.get(name) for name in COLUMNS}, "tariffs": ", ".join(one.get("tariff_ids") or [])}
            for one in entry.get("connectors") or []
        ]
        values = {"connectors": rows, "latitude": point.get("latitude"), "longitude": point.get("longitude")}
        return {**values, "status": entry.get("status")}

    def write(self, entry: dict[str, Any], said: dict[str, Any], stamp: str) -> None:
        """Rows as connectors; a status that nobody touched stays what the station reported meanwhile."""
        if "status" in self.changed_data or "status" not in entry:
            entry["status"] = said["status"]
        point = {"latitude": said["latitude"], "longitude": said["longitude"]}
        put(entry, "coordinates", point if any(point.values()) else None)
        known = {str(one.get("id", "")).upper(): one for one in entry.get("connectors") or []}
        entry["connectors"] = [connector(row, known.get(row["id"].upper(), {}), stamp) for row in said["connectors"]]

    def checked(self) -> dict[str, Any]:
        """The whole Location, also for a new EVSE."""
        if not self.instance.pk:
            self.whole = json.loads(self.cleaned_data["location"].document)
        return super().checked()

    def applied(self, document: dict[str, Any]) -> dict[str, Any]:
        """The Location with this EVSE as the form says (LOC-11: both are dated)."""
        stamp = stamp_after(document)
        uid = self.instance.uid if self.instance.pk else self.cleaned_data["uid"]
        present = entry_of(document, uid)
        mine = self.changed(present or {"uid": uid}, stamp)
        others = list(document.get("evses") or [])
        self.position = len(others) if present is None else others.index(present)
        others[self.position : self.position + 1] = [mine]
        return {**document, "evses": others, "last_updated": stamp}

    def own(self, pointer: str) -> str:
        """Without the way to the entry."""
        return pointer.removeprefix(f"/evses/{self.position}")

    def clean_uid(self) -> str:
        """Not one that its owner has already: partners find an EVSE by it."""
        uid: str = self.cleaned_data["uid"]
        place = self.cleaned_data.get("location")
        if place is not None:
            same = Evse.objects.filter(uid_key=uid.upper(), location__party_id=place.party_id)
            if same.filter(location__country_code=place.country_code).exists():
                raise ValidationError("this owner has an EVSE with this uid")
        return uid


def entry_of(location: dict[str, Any], uid: str) -> dict[str, Any] | None:
    """The EVSE in a Location's document."""
    return next((one for one in location.get("evses") or [] if one["uid"].upper() == uid.upper()), None)


def connector(row: dict[str, Any], present: dict[str, Any], stamp: str) -> dict[str, Any]:
    """A row as an OCPI connector, dated anew if it differs from the present one (LOC-12)."""
    result = dict(present)
    for name in COLUMNS:
        put(result, name, row[name])
    put(result, "tariff_ids", [one.strip() for one in row["tariffs"].split(",") if one.strip()])
    if result != present or "last_updated" not in result:
        result["last_updated"] = stamp
    return result
