"""Acts on several CDRs of the desk at once: a page asks for the note first, then each is settled for itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from roaming.console.asking import Question
from roaming.console.mixing import ModelAdmin
from roaming.models import Assessment, Cdr
from roaming.services import desk, desk_queue

if TYPE_CHECKING:
    from roaming.console.pages import Page

MOST = 1000  # in one request
Act = Callable[[Assessment, str, str, datetime], Assessment]


class Noted(Question):
    """What was done is done for a reason, which whoever looks next can read (S48)."""

    note = forms.CharField(
        label="Note", widget=forms.Textarea(attrs={"rows": 3}), help_text="Why. It stays in the trail of the CDR."
    )


class Replacing(Noted):
    """Credited whole in any case; what comes instead is chosen."""

    anew = forms.TypedChoiceField(
        label="Instead",
        coerce=lambda value: value == "yes",
        choices=[
            ("yes", "a new CDR, computed from the readings as they are now"),
            ("no", "nothing: it is only credited"),
        ],
        initial="yes",
    )
    field_order = ("anew", "note")


class Bulk(ModelAdmin[Assessment]):
    """Mixed into the page of the desk."""

    @admin.action(description="Release", permissions=["operate"])
    def release_selected(self, request: HttpRequest, rows: QuerySet[Assessment]) -> HttpResponse | None:
        """They count, and go out where they were withheld."""
        text = "They count from now on, and those that were withheld are sent to their payers."
        return several(self, request, rows, desk.release, "release_selected", "Release", text)

    @admin.action(description="Dispute", permissions=["operate"])
    def dispute_selected(self, request: HttpRequest, rows: QuerySet[Assessment]) -> HttpResponse | None:
        """They do not count until that is settled."""
        text = "They do not count until they are released, or credited and replaced."
        return several(self, request, rows, desk.dispute, "dispute_selected", "Dispute", text)

    @admin.action(description="Reject", permissions=["operate"])
    def reject_selected(self, request: HttpRequest, rows: QuerySet[Assessment]) -> HttpResponse | None:
        """They do not count."""
        text = "They do not count, and those that were withheld are never sent."
        return several(self, request, rows, desk.reject, "reject_selected", "Reject", text, danger=True)

    @admin.action(description="Assess again", permissions=["operate"])
    def assess_selected(self, request: HttpRequest, rows: QuerySet[Assessment]) -> None:
        """By a worker, with the tariffs, sessions and decisions of now."""
        keys = list(rows.values_list("cdr_id", flat=True)[: MOST + 1])
        if len(keys) > MOST:
            messages.error(request, f"At most {MOST} at once.")
            return
        count = Cdr.objects.filter(pk__in=keys).update(desk_due=True)
        desk_queue.nudge()
        messages.success(request, f"{count} will be assessed again; what staff have settled stays settled.")


def several(
    page: Any,
    request: HttpRequest,
    rows: QuerySet[Assessment],
    act: Act,
    action: str,
    title: str,
    text: str,
    *,
    danger: bool = False,
) -> HttpResponse | None:
    """Ask, then do; what does not fit is told and the others are done."""
    keys = list(rows.order_by().values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        messages.error(request, f"At most {MOST} at once.")
        return None
    confirmed = request.POST.get("confirmed") == "yes"
    form = Noted(request.POST if confirmed else None)
    if not (confirmed and form.is_valid()):
        return _asked(page, request, form, keys, action, title, text, danger)
    done, refused = 0, []
    for row in Assessment.objects.filter(pk__in=keys).select_related("cdr"):
        try:
            act(row, request.user.get_username(), form.cleaned_data["note"], timezone.now())
        except desk.CannotSettle as problem:
            refused.append(str(problem))
            continue
        page.log_change(request, row, f"{title}: {form.cleaned_data['note']}")
        done += 1
    messages.success(request, f"{title}: {done} done.")
    for words in refused[:10]:
        messages.warning(request, f"{words}.")
    return None


def _asked(
    page: Page[Any],
    request: HttpRequest,
    form: Noted,
    keys: list[int],
    action: str,
    title: str,
    text: str,
    danger: bool,
) -> TemplateResponse:
    context = {
        **page.admin_site.each_context(request),
        "title": f"{title} {len(keys)} CDR{'s' if len(keys) != 1 else ''}",
        "text": text,
        "opts": page.opts,
        "form": form,
        "keys": keys,
        "action": action,
        "submit": title,
        "danger": danger,
        "url": request.get_full_path(),
    }
    return TemplateResponse(request, "roaming/desk_bulk.html", context)
