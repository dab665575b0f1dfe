"""Firmware: the images there are, the updates of stations step by step, and what local controllers publish."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminFileFieldWidget

from ocppbridge.admin import tones
from ocppbridge.admin.calling import refusing
from ocppbridge.models import FirmwareImage, FirmwarePublication, FirmwareUpdate
from ocppbridge.services import authority, images, publications
from roaming.console import links
from roaming.console.asking import Question, Refused, button
from roaming.console.home import Panel
from roaming.console.pages import Page, Shown
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, WARN, ago, at, badge, linked

STATES = {
    "asked": NOTE, "under way": NOTE, "installed": WARN, "done": GOOD, "failed": BAD, "refused": BAD,
    "cancelled": PLAIN, "silent": WARN,
}  # fmt: skip
PUBLISHED = {
    "asked": NOTE, "under way": NOTE, "published": GOOD, "failed": BAD, "refused": BAD, "ended": PLAIN,
}  # fmt: skip


class ImageForm(forms.ModelForm[FirmwareImage]):
    """With the file itself, once; what is kept goes together (services.images)."""

    # unfold's script writes the chosen file's name into the first text box near it: its own widget has one for that.
    upload = forms.FileField(
        required=False, label="File", help_text="or name where it is instead", widget=UnfoldAdminFileFieldWidget
    )

    class Meta:
        model = FirmwareImage
        fields = ("name", "vendor", "model", "version", "url", "certificate", "signature", "notes")

    def clean(self) -> dict[str, Any]:
        """Stored here, so that a signature that is not of the file is said beside the form, and nothing is kept."""
        said = super().clean() or {}
        if self.errors:
            return said
        for name, value in said.items():
            if name != "upload":
                setattr(self.instance, name, value)
        try:
            self._keep(said.get("upload"))
        except images.BadImage as problem:
            raise ValidationError(str(problem)) from None
        return said

    def _keep(self, upload: Any) -> None:
        if upload is None:
            images.check(self.instance)
            return
        if self.instance.pk and self.instance.file_id:
            raise images.BadImage("its file is here already; another file is another image")
        with transaction.atomic():
            self.instance.file = None
            images.keep(self.instance, upload.name, upload.content_type or "", upload.chunks())


@admin.register(FirmwareImage)
class ImageAdmin(Page[FirmwareImage]):
    """One image."""

    form = ImageForm
    list_display = ("name", "whom", "version", "where", "signature_shown", "added")
    list_filter = ("vendor", "model")
    list_select_related = ("file",)
    search_fields = ("name__icontains", "version__icontains", "model__icontains")
    ordering = ("-created_at",)
    actions_detail = ("sign",)
    readonly_fields = ("where", "checksum", "created_by", "created_at")
    fieldsets = (
        (None, {"fields": [("name", "version"), ("vendor", "model"), "notes"]}),
        ("The image", {"fields": [("upload", "url"), ("where", "checksum")]}),
        ("Signature", {"fields": ["certificate", "signature"]}),
        ("Added", {"fields": [("created_by", "created_at")]}),
    )

    def save_model(self, request: HttpRequest, obj: FirmwareImage, form: Any, change: bool) -> None:
        """With who has added it."""
        obj.created_by = obj.created_by or request.user.get_username()
        super().save_model(request, obj, form, change)

    @button(
        "Sign it",
        icon="draw",
        fits=lambda obj: obj.file_id is not None and not obj.signed,
        text="By the authority that signs for stations. A station believes it that has its root as a manufacturer's.",
    )
    def sign(self, request: HttpRequest, obj: FirmwareImage, form: Question) -> None:
        """With a key that is thrown away."""
        try:
            images.sign(obj)
        except (images.BadImage, authority.Declined) as problem:
            raise Refused(str(problem)) from None
        messages.success(request, f"{obj} is signed.")

    def panels(self, request: HttpRequest, obj: FirmwareImage) -> Iterable[Panel]:
        """Its last updates."""
        made = obj.updates.select_related("station").order_by("-pk")[:20]
        rows = [
            (
                linked(links.change("ocppbridge.firmwareupdate", one.pk), ago(one.asked_at)),
                one.station,
                tones.state(one.state, STATES, one.get_state_display()),
                one.status or "–",
                one.booted_version or "–",
            )
            for one in made
        ]
        headers = ("Asked", "Station", "State", "Last word", "Booted with")
        yield Panel("Updates", headers, rows, links.changelist("ocppbridge.firmwareupdate", image__id__exact=obj.pk))

    @admin.display(description="For")
    def whom(self, obj: FirmwareImage) -> str:
        """Vendor and model."""
        return f"{obj.vendor} {obj.model}".strip() or "any station"

    @admin.display(description="Where")
    def where(self, obj: FirmwareImage) -> str:
        """Here, or elsewhere."""
        return f"{obj.file.name}, {filesizeformat(obj.file.size)}" if obj.file else obj.url or "–"

    @admin.display(description="SHA-256")
    def checksum(self, obj: FirmwareImage) -> str:
        """Of the file."""
        return obj.file.sha256 if obj.file else "–"

    @admin.display(description="Signature")
    def signature_shown(self, obj: FirmwareImage) -> SafeString:
        """Whether it has one."""
        return badge("signed", GOOD) if obj.signed else badge("unsigned", PLAIN)

    @admin.display(description="Added", ordering="created_at")
    def added(self, obj: FirmwareImage) -> SafeString | str:
        """When."""
        return ago(obj.created_at)


@admin.register(FirmwareUpdate)
class UpdateAdmin(Shown[FirmwareUpdate]):
    """One update of one station."""

    list_display = ("asked", "station_link", "image", "standing", "status", "booted_version", "requested_by")
    list_display_links = ("asked",)
    list_filter = ("state", ("image", admin.RelatedOnlyFieldListFilter), ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station", "image")
    search_fields = ("station__identity__exact", "version__exact", "requested_by__icontains")
    ordering = ("-id",)
    fields = (
        ("station_link", "image", "requested_by"),
        ("standing", "status", "reason"),
        ("version", "booted_version", "booted_at"),
        ("signed", "retrieve_at", "install_at"),
        "location",
        ("asked_at", "heard_at", "ended_at", "call_link"),
    )

    def panels(self, request: HttpRequest, obj: FirmwareUpdate) -> Iterable[Panel]:
        """What the station said of it, in order."""
        yield Panel(
            "Progress", ("At", "Status"), [(at(one.at), one.status) for one in obj.steps.all()], empty="None yet."
        )

    @admin.display(description="Asked", ordering="asked_at")
    def asked(self, obj: FirmwareUpdate) -> SafeString | str:
        """When."""
        return ago(obj.asked_at)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: FirmwareUpdate) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: FirmwareUpdate) -> SafeString:
        """How far it is."""
        return tones.state(obj.state, STATES, obj.get_state_display())

    @admin.display(description="Call")
    def call_link(self, obj: FirmwareUpdate) -> SafeString | str:
        """What the station was asked."""
        return linked(links.change("ocppbridge.call", obj.call_id), obj.call) if obj.call_id else "–"


@admin.register(FirmwarePublication)
class PublicationAdmin(Shown[FirmwarePublication]):
    """An image on a local controller."""

    list_display = ("asked", "station_link", "image", "standing", "status", "requested_by")
    list_display_links = ("asked",)
    list_filter = ("state", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station", "image")
    search_fields = ("station__identity__exact", "checksum__exact")
    ordering = ("-id",)
    actions_detail = ("unpublish",)
    fields = (
        ("station_link", "image", "requested_by"),
        ("standing", "status", "reason"),
        ("location", "checksum"),
        "locations",
        ("asked_at", "heard_at"),
    )

    @button(
        "Take it back",
        icon="unpublished",
        danger=True,
        fits=lambda obj: obj.state == FirmwarePublication.State.PUBLISHED,
        text="The local controller offers it to its stations no more.",
    )
    def unpublish(self, request: HttpRequest, obj: FirmwarePublication, form: Question) -> None:
        """L04."""
        with refusing():
            publications.unpublish(obj, by=request.user.get_username())
        messages.success(request, f"{obj.station} is asked; reload this page for its answer.")

    @admin.display(description="Asked", ordering="asked_at")
    def asked(self, obj: FirmwarePublication) -> SafeString | str:
        """When."""
        return ago(obj.asked_at)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: FirmwarePublication) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: FirmwarePublication) -> SafeString:
        """How far it is."""
        return tones.state(obj.state, PUBLISHED, obj.get_state_display())
