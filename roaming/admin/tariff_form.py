"""The form of a hosted Tariff: elements as cards, everything else as fields; what has no field is kept.

It also reads what is half typed (`draft`), for the look beside it, and is then not saved (`sketching`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from roaming.admin.adding import AddingForm
from roaming.admin.documents import JsonField, put
from roaming.admin.tariff_elements import Cards, ElementsField, as_before
from roaming.admin.tariff_rows import Figure
from roaming.admin.tariff_shapes import LOOK, SHAPE, reshaped
from roaming.console.rows import RowsField
from roaming.console.widgets import dress
from roaming.models import Party, Tariff
from roaming.ocpi import tariffs as words
from roaming.ocpi.types import format_datetime, parse_datetime
from roaming.services import contents, tariff_use

MOMENTS = {"starts": "start_date_time", "ends": "end_date_time"}
PRICED = ("elements", "currency", "type", "min_price", "max_price", "start_date_time", "end_date_time")
KINDS = {
    "": "every session",
    "REGULAR": "regular sessions",
    "AD_HOC_PAYMENT": "payment on the spot",
    "PROFILE_CHEAP": "the driver's wish: cheap",
    "PROFILE_FAST": "the driver's wish: fast",
    "PROFILE_GREEN": "the driver's wish: green",
}


class AltText(forms.Form):
    """The tariff in words."""

    language = forms.CharField(max_length=2, widget=forms.TextInput(attrs={"placeholder": "en", "size": 3}))
    text = forms.CharField(max_length=512, widget=forms.TextInput(attrs={"size": 60}))


class Moment(forms.CharField):
    """An instant in UTC, picked from a calendar."""

    def __init__(self, **options: Any) -> None:
        cell = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"})
        super().__init__(widget=cell, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        """Without the Z, which the browser's field does not take."""
        try:
            return f"{parse_datetime(value):%Y-%m-%dT%H:%M:%S}" if value else value
        except ValueError:
            return value

    def clean(self, value: Any) -> str:
        """In OCPI's form."""
        text = (super().clean(value) or "").strip()
        try:
            return format_datetime(parse_datetime(f"{text}:00" if len(text) == 16 else text)) if text else ""
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from None


class TariffForm(AddingForm[Tariff]):
    """What a price list says."""

    struct = words.Tariff
    simple = ("currency", "type", "tariff_alt_text", "tariff_alt_url")
    covered = frozenset({"elements", "min_price", "max_price", "start_date_time", "end_date_time"})
    places = {
        "/elements": "elements",
        "/min_price/incl_vat": "min_incl",
        "/min_price": "min_excl",
        "/max_price/incl_vat": "max_incl",
        "/max_price": "max_excl",
        "/start_date_time": "starts",
        "/end_date_time": "ends",
        "/id": "identifier",
        "/country_code": "owner",
        "/party_id": "owner",
    }

    owner = forms.ModelChoiceField(Party.objects.none(), help_text="A hosted CPO")
    identifier = forms.CharField(
        label="Id", max_length=36, help_text="Unique for this owner; it cannot be changed later"
    )
    currency = forms.CharField(max_length=3, min_length=3, initial="EUR", help_text="Three letters")
    type = forms.ChoiceField(label="For", choices=list(KINDS.items()), required=False)
    elements = ElementsField(label="Prices")
    starts = Moment(label="Valid from (UTC)", help_text="For sessions that begin then or later")
    ends = Moment(label="Valid until (UTC)", help_text="Sessions that began before keep it")
    min_excl = Figure(label="A session costs at least, excl. VAT", required=False)
    min_incl = Figure(label="The same incl. VAT", required=False)
    max_excl = Figure(label="A session costs at most, excl. VAT", required=False)
    max_incl = Figure(label="The same incl. VAT", required=False)
    tariff_alt_text = RowsField(AltText, spare=1, label="In words of your own")
    tariff_alt_url = forms.URLField(label="Web page", required=False, assume_scheme="https")
    rest = JsonField(
        label="Further members",
        help_text="The rest of the OCPI Tariff as JSON: energy_mix, and what OCPI does not know",
    )
    agreed = forms.CharField(required=False)

    class Meta:
        model = Tariff
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        self.sketching = bool(data) and (SHAPE in data or LOOK in data)
        self.focus = ""
        if isinstance(data, QueryDict) and SHAPE in data:
            data, self.focus = reshaped(data)
        super().__init__(data, *args, **kwargs)
        self.fields["rest"].widget.attrs["rows"] = 4
        dress(self)

    def is_valid(self) -> bool:
        """Never, where it is only looked at: nothing is saved then."""
        return super().is_valid() and not self.sketching

    @property
    def cards(self) -> Cards:
        """The elements as they stand on the page."""
        value = self["elements"].value()
        return value if isinstance(value, Cards) else Cards.stored(value)

    def read(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Members that are spread over several fields."""
        least, most = entry.get("min_price") or {}, entry.get("max_price") or {}
        return {
            "elements": entry.get("elements"),
            "starts": entry.get("start_date_time"),
            "ends": entry.get("end_date_time"),
            "min_excl": least.get("excl_vat"),
            "min_incl": least.get("incl_vat"),
            "max_excl": most.get("excl_vat"),
            "max_incl": most.get("incl_vat"),
        }

    def write(self, entry: dict[str, Any], said: dict[str, Any], stamp: str) -> None:
        """Back into the members, those that stayed as they were with every digit."""
        put(entry, "currency", (said.get("currency") or "").upper())
        for field, member in MOMENTS.items():
            text = said.get(field) or ""
            if not (text and member in entry and parse_datetime(entry[member]) == parse_datetime(text)):
                put(entry, member, text)
        for member, excl, incl in (("min_price", "min_excl", "min_incl"), ("max_price", "max_excl", "max_incl")):
            put(entry, member, price(entry.get(member), said.get(excl), said.get(incl)))
        if "elements" in said:
            entry["elements"] = as_before(said["elements"], entry.get("elements"))

    def clean(self) -> dict[str, Any]:
        """Prices that drivers pay already are not changed in passing: the page says who is touched, and asks."""
        said = super().clean()
        if self.instance.pk and not self.errors and not self.sketching:
            document = self.checked()
            asked = changed(self.whole, document) and said["agreed"] != asked_for(document)
            if asked and tariff_use.use(self.instance, timezone.now()).is_used:
                self.add_error("agreed", "Drivers pay these prices: tick the box beside what the change means.")
        return said

    def draft(self) -> dict[str, Any]:
        """The tariff as far as it can be read; never stored."""
        super().is_valid()
        said, whole = self.cleaned_data, dict(self.whole)
        if not self.instance.pk:
            owner, identifier = said.get("owner"), said.get("identifier") or "new"
            mine = {"country_code": owner.country_code, "party_id": owner.party_id} if owner else {}
            whole = {"country_code": "XX", "party_id": "XXX", **mine, "id": identifier}
        rest = said.get("rest") if "rest" in said else self._rest(whole)
        self.cleaned_data = {**said, "rest": rest, "elements": self.cards.draft()}
        try:
            return self.applied(whole)
        finally:
            self.cleaned_data = said

    def cell(self, pointer: str) -> str | None:
        """The name of the field that a JSON pointer means."""
        if pointer.startswith("/elements/") and (found := self.cards.cell(pointer)):
            return found
        return self._place(pointer)


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Members that say otherwise what a session costs, and when."""
    return [name for name in PRICED if before.get(name) != after.get(name)]


def asked_for(document: Mapping[str, Any]) -> str:
    """What a ticked box agrees to: these prices and no others."""
    return contents.digest({name: document.get(name) for name in PRICED})


def price(present: Any, excl: Any, incl: Any) -> dict[str, Any] | None:
    """An OCPI Price with what it holds besides; incl_vat absent is not known (TYP-08)."""
    if excl is None and incl is None:
        return None
    further = {name: value for name, value in (present or {}).items() if name not in ("excl_vat", "incl_vat")}
    said = {"excl_vat": excl, "incl_vat": incl}
    return {name: value for name, value in said.items() if value is not None} | further
