"""Exports of CDRs in the background: begun, watched, fetched, stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roaming.console.asking import Question, button
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, PLAIN, ago, badge, cut, linked
from roaming.models import BillingExport
from roaming.ocpi.party import PartyId
from roaming.services import billing_exports, cdr_exports
from roaming.services.billing_cdrs import VERDICTS, Selection, month

TONES = {"RUNNING": NOTE, "READY": GOOD, "FAILED": BAD, "FORGOTTEN": PLAIN}


class NewExport(Question):
    """Which CDRs."""

    month = forms.CharField(max_length=7, help_text="of the end of charging in UTC, as 2026-11")
    cpo = forms.CharField(max_length=8, required=False, label="CPO", help_text="as NL/VLT; empty: all")
    emsp = forms.CharField(max_length=8, required=False, label="eMSP", help_text="as DE/EMX; empty: all")
    verdict = forms.ChoiceField(choices=[("", "any"), *((one, one) for one in VERDICTS)], required=False)
    format = forms.ChoiceField(choices=BillingExport.Format.choices)

    def clean_month(self) -> str:
        """One that there is."""
        return self._read("month", lambda text: f"{month(text)[0]:%Y-%m}")

    def clean_cpo(self) -> str:
        """Folded."""
        return self._read("cpo", lambda text: str(PartyId.parse(text)))

    def clean_emsp(self) -> str:
        """Folded."""
        return self._read("emsp", lambda text: str(PartyId.parse(text)))

    def _read(self, name: str, read: Callable[[str], str]) -> str:
        text = str(self.cleaned_data[name])
        try:
            return read(text) if text else ""
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from None


@admin.register(BillingExport)
class BillingExportAdmin(Shown[BillingExport]):
    """One row for each file."""

    list_display = ("name", "standing", "progress", "what", "asked_by", "made", "download")
    list_display_links = ("name",)
    list_filter = ("state", "format")
    search_fields = ("asked_by",)
    ordering = ("-pk",)
    actions_list = ("new_export",)
    actions_detail = ("stop",)
    fields = (
        ("name", "standing", "progress"),
        ("what", "asked_by"),
        ("size", "stored"),
        ("created_at", "moved_at", "finished_at"),
        "error",
        "download",
    )

    def get_urls(self) -> list[Any]:
        """With the file."""
        file = self.admin_site.admin_view(self.file)
        return [path("<int:pk>/file/", file, name="roaming_billingexport_file"), *super().get_urls()]

    def file(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """For those who may operate here: it is full of personal data (S43)."""
        if not self.has_operate_permission(request):
            raise PermissionDenied
        row = get_object_or_404(BillingExport, pk=pk)
        if row.state != BillingExport.State.READY:
            raise Http404
        answer = StreamingHttpResponse(billing_exports.text(row), content_type=cdr_exports.TYPES[row.format])
        answer["Content-Disposition"] = f'attachment; filename="cdrs-{row.pk}.{row.format}"'
        return answer

    @button("New export", icon="download", submit="Begin", form=NewExport)
    def new_export(self, request: HttpRequest, obj: None, form: Question) -> None:
        """A worker writes it."""
        said = form.cleaned_data
        first, following = month(said["month"])
        selection = Selection(
            cpo=said["cpo"], emsp=said["emsp"], verdict=said["verdict"], ended_from=first.isoformat(),
            ended_before=following.isoformat(),
        )  # fmt: skip
        who = request.user.get_username()
        billing_exports.ask(selection, said["format"], by=who, token=None, now=timezone.now())
        messages.info(request, "It is being written; this page shows how far it is.")

    @button(
        "Stop", icon="stop", danger=True, text="What is written of it is thrown away.",
        fits=lambda obj: obj.state == BillingExport.State.RUNNING,
    )  # fmt: skip
    def stop(self, request: HttpRequest, obj: BillingExport, form: Question) -> None:
        """Staff's wish."""
        billing_exports.stop(obj, f"stopped by {request.user.get_username()}")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """While something runs, the page comes again by itself."""
        return _watched(request, super().changelist_view(request, extra_context))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The same."""
        return _watched(request, super().change_view(request, object_id, *args, **kwargs))

    @admin.display(description="Export")
    def name(self, obj: BillingExport) -> str:
        """Its number and format."""
        return str(obj)

    @admin.display(description="State", ordering="state")
    def standing(self, obj: BillingExport) -> SafeString:
        """Being written, ready, stopped, deleted."""
        return badge(obj.get_state_display(), TONES[obj.state])

    @admin.display(description="CDRs")
    def progress(self, obj: BillingExport) -> SafeString | str:
        """So many of so many, with a bar while it runs."""
        words = f"{obj.written:,} of {obj.total:,}"
        if obj.state != BillingExport.State.RUNNING or not obj.total:
            return words
        bar = '<progress max="{}" value="{}"></progress> {}'
        return format_html(bar, obj.total, min(obj.written, obj.total), words)

    @admin.display(description="Which")
    def what(self, obj: BillingExport) -> SafeString | str:
        """Its selection."""
        return cut(", ".join(f"{name} {value}" for name, value in obj.selection.items()) or "all")

    @admin.display(description="Asked for", ordering="created_at")
    def made(self, obj: BillingExport) -> SafeString | str:
        """When."""
        return ago(obj.created_at)

    @admin.display(description="File")
    def download(self, obj: BillingExport) -> SafeString | str:
        """Once it is ready."""
        if obj.state != BillingExport.State.READY:
            return "–"
        return linked(reverse("admin:roaming_billingexport_file", args=(obj.pk,)), f"download ({obj.size:,} bytes)")


def _watched(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    if request.method == "GET" and BillingExport.objects.filter(state=BillingExport.State.RUNNING).exists():
        answer["Refresh"] = "3"
    return answer
