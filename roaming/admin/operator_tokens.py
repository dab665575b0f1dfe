"""Tokens of the Operator API: made here, shown once, revoked here (S47)."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from roaming.admin.bearers import BearerPage
from roaming.console.asking import Question, button
from roaming.console.text import NOTE, WARN, badge
from roaming.models import OperatorToken
from roaming.services import operators


class NewToken(Question):
    """For whom, and what it may do."""

    name = forms.CharField(max_length=100, help_text="Who or what will use it")
    scope = forms.ChoiceField(choices=OperatorToken.Scope.choices)


@admin.register(OperatorToken)
class OperatorTokenAdmin(BearerPage[OperatorToken]):
    """Who may use the API."""

    tokens = operators.TOKENS
    list_display = ("name", "may", "standing", "made", "used")
    list_filter = ("scope",)
    fields = (("name", "may", "standing"), ("created_at", "last_used_at", "revoked_at"))

    @button("New token", icon="add", submit="Make it", form=NewToken)
    def new_token(self, request: HttpRequest, obj: None, form: Question) -> HttpResponse:
        """Shown once."""
        row, token = operators.issue(form.cleaned_data["name"], form.cleaned_data["scope"])
        return self.made_once(request, row, token, "New API token")

    @admin.display(description="May", ordering="scope")
    def may(self, obj: OperatorToken) -> SafeString:
        """Its scope."""
        return badge(obj.get_scope_display(), WARN if obj.scope == OperatorToken.Scope.OPERATE else NOTE)
