"""The decision register: every decision with its options, what holds for whom and where; to be chosen here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from roaming.admin.deciding import Holding, holdings, summary
from roaming.console.asking import Question
from roaming.console.pages import Page
from roaming.decisions import Decision, InvalidValue, Scope, UnknownDecision, every, get
from roaming.models import DecisionValue, Platform
from roaming.services import decisions


class Choice(Question):
    """A value for the hub, a partner or a station; `obj` is the decision."""

    value = forms.CharField(max_length=100)
    scope = forms.ChoiceField(label="For")
    platform = forms.ModelChoiceField(Platform.objects.order_by("name"), required=False, empty_label="–")
    station = forms.CharField(max_length=255, required=False, help_text="Identity of the station")
    reason = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="Who reads this in a year will ask"
    )

    def __init__(self, data: Any = None, *, obj: Decision) -> None:
        super().__init__(data, obj=obj)
        scopes = {Scope.HUB: "the whole hub", Scope.PARTNER: "one platform", Scope.STATION: "one station"}
        self.fields["scope"] = forms.ChoiceField(
            label="For", choices=[(str(one), words) for one, words in scopes.items() if one in obj.scopes]
        )
        if obj.free is None:
            meanings = [(value, f"{value}: {meaning}") for value, meaning in obj.options.items()]
            self.fields["value"] = forms.ChoiceField(choices=meanings, widget=forms.RadioSelect)
        for name, scope in (("platform", Scope.PARTNER), ("station", Scope.STATION)):
            if scope not in obj.scopes:
                del self.fields[name]
        self.order_fields(["value", "scope", "platform", "station", "reason"])
        self.dress()

    def clean(self) -> dict[str, Any]:
        """The register says whether the value can be had for this scope."""
        data = super().clean() or {}
        scope, value = data.get("scope"), data.get("value")
        if not scope or value is None:
            return data
        data["key"] = _key(data)
        try:
            decisions.check(self.obj.id, value, scope, data["key"])
        except InvalidValue as problem:
            self.add_error("value", str(problem))
        return data


def _key(data: dict[str, Any]) -> str:
    match data["scope"]:
        case Scope.PARTNER:
            return str(data["platform"].pk) if data.get("platform") else ""
        case Scope.STATION:
            return str(data.get("station") or "")
    return ""


@admin.register(DecisionValue)
class DecisionValueAdmin(Page[DecisionValue]):
    """One page for the register, one for each decision."""

    def get_urls(self) -> list[Any]:
        """The page of one decision, before Django's own."""
        page = self.admin_site.admin_view(self.decision_view)
        return [path("of/<str:decision_id>/", page, name="roaming_decisionvalue_decision"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The register."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = list(_shown(request, summary()))
        context = {
            **self.admin_site.each_context(request),
            **(extra_context or {}),
            "title": "Decisions",
            "opts": self.opts,
            "rows": rows,
            "show": request.GET.get("show", ""),
            "words": request.GET.get("q", ""),
            "counts": {"all": len(every()), "open": len(decisions.open_questions())},
        }
        return TemplateResponse(request, "roaming/decisions.html", context)

    def decision_view(self, request: HttpRequest, decision_id: str) -> HttpResponse:
        """One decision: what holds, and a form to choose."""
        try:
            decision = get(decision_id)
        except UnknownDecision:
            raise Http404 from None
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = Choice(request.POST if request.method == "POST" else None, obj=decision)
        if request.method == "POST":
            if not self.has_operate_permission(request):
                raise PermissionDenied
            if self._done(request, decision, form):
                return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": decision.title,
            "subtitle": decision.id,
            "opts": self.opts,
            "decision": decision,
            "holdings": holdings(decision),
            "form": form,
            "may_choose": self.has_operate_permission(request),
            "back": reverse("admin:roaming_decisionvalue_changelist"),
        }
        return TemplateResponse(request, "roaming/decision.html", context)

    def _done(self, request: HttpRequest, decision: Decision, form: Choice) -> bool:
        by = request.user.get_username()
        if "withdraw" in request.POST:
            scope, _, key = request.POST["withdraw"].partition("|")
            decisions.withdraw(decision.id, scope=scope, key=key)
            messages.success(request, "Withdrawn: the wider value or the default holds again.")
            return True
        if not form.is_valid():
            return False
        said = form.cleaned_data
        decisions.choose(decision.id, said["value"], scope=said["scope"], key=said["key"], reason=said["reason"], by=by)
        messages.success(
            request, f"{decision.id} is {said['value']} from now on (every process follows within two seconds)."
        )
        return True

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Values are chosen on the page of their decision."""
        return HttpResponseRedirect(reverse("admin:roaming_decisionvalue_changelist"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Likewise."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return HttpResponseRedirect(reverse("admin:roaming_decisionvalue_decision", args=(row.decision_id,)))


def _shown(request: HttpRequest, rows: list[Holding]) -> Iterable[Holding]:
    words = request.GET.get("q", "").lower().split()
    for row in rows:
        one = row.decision
        text = f"{one.id} {one.title} {one.question} {one.section} {one.applied_in}".lower()
        if all(word in text for word in words) and (row.open or request.GET.get("show") != "open"):
            yield row
