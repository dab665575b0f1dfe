"""What can be done to a tariff besides editing it: copy it, let new prices follow it from a date, withdraw it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from roaming.admin.documents import is_hosted
from roaming.admin.tariff_form import Moment
from roaming.console.asking import Question, Refused, button
from roaming.console.mixing import ModelAdmin
from roaming.models import Tariff
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import parse_datetime
from roaming.services import tariff_use, tariffs


class Successor(Question):
    """Under which id, from when, and where."""

    identifier = forms.CharField(label="Id of the copy", max_length=36)
    begins = Moment(
        label="Holds from (UTC)",
        help_text="The copy begins then and this tariff ends then. Empty: a copy with the same validity",
    )
    offered = forms.BooleanField(
        label="Offer it on the same connectors",
        required=False,
        help_text="Behind this tariff in their lists: it counts there as soon as this one ends",
    )

    def __init__(self, data: Any = None, *, obj: Any = None) -> None:
        super().__init__(data, obj=obj)
        if obj is not None:
            self.initial = {"identifier": _free_id(obj), "offered": True}  # forgotten, it would make charging free

    def clean_identifier(self) -> str:
        """Not one that its owner has."""
        text: str = self.cleaned_data["identifier"]
        if tariffs.find(PartyId(self.obj.country_code, self.obj.party_id), text) is not None:
            raise forms.ValidationError("this owner has a tariff with this id")
        return text

    def clean_begins(self) -> str:
        """In the window of the tariff, so that both hold for some time."""
        text: str = self.cleaned_data["begins"]
        if not text:
            return ""
        at = parse_datetime(text)
        if (self.obj.start_date_time and at <= self.obj.start_date_time) or (
            self.obj.end_date_time and at >= self.obj.end_date_time
        ):
            raise forms.ValidationError("this tariff does not hold then")
        if at <= timezone.now():
            raise forms.ValidationError("sessions may have begun since then: choose a time to come")
        return text


class ActingPage(ModelAdmin[Tariff]):
    """Mixed into the admin of tariffs."""

    @button(
        "New prices from a date",
        icon="content_copy",
        submit="Copy",
        form=Successor,
        fits=is_hosted,
        text="A copy of this tariff to be edited. With a date, this one holds until then and the copy from then on, so "
        "that drivers and partners see the new prices ahead and no running session changes.",
    )
    def succeed(self, request: HttpRequest, obj: Tariff, form: Question) -> HttpResponseRedirect:
        """Straight to the copy."""
        said, now = form.cleaned_data, timezone.now()
        begins = parse_datetime(said["begins"]) if said["begins"] else None
        copy = tariffs.succeed(obj, said["identifier"], begins, now=now)
        offered = 0
        if said["offered"]:
            places = [one.place for one in tariff_use.connectors(tariff_use.naming(obj)) if _has(one.tariff_ids, obj)]
            offered = tariff_use.offer(copy, places, [], now)
        where = f" and offered on {offered} connector{'' if offered == 1 else 's'}" if said["offered"] else ""
        messages.success(request, f"{copy} is made{where}. This is the copy: change its prices now.")
        if begins is not None and not said["offered"] and (left := tariff_use.naming(obj).count()):
            words = f"{obj} ends at {begins:%Y-%m-%d %H:%M} (UTC) on {left} EVSE{'' if left == 1 else 's'}: offer"
            messages.warning(request, f"{words} this one there, or charging is free where nothing else holds then.")
        return HttpResponseRedirect(reverse("admin:roaming_tariff_change", args=[copy.pk]))

    @button(
        "Withdraw",
        icon="delete",
        danger=True,
        fits=lambda obj: obj.deleted_at is None and is_hosted(obj),
        text="Partners are told to delete it. It stays here for old sessions and comes back when it is saved again.",
    )
    def withdraw(self, request: HttpRequest, obj: Tariff, form: Question) -> None:
        """DELETE to every receiver (HUB-14)."""
        if named := list(tariff_use.naming(obj).values_list("uid", flat=True)[:5]):  # TAR-04
            raise Refused(f"EVSEs name it: {', '.join(named)}. Take it off their connectors first.")
        tariffs.delete(PartyId(obj.country_code, obj.party_id), obj.object_id, source=None, now=timezone.now())
        messages.success(request, f"{obj} is withdrawn.")


def _has(tariff_ids: list[str], tariff: Tariff) -> bool:
    return tariff.object_key in [one.upper() for one in tariff_ids]


def _free_id(tariff: Tariff) -> str:
    """T1-2 after T1, T1-3 after T1-2."""
    owner = PartyId(tariff.country_code, tariff.party_id)
    stem, _, number = tariff.object_id.rpartition("-")
    stem, at = (stem, int(number)) if stem and number.isdecimal() else (tariff.object_id, 1)
    while tariffs.find(owner, f"{stem[:32]}-{at + 1}") is not None:
        at += 1
    return f"{stem[:32]}-{at + 1}"
