"""Logs and diagnostics of stations, with the files that came."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.safestring import SafeString

from ocppbridge.admin import tones
from ocppbridge.admin.calling import refusing
from ocppbridge.admin.downloading import download
from ocppbridge.bridge import decisions
from ocppbridge.models import LogRequest
from ocppbridge.services import files, logs
from roaming.console import links
from roaming.console.asking import Question, button
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, ago, linked

STATES = {
    "asked": NOTE, "accepted": NOTE, "uploading": NOTE, "uploaded": GOOD, "failed": BAD, "refused": BAD,
    "cancelled": PLAIN,
}  # fmt: skip


@admin.register(LogRequest)
class LogAdmin(Shown[LogRequest]):
    """One log that was asked for."""

    list_display = ("asked", "station_link", "kind", "standing", "status", "size", "requested_by")
    list_display_links = ("asked",)
    list_filter = ("state", "kind", ("station", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("station", "file")
    search_fields = ("station__identity__exact", "filename__icontains")
    ordering = ("-id",)
    actions_detail = ("again", "delete_file")
    fields = (
        ("station_link", "kind", "requested_by"),
        ("standing", "status", "reason"),
        ("since", "until"),
        ("download_link", "size", "filename", "checksum"),
        ("location", "expires_at"),
        ("asked_at", "heard_at", "ended_at", "call_link"),
    )

    def get_urls(self) -> list[Any]:
        """With the file."""
        view = self.admin_site.admin_view(self.file)
        return [path("<int:pk>/file/", view, name="ocppbridge_logrequest_file"), *super().get_urls()]

    def file(self, request: HttpRequest, pk: int) -> HttpResponse:
        """For those who may see the page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = LogRequest.objects.select_related("file", "station").filter(pk=pk).first()
        if row is None or row.file is None:
            raise Http404
        answer: Any = download(row.file, f"{row.station.identity}-{row.kind}-{row.pk}-{row.file.name}")
        return answer  # type: ignore[no-any-return]

    @button(
        "Ask again",
        icon="replay",
        fits=lambda obj: obj.state not in logs.OPEN,
        text="The same log once more, to a new one-time URL of the hub.",
    )
    def again(self, request: HttpRequest, obj: LogRequest, form: Question) -> HttpResponse:
        """A request of its own."""
        with refusing():
            row = logs.again(obj, decisions.choices(), request.user.get_username())
        return HttpResponseRedirect(reverse("admin:ocppbridge_logrequest_change", args=(row.pk,)))

    @button(
        "Delete the file",
        icon="delete",
        danger=True,
        fits=lambda obj: obj.file_id is not None,
        text="That it was asked for stays.",
    )
    def delete_file(self, request: HttpRequest, obj: LogRequest, form: Question) -> None:
        """Logs name cards and customers."""
        if obj.file_id is not None:
            files.forget(obj.file_id)
        messages.success(request, "The file is deleted.")

    @admin.display(description="Asked", ordering="asked_at")
    def asked(self, obj: LogRequest) -> SafeString | str:
        """When."""
        return ago(obj.asked_at)

    @admin.display(description="Station", ordering="station__identity")
    def station_link(self, obj: LogRequest) -> SafeString | str:
        """Its page."""
        return linked(links.change("ocppbridge.station", obj.station_id), obj.station)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: LogRequest) -> SafeString:
        """How far it is."""
        return tones.state(obj.state, STATES, obj.get_state_display())

    @admin.display(description="Size", ordering="file__size")
    def size(self, obj: LogRequest) -> str:
        """Of the file."""
        return filesizeformat(obj.file.size) if obj.file else "–"

    @admin.display(description="File")
    def download_link(self, obj: LogRequest) -> SafeString | str:
        """To be saved."""
        if obj.file is None:
            return "–"
        return linked(reverse("admin:ocppbridge_logrequest_file", args=(obj.pk,)), f"download {obj.file.name}")

    @admin.display(description="SHA-256")
    def checksum(self, obj: LogRequest) -> str:
        """Of the file."""
        return obj.file.sha256 if obj.file else "–"

    @admin.display(description="Call")
    def call_link(self, obj: LogRequest) -> SafeString | str:
        """What the station was asked."""
        return linked(links.change("ocppbridge.call", obj.call_id), obj.call) if obj.call_id else "–"
