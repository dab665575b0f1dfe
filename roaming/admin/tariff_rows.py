"""The cells of a tariff's elements: one small form for an element's restrictions, one for each of its prices.

Fields have the names of OCPI, so that a JSON pointer names a cell. What has no cell of its own is kept as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from roaming.admin.documents import JsonField
from roaming.ocpi import tariffs as words
from roaming.pricing.state import DAYS

KINDS = {
    "ENERGY": ("Energy", "per kWh"),
    "TIME": ("Charging time", "per hour"),
    "PARKING_TIME": ("Parking time", "per hour"),
    "FLAT": ("Start fee", "once"),
}
_SPAN = re.compile(r"(\d{1,6}):([0-5]\d)(?::([0-5]\d))?")


class Figure(forms.DecimalField):
    """A figure digit for digit; a comma is read as a point."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **options)

    def to_python(self, value: Any) -> Any:
        """The browser's own number field would cut digits off."""
        return super().to_python(value.strip().replace(",", ".") if isinstance(value, str) else value)


class Clock(forms.CharField):
    """HH:MM; 8:00 is read as 08:00."""

    def __init__(self, **options: Any) -> None:
        cell = forms.TextInput(attrs={"placeholder": "hh:mm", "size": 5, "autocomplete": "off"})
        super().__init__(max_length=5, required=False, widget=cell, **options)

    def to_python(self, value: Any) -> str:
        """Padded; whether it is a time is the Struct's to say."""
        text = super().to_python(value) or ""
        return f"0{text}" if re.fullmatch(r"\d:\d\d", text) else text


class Span(forms.CharField):
    """Seconds, written as hours and minutes."""

    def __init__(self, **options: Any) -> None:
        cell = forms.TextInput(attrs={"placeholder": "h:mm", "size": 6, "autocomplete": "off"})
        super().__init__(max_length=12, required=False, widget=cell, **options)

    def prepare_value(self, value: Any) -> Any:
        """5400 as 1:30."""
        return spelled(int(value)) if isinstance(value, (int, Decimal)) else value

    def clean(self, value: Any) -> int | None:
        """1:30 as 5400; a bare number would be minutes to one and seconds to another."""
        text = super().clean(value)
        if not text:
            return None
        match = _SPAN.fullmatch(text)
        if match is None:
            raise ValidationError("write hours:minutes, such as 1:30 or 0:15")
        return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)


class Price(forms.Form):
    """One price component."""

    type = forms.ChoiceField(
        label="What",
        choices=[("", "choose …"), *((one.value, KINDS[one.value][0]) for one in words.TariffDimensionType)],
    )
    price = Figure(label="Price")
    vat = Figure(label="VAT %", required=False)
    step_size = forms.IntegerField(
        label="Step",
        initial=1,
        min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 5, "autocomplete": "off"}),
    )
    further = JsonField(label="Further members (JSON)")

    KEPT = ("type", "price", "vat", "step_size")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["further"].widget.attrs["rows"] = 1

    @property
    def blank(self) -> bool:
        """Nothing typed but what stands there from the beginning."""
        texts = [self[name].value() for name in ("type", "price", "vat", "further")]
        return not any(str(text or "").strip() for text in texts)

    @property
    def step_text(self) -> str:
        """What the step means."""
        said = read(self)
        return step_words(str(said.get("type", "")), said.get("step_size"))

    def document(self) -> dict[str, Any]:
        """What could be read, in OCPI's words."""
        said = read(self)
        known = {name: said[name] for name in self.KEPT if said.get(name) not in (None, "")}
        return known | (said.get("further") or {})


class Restrictions(forms.Form):
    """When an element counts; all that is said must hold."""

    day_of_week = forms.MultipleChoiceField(
        label="Days",
        choices=[(day, day[:3].capitalize()) for day in DAYS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    start_time, end_time = Clock(label="From"), Clock(label="Until")
    start_date = forms.CharField(
        label="From", max_length=10, required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    end_date = forms.CharField(
        label="Before", max_length=10, required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    min_kwh, max_kwh = Figure(label="From", required=False), Figure(label="Below", required=False)
    min_power, max_power = Figure(label="From", required=False), Figure(label="Below", required=False)
    min_current, max_current = Figure(label="From", required=False), Figure(label="Below", required=False)
    min_duration, max_duration = Span(label="From"), Span(label="Before")
    reservation = forms.ChoiceField(
        label="Counts for",
        required=False,
        choices=[
            ("", "charging"),
            ("RESERVATION", "a reservation"),
            ("RESERVATION_EXPIRES", "a reservation that nobody uses"),
        ],
    )
    further = JsonField(label="Further members (JSON)")

    GROUPS = (
        ("Days", "", ("day_of_week",)),
        ("Time of day", "local", ("start_time", "end_time")),
        ("Dates", "", ("start_date", "end_date")),
        ("Energy so far", "kWh", ("min_kwh", "max_kwh")),
        ("Connected for", "h:mm", ("min_duration", "max_duration")),
        ("Power", "kW", ("min_power", "max_power")),
        ("Current", "A", ("min_current", "max_current")),
        ("Reservation", "", ("reservation",)),
    )
    KEPT = (
        *("start_time", "end_time", "start_date", "end_date", "min_kwh", "max_kwh", "min_current", "max_current"),
        *("min_power", "max_power", "min_duration", "max_duration", "day_of_week", "reservation"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["further"].widget.attrs["rows"] = 2

    def groups(self) -> Iterator[tuple[str, str, list[forms.BoundField]]]:
        """As they stand beside each other."""
        for title, unit, names in self.GROUPS:
            yield title, unit, [self[name] for name in names]

    def document(self) -> dict[str, Any]:
        """The restrictions that could be read."""
        said = read(self)
        further = (said.get("further") or {}).get("restrictions")
        known = {name: said[name] for name in self.KEPT if said.get(name) not in (None, "", [])}
        return known | (further if isinstance(further, dict) else {})

    def members(self) -> dict[str, Any]:
        """Members of the element that have no cell."""
        said = read(self).get("further") or {}
        return {name: value for name, value in said.items() if name not in ("restrictions", "price_components")}


def read(form: forms.Form) -> dict[str, Any]:
    """What is right in a form, also where something else is wrong."""
    form.full_clean()
    return form.cleaned_data


def spelled(seconds: int) -> str:
    """5400 as 1:30, 5430 as 1:30:30."""
    minutes, rest = divmod(seconds, 60)
    text = f"{minutes // 60}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if rest else text


def step_words(kind: str, step: int | None) -> str:
    """What a step_size means to the driver: the session's total is rounded up once (TAR-17)."""
    if step is None or kind not in KINDS or kind == "FLAT":
        return ""
    if step == 0:
        return "not rounded"
    if kind == "ENERGY":
        return "to the Wh" if step == 1 else f"up to {_units(step, 1000, 'kWh', 'Wh')}"
    if step % 3600 == 0:
        return "up to full hours" if step == 3600 else f"up to {step // 3600} h"
    if step % 60 == 0:
        return "up to full minutes" if step == 60 else f"up to {step // 60} min"
    return "to the second" if step == 1 else f"up to {step} s"


def _units(step: int, size: int, large: str, small: str) -> str:
    if step < size // 10:
        return f"{step} {small}"
    whole = f"{Decimal(step) / size:f}"
    return f"{whole} {large}"
