"""Tokens of the billing API: made here, shown once, bound to partners, revoked here (S47)."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from roaming.admin.bearers import BearerPage
from roaming.console.asking import Question, button
from roaming.console.text import NOTE, WARN, badge, badges
from roaming.models import BillingToken, Party
from roaming.services import billing_tokens

SIDES = (Party.Role.CPO, Party.Role.EMSP, Party.Role.NSP, Party.Role.SCSP, Party.Role.NAP, Party.Role.OTHER)


def partners() -> forms.ModelMultipleChoiceField[Party]:
    """Whom it is about."""
    known = Party.objects.filter(role__in=SIDES).order_by("country_code", "party_id", "role")
    words = "Only what these parties sell or pay. None: everything."
    return forms.ModelMultipleChoiceField(known, required=False, help_text=words)


class NewToken(Question):
    """For whom."""

    name = forms.CharField(max_length=100, help_text="Who or what will use it")
    parties = partners()


@admin.register(BillingToken)
class BillingTokenAdmin(BearerPage[BillingToken]):
    """Who may read CDRs, bills and statements."""

    tokens = billing_tokens.TOKENS
    list_display = ("name", "sees", "standing", "made", "used")
    fields = (("name", "sees", "standing"), ("created_at", "last_used_at", "revoked_at"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[BillingToken]:
        """With their parties."""
        return super().get_queryset(request).prefetch_related("parties")

    @button("New token", icon="add", submit="Make it", form=NewToken)
    def new_token(self, request: HttpRequest, obj: None, form: Question) -> HttpResponse:
        """Shown once."""
        row, token = billing_tokens.issue(form.cleaned_data["name"], form.cleaned_data["parties"])
        return self.made_once(request, row, token, "New billing token")

    @admin.display(description="Sees")
    def sees(self, obj: BillingToken) -> SafeString:
        """Everything, or what concerns its parties."""
        if not obj.bound:
            return badge("everything", WARN)
        return badges((str(party), NOTE) for party in obj.parties.all())
