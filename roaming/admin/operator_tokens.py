"""Tokens of the Operator API: made here, shown once, revoked here (S47)."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from roaming.console.asking import Question, button, shown_once
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, WARN, ago, badge
from roaming.models import OperatorToken
from roaming.services import operators


class NewToken(Question):
    """For whom, and what it may do."""

    name = forms.CharField(max_length=100, help_text="Who or what will use it")
    scope = forms.ChoiceField(choices=OperatorToken.Scope.choices)


@admin.register(OperatorToken)
class OperatorTokenAdmin(Shown[OperatorToken]):
    """Who may use the API."""

    list_display = ("name", "may", "standing", "made", "used")
    list_filter = ("scope",)
    search_fields = ("name",)
    ordering = ("-created_at",)
    actions_list = ("new_token",)
    actions_detail = ("revoke",)
    fields = (("name", "may", "standing"), ("created_at", "last_used_at", "revoked_at"))

    @button("New token", icon="add", submit="Make it", form=NewToken)
    def new_token(self, request: HttpRequest, obj: None, form: Question) -> HttpResponse:
        """Shown once."""
        row, token = operators.issue(form.cleaned_data["name"], form.cleaned_data["scope"])
        values = {"Token": token, "Header": f"Authorization: Bearer {token}"}
        return shown_once(self, request, row, "New API token", values, "Only a digest of it is kept.")

    @button(
        "Revoke", icon="block", danger=True, text="It stops working at once.", fits=lambda obj: obj.revoked_at is None
    )
    def revoke(self, request: HttpRequest, obj: OperatorToken, form: Question) -> None:
        """For good."""
        operators.revoke(obj)
        messages.success(request, f"The token of {obj} is revoked.")

    @admin.display(description="May", ordering="scope")
    def may(self, obj: OperatorToken) -> SafeString:
        """Its scope."""
        return badge(obj.get_scope_display(), WARN if obj.scope == OperatorToken.Scope.OPERATE else NOTE)

    @admin.display(description="Standing")
    def standing(self, obj: OperatorToken) -> SafeString:
        """Whether it works."""
        return badge("works", GOOD) if obj.revoked_at is None else badge("revoked", BAD)

    @admin.display(description="Made", ordering="created_at")
    def made(self, obj: OperatorToken) -> SafeString | str:
        """When."""
        return ago(obj.created_at)

    @admin.display(description="Last used", ordering="last_used_at")
    def used(self, obj: OperatorToken) -> SafeString | str:
        """To the minute."""
        return ago(obj.last_used_at)
