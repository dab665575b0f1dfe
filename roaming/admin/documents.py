"""Editing an OCPI object of a hosted party: fields for what people change, JSON for the rest, saved by the services.

What a form does not show survives, unknown fields included (TRA-12). The assembled object is checked by the same
Structs as a partner's push; a complaint stands at the field that its JSON pointer names. Who saves what somebody else
has changed meanwhile is told, and nothing is overwritten unless he says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar, cast

import msgspec
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from roaming.admin.meanwhile import Meanwhile, changer
from roaming.admin.stored import StoredPage
from roaming.console.pages import Page
from roaming.console.text import pretty
from roaming.console.widgets import dress
from roaming.models import Party, StoredObject
from roaming.ocpi import json
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import InvalidObject, OcpiError
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import format_datetime, parse_datetime
from roaming.services import contents, objects
from roaming.services.objects import Kind

S = TypeVar("S", bound=StoredObject)
D = TypeVar("D", bound=Model)
Edit = Callable[[dict[str, Any]], Mapping[str, Any]]
IDENTITY = frozenset({"country_code", "party_id", "id", "last_updated"})


class JsonField(forms.CharField):
    """An object as JSON text, exact in its numbers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}), required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        """Indented for reading."""
        if isinstance(value, str) or value is None:
            return value
        return msgspec.json.format(json.dump_bytes(value), indent=2).decode() if value else ""

    def clean(self, value: Any) -> Any:
        """The object; an empty field is the empty one."""
        text = super().clean(value)
        try:
            read = json.loads(text) if text else {}
        except OcpiError as problem:
            raise ValidationError(problem.message) from None
        if not isinstance(read, dict):
            raise ValidationError('write an object: {"member": …}')
        return read

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By content, not by white space."""
        return bool((self.prepare_value(initial) or "").split() != (data or "").split())


class DocumentForm(forms.ModelForm[D]):
    """`simple` members are form fields of the same name; `covered` ones are read and written by the subclass."""

    struct: ClassVar[type[Any]]
    simple: ClassVar[tuple[str, ...]] = ()
    covered: ClassVar[frozenset[str]] = frozenset()
    kept: ClassVar[frozenset[str]] = IDENTITY
    places: ClassVar[Mapping[str, str]] = {}
    """JSON pointer -> form field, for members that are spread over several."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    over = forms.CharField(required=False, widget=forms.HiddenInput)
    sketching = False
    meanwhile: Meanwhile | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        self.whole: dict[str, Any] = self.stored(instance) if instance is not None and instance.pk else {}
        entry = self.part(self.whole, instance)
        shown = {name: entry[name] for name in self.simple if name in entry}
        mine = {**shown, **self.read(entry), "rest": self._rest(entry)} if self.whole else {}
        mine["seen"] = contents.digest(self.shown(entry)) if self.whole else ""
        kwargs["initial"] = {**mine, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        dress(self)

    def stored(self, instance: Any) -> dict[str, Any]:
        """The document as it stands in the database."""
        found: dict[str, Any] = json.loads(instance.document)
        return found

    def part(self, document: dict[str, Any], instance: Any) -> dict[str, Any]:
        """The part of the document that the form edits: all of it, or one entry."""
        return document

    def read(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Initial values of the fields that are no simple members."""
        return {}

    def write(self, entry: dict[str, Any], said: dict[str, Any], stamp: str) -> None:
        """Put those fields into it."""

    def _rest(self, entry: dict[str, Any]) -> dict[str, Any]:
        named = {*self.simple, *self.covered, *self.kept}
        return {name: value for name, value in entry.items() if name not in named}

    def clean_rest(self) -> dict[str, Any]:
        """Only what has no field of its own."""
        rest: dict[str, Any] = self.cleaned_data["rest"]
        if taken := [name for name in rest if name in {*self.simple, *self.covered, *self.kept}]:
            raise ValidationError(f"{', '.join(taken)}: has a field of its own above")
        return rest

    def applied(self, document: dict[str, Any]) -> dict[str, Any]:
        """The whole document with what was said in the form."""
        return self.changed(document, stamp_after(document))

    def changed(self, entry: dict[str, Any], stamp: str) -> dict[str, Any]:
        """The part that the form edits, dated."""
        said = self.cleaned_data
        dropped = self._rest(entry)
        result = {name: value for name, value in entry.items() if name not in dropped} | (said.get("rest") or {})
        for name in self.simple:
            put(result, name, said.get(name))
        self.write(result, said, stamp)
        result["last_updated"] = stamp
        return result

    def checked(self) -> dict[str, Any]:
        """What the Struct gets to see."""
        return self.applied(self.whole)

    def shown(self, entry: dict[str, Any]) -> dict[str, Any]:
        """What of it the form shows: two people who change this change the same."""
        return entry

    def row(self) -> StoredObject:
        """The object that the document belongs to."""
        return cast(StoredObject, self.instance)

    def clean(self) -> dict[str, Any]:
        """The whole object by the rules of the specification, and not over what somebody else saved meanwhile."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk and not self.sketching:
            self._look_again(said)
        if not self.errors:
            try:
                decode(self.struct, self.checked())
            except InvalidObject as problem:
                self.add_error(self._place(problem.pointer), f"{problem.pointer or '/'}: {problem.reason}")
        return said

    def _look_again(self, said: dict[str, Any]) -> None:
        """The row is locked from here to the end of the request's transaction."""
        row = self.row()
        present = type(row)._default_manager.select_for_update().get(pk=row.pk)
        entry = self.part(json.loads(present.document), self.instance)
        stands = contents.digest(self.shown(entry))
        if said["seen"] == stands or said["over"] == stands:
            return
        differs = []
        if not self.errors:
            there, mine = self.shown(entry), self.shown(self.part(self.checked(), self.instance))
            names = sorted({*there, *mine} - {"last_updated"})
            differs = [name for name in names if there.get(name) != mine.get(name)]
            if not differs:
                return
        self.meanwhile = Meanwhile(stands, changer(self.instance, present.listed_at), present.listed_at, differs)
        self.add_error(None, "Somebody else has changed it since you opened this page. Nothing of yours was saved.")

    def own(self, pointer: str) -> str:
        """The pointer within the part that the form edits."""
        return pointer

    def _place(self, pointer: str) -> str | None:
        own = self.own(pointer)
        for prefix, name in self.places.items():
            if own.startswith(prefix) and name in self.fields:
                return name
        first = own.split("/")[1] if "/" in own else ""
        return first if first in self.fields else ("rest" if "rest" in self.fields else None)


def stamp_after(document: Mapping[str, Any]) -> str:
    """Now, but never before the present last_updated: an owner's does not go back (COO-13)."""
    present = document.get("last_updated")
    now = timezone.now()
    return format_datetime(max(now, parse_datetime(present)) if present else now)


def put(document: dict[str, Any], name: str, value: Any) -> None:
    """Set a member; an empty value takes it away (absent is OCPI's word for nothing)."""
    if value in (None, "", [], {}):
        document.pop(name, None)
    else:
        document[name] = value


def hosted() -> QuerySet[Party]:
    """Parties whose objects are ours to edit."""
    return Party.objects.filter(platform=None, role=Party.Role.CPO).order_by("country_code", "party_id")


def of_hosted(rows: QuerySet[S]) -> QuerySet[S]:
    """Objects that they own."""
    owner = hosted().filter(country_code=OuterRef("country_code"), party_id=OuterRef("party_id"))
    return rows.filter(Exists(owner))


def is_hosted(obj: StoredObject) -> bool:
    """Whether the owner is one of them."""
    return hosted().filter(country_code=obj.country_code, party_id=obj.party_id).exists()


class DocumentPage(StoredPage[S]):
    """Objects of hosted parties can be edited, those of platforms are shown as they came."""

    kind: Kind[Any]
    context = {"show_history": True}
    change_form_before_template = "roaming/meanwhile.html"
    add_fieldsets: Any = ()
    shown_fieldsets: Any = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """As in Django."""
        return Page.has_add_permission(self, request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A platform's object is changed by the platform."""
        return Page.has_change_permission(self, request, obj) and (obj is None or is_hosted(obj))

    def get_fieldsets(self, request: HttpRequest, obj: S | None = None) -> Any:
        """Three looks: new, edited, only shown."""
        if obj is None:
            return self.add_fieldsets
        return self.fieldsets if self.has_change_permission(request, obj) else self.shown_fieldsets

    def get_form(self, request: HttpRequest, obj: S | None = None, change: bool = False, **kwargs: Any) -> Any:
        """What is only shown needs no form."""
        if obj is not None and not self.has_change_permission(request, obj):
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: S, form: DocumentForm[S], change: bool) -> None:
        """Through the service, which writes the columns and marks the deliveries."""
        now = timezone.now()
        stored = self.change_stored(obj, form, now) if change else self.store_new(form, now)
        obj.__dict__.update(stored.obj.__dict__)
        if change and not stored.changed:
            messages.info(request, "Nothing changed, so nobody is told.")

    def change_stored(self, obj: S, form: DocumentForm[S], now: datetime) -> objects.Stored[Any]:
        """Upon the present document, not the one on the page: a station may have changed a status meanwhile."""
        owner = PartyId(obj.country_code, obj.party_id)
        return objects.change(self.kind, owner, obj.object_id, form.applied, source=None, now=now)

    def store_new(self, form: DocumentForm[S], now: datetime) -> objects.Stored[Any]:
        """Its identity comes from the form."""
        document = form.checked()
        owner = PartyId(document["country_code"], document["party_id"])
        return objects.store(self.kind, owner, document, source=None, now=now)

    @admin.display(description="Document as partners get it")
    def document_shown(self, obj: S) -> SafeString | str:
        """The JSON."""
        return pretty(obj.document)
