"""Buttons of the admin that do something: a page asks first (never a GET that acts), then the method gets the form.

A method refuses with `Refused`; the reason then stands on the page that asked. A secret it made is shown once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.enums import ActionVariant

from roaming.console import auditing
from roaming.console.widgets import dress

if TYPE_CHECKING:
    from roaming.console.pages import Page

Answer = HttpResponse | None
F = TypeVar("F", bound=Callable[..., Any])


class Refused(Exception):
    """What was asked for cannot be done; the message says why, for staff."""


class Question(forms.Form):
    """The form behind a button; `obj` is what it was pressed on."""

    def __init__(self, data: Any = None, *, obj: Any = None) -> None:
        self.obj = obj
        super().__init__(data)
        self.dress()

    def dress(self) -> None:
        """Again after fields were added."""
        dress(self)


@dataclass(frozen=True)
class Ask:
    """What stands on the page that asks."""

    title: str
    text: str
    submit: str
    form: type[Question]
    fits: Callable[[Any], bool]
    danger: bool


def button(
    title: str,
    *,
    icon: str,
    text: str = "",
    submit: str = "",
    form: type[Question] = Question,
    fits: Callable[[Any], bool] = lambda obj: True,
    danger: bool = False,
) -> Callable[[F], F]:
    """Make a method ``(self, request, obj, form)`` a button; ``obj`` is None on a button of the list."""
    ask = Ask(title, text, submit or title, form, fits, danger)

    def decorate(method: F) -> F:
        @wraps(method)
        def view(page: Any, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
            return _asked(page, request, object_id, ask, method)

        view.__dict__.update(
            ask=ask,
            short_description=title,
            icon=icon,
            attrs={},
            allowed_permissions=("operate",),
            dialog=None,
            variant=ActionVariant.DANGER if danger else ActionVariant.DEFAULT,
            url_path=method.__name__.replace("_", "-"),
            original_function_name=method.__name__,
        )
        return view  # type: ignore[return-value]  # the admin calls it as a view

    return decorate


def _asked(
    page: Page[Any], request: HttpRequest, object_id: str | None, ask: Ask, method: Callable[..., Answer]
) -> HttpResponse:
    if not page.has_operate_permission(request):
        raise PermissionDenied
    obj = None if object_id is None else _found(page, request, object_id)
    form = ask.form(request.POST if request.method == "POST" else None, obj=obj)
    if obj is not None and not ask.fits(obj):
        return _question(page, request, ask, None, obj, refusal=f"“{ask.title}” does not apply to {obj} as it is now.")
    if request.method == "POST" and form.is_valid():
        try:
            answer = method(page, request, obj, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _log(page, request, obj, ask, form)
            return answer if answer is not None else HttpResponseRedirect(_home(page, obj))
    return _question(page, request, ask, form, obj)


def _log(page: ModelAdmin[Any], request: HttpRequest, obj: Any, ask: Ask, form: Question) -> None:
    """Who pressed what, and what was said (S48)."""
    if obj is not None and obj.pk is not None:
        said = auditing.said(form)
        page.log_change(request, obj, f"{ask.title}: {said}" if said else ask.title)


def _question(
    page: Page[Any], request: HttpRequest, ask: Ask, form: Question | None, obj: Any, refusal: str = ""
) -> TemplateResponse:
    context = {
        **page.admin_site.each_context(request),
        "title": ask.title,
        "subtitle": str(obj) if obj is not None else None,
        "opts": page.opts,
        "ask": ask,
        "form": form,
        "refusal": refusal,
        "back": _home(page, obj),
    }
    return TemplateResponse(request, "console/ask.html", context, status=409 if refusal else 200)


def shown_once(
    page: ModelAdmin[Any], request: HttpRequest, obj: Any, title: str, values: Mapping[str, str], text: str = ""
) -> TemplateResponse:
    """The page with a new secret: not stored in clear, so it is not shown again."""
    context = {
        **page.admin_site.each_context(request),
        "title": title,
        "subtitle": str(obj) if obj is not None else None,
        "opts": page.opts,
        "values": dict(values),
        "text": text,
        "back": _home(page, obj),
    }
    answer = TemplateResponse(request, "console/shown_once.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _found(page: ModelAdmin[Any], request: HttpRequest, object_id: str) -> Model:
    obj: Model | None = page.get_object(request, unquote(object_id))
    if obj is None:
        raise Http404
    return obj


def _home(page: ModelAdmin[Any], obj: Model | None) -> str:
    name = f"admin:{page.opts.app_label}_{page.opts.model_name}"
    if obj is None or obj.pk is None:
        return reverse(f"{name}_changelist")
    return reverse(f"{name}_change", args=(quote(obj.pk),))
