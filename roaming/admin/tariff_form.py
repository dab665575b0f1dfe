"""The form of a hosted Tariff: price components and restrictions as two tables, joined by the element's number."""

from __future__ import annotations

from typing import Any

from django import forms

from roaming.admin.adding import AddingForm
from roaming.admin.documents import JsonField, put
from roaming.console.rows import RowsField
from roaming.models import Party, Tariff
from roaming.ocpi import tariffs as words
from roaming.ocpi.types import format_datetime, parse_datetime

WHEN = (
    "start_time",
    "end_time",
    "start_date",
    "end_date",
    "min_kwh",
    "max_kwh",
    "min_power",
    "max_power",
    "min_duration",
    "max_duration",
    "reservation",
)


class PriceRow(forms.Form):
    """One price component."""

    element = forms.IntegerField(min_value=1, max_value=99, initial=1, help_text="The first element that fits counts")
    type = forms.ChoiceField(choices=[("", "–"), *((one.value, one.value) for one in words.TariffDimensionType)])
    price = forms.DecimalField(help_text="Per kWh, per hour, or once; without VAT")
    vat = forms.DecimalField(label="VAT %", required=False, help_text="Empty is not known, 0 is none (TAR-23)")
    step_size = forms.IntegerField(
        label="Step", min_value=0, initial=1, help_text="Wh or seconds that are billed at once"
    )

    def has_changed(self) -> bool:
        """A row of defaults is blank."""
        return bool(set(self.changed_data) - {"element", "step_size"})


class RestrictionRow(forms.Form):
    """When an element counts; all of a row must hold."""

    element = forms.IntegerField(min_value=1, max_value=99)
    start_time = forms.CharField(
        label="From", max_length=5, required=False, widget=forms.TextInput(attrs={"placeholder": "08:00"})
    )
    end_time = forms.CharField(
        label="Until", max_length=5, required=False, widget=forms.TextInput(attrs={"placeholder": "20:00"})
    )
    start_date = forms.CharField(
        label="From day", max_length=10, required=False, widget=forms.TextInput(attrs={"placeholder": "2027-01-01"})
    )
    end_date = forms.CharField(label="Before day", max_length=10, required=False)
    days = forms.CharField(required=False, help_text="Such as SATURDAY, SUNDAY")
    min_kwh = forms.DecimalField(label="kWh from", required=False)
    max_kwh = forms.DecimalField(label="kWh below", required=False)
    min_power = forms.DecimalField(label="kW from", required=False)
    max_power = forms.DecimalField(label="kW below", required=False)
    min_duration = forms.IntegerField(label="Seconds from", required=False)
    max_duration = forms.IntegerField(label="Seconds below", required=False)
    reservation = forms.ChoiceField(
        choices=[("", "–"), ("RESERVATION", "RESERVATION"), ("RESERVATION_EXPIRES", "RESERVATION_EXPIRES")],
        required=False,
    )
    other = JsonField(label="Other (JSON)")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].widget.attrs["rows"] = 1


class AltText(forms.Form):
    """The tariff in words."""

    language = forms.CharField(max_length=2, widget=forms.TextInput(attrs={"placeholder": "en", "size": 3}))
    text = forms.CharField(max_length=512, widget=forms.TextInput(attrs={"size": 60}))


class TariffForm(AddingForm[Tariff]):
    """What a price list says."""

    struct = words.Tariff
    simple = ("currency", "type", "tariff_alt_text", "tariff_alt_url")
    covered = frozenset({"elements", "min_price", "max_price", "start_date_time", "end_date_time"})
    places = {
        "/elements": "components",
        "/min_price": "min_excl",
        "/max_price": "max_excl",
        "/start_date_time": "starts",
        "/end_date_time": "ends",
    }

    owner = forms.ModelChoiceField(Party.objects.none(), help_text="A hosted CPO")
    identifier = forms.CharField(
        label="Id", max_length=36, help_text="Unique for this owner; it cannot be changed later"
    )
    currency = forms.CharField(max_length=3, min_length=3, initial="EUR")
    type = forms.ChoiceField(
        choices=[("", "for all sessions"), *((one.value, one.value) for one in words.TariffType)], required=False
    )
    components = RowsField(
        PriceRow,
        required=True,
        help_text="Elements are looked through in order; the first that fits sets the price of its dimension",
    )
    restrictions = RowsField(RestrictionRow, spare=1, wide=True, help_text="An element without a line here always fits")
    starts = forms.CharField(label="Valid from", required=False, help_text="UTC, such as 2027-01-01T00:00:00Z")
    ends = forms.CharField(label="Valid until", required=False)
    min_excl = forms.DecimalField(label="Least, excl. VAT", required=False)
    min_incl = forms.DecimalField(label="Least, incl. VAT", required=False)
    max_excl = forms.DecimalField(label="Most, excl. VAT", required=False)
    max_incl = forms.DecimalField(label="Most, incl. VAT", required=False)
    tariff_alt_text = RowsField(AltText, spare=1, label="In words")
    tariff_alt_url = forms.URLField(label="Web page", required=False, assume_scheme="https")
    rest = JsonField(label="Further members", help_text="The rest of the OCPI Tariff as JSON: energy_mix …")

    class Meta:
        model = Tariff
        fields: tuple[str, ...] = ()

    def clean_starts(self) -> str:
        """In OCPI's form."""
        return self._moment("starts")

    def clean_ends(self) -> str:
        """Likewise."""
        return self._moment("ends")

    def _moment(self, name: str) -> str:
        text = self.cleaned_data[name].strip()
        try:
            return format_datetime(parse_datetime(text)) if text else ""
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from None

    def read(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Elements as two tables."""
        least, most = entry.get("min_price") or {}, entry.get("max_price") or {}
        elements = list(enumerate(entry.get("elements") or [], start=1))
        return {
            "components": [
                {"element": number, **one}
                for number, element in elements
                for one in element.get("price_components") or []
            ],
            "restrictions": [
                restriction_row(number, element["restrictions"])
                for number, element in elements
                if element.get("restrictions")
            ],
            "starts": entry.get("start_date_time"),
            "ends": entry.get("end_date_time"),
            "min_excl": least.get("excl_vat"),
            "min_incl": least.get("incl_vat"),
            "max_excl": most.get("excl_vat"),
            "max_incl": most.get("incl_vat"),
        }

    def write(self, entry: dict[str, Any], said: dict[str, Any], stamp: str) -> None:
        """Tables as elements."""
        put(entry, "currency", said["currency"].upper())
        put(entry, "start_date_time", said["starts"])
        put(entry, "end_date_time", said["ends"])
        put(entry, "min_price", price(said["min_excl"], said["min_incl"]))
        put(entry, "max_price", price(said["max_excl"], said["max_incl"]))
        entry["elements"] = elements(said["components"], said["restrictions"])

    def clean_restrictions(self) -> list[dict[str, Any]]:
        """Each belongs to an element that has a price, and no element has two."""
        rows: list[dict[str, Any]] = self.cleaned_data["restrictions"]
        priced = {row["element"] for row in self.cleaned_data.get("components") or []}
        seen: set[int] = set()
        for row in rows:
            if priced and row["element"] not in priced:
                raise forms.ValidationError(f"element {row['element']} has no price component")
            if row["element"] in seen:
                raise forms.ValidationError(f"element {row['element']} has two lines: put everything in one")
            seen.add(row["element"])
        return rows


def price(excl: Any, incl: Any) -> dict[str, Any] | None:
    """An OCPI Price; incl_vat absent is not known (TYP-08)."""
    if excl is None:
        return None
    return {"excl_vat": excl} if incl is None else {"excl_vat": excl, "incl_vat": incl}


def restriction_row(number: int, restrictions: dict[str, Any]) -> dict[str, Any]:
    """An element's restrictions as a line of the table."""
    other = {name: value for name, value in restrictions.items() if name not in WHEN and name != "day_of_week"}
    days = ", ".join(restrictions.get("day_of_week") or [])
    return {"element": number, **{name: restrictions.get(name) for name in WHEN}, "days": days, "other": other}


def elements(components: list[dict[str, Any]], restrictions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The two tables as elements, in the order of their numbers."""
    limits = {row["element"]: row for row in restrictions}
    result = []
    for number in sorted({row["element"] for row in components}):
        element: dict[str, Any] = {
            "price_components": [component(row) for row in components if row["element"] == number]
        }
        put(element, "restrictions", restriction(limits[number]) if number in limits else None)
        result.append(element)
    return result


def component(row: dict[str, Any]) -> dict[str, Any]:
    """One price component."""
    said = {name: value for name, value in row.items() if name != "element" and value is not None}
    return {"type": said.pop("type"), "price": said.pop("price"), **said}


def restriction(row: dict[str, Any]) -> dict[str, Any]:
    """One line as OCPI restrictions."""
    result: dict[str, Any] = dict(row["other"])
    for name in WHEN:
        put(result, name, row[name])
    put(result, "day_of_week", [day.strip().upper() for day in row["days"].split(",") if day.strip()])
    return result
