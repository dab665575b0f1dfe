"""Tokens of the billing API: made here, shown once, bound to partners, revoked here (S47)."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from roaming.console.asking import Question, button, shown_once
from roaming.console.pages import Shown
from roaming.console.text import BAD, GOOD, NOTE, WARN, ago, badge, badges
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
class BillingTokenAdmin(Shown[BillingToken]):
    """Who may read CDRs, bills and statements."""

    list_display = ("name", "sees", "standing", "made", "used")
    search_fields = ("name",)
    ordering = ("-created_at",)
    actions_list = ("new_token",)
    actions_detail = ("revoke",)
    fields = (("name", "sees", "standing"), ("created_at", "last_used_at", "revoked_at"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[BillingToken]:
        """With their parties."""
        return super().get_queryset(request).prefetch_related("parties")

    @button("New token", icon="add", submit="Make it", form=NewToken)
    def new_token(self, request: HttpRequest, obj: None, form: Question) -> HttpResponse:
        """Shown once."""
        row, token = billing_tokens.issue(form.cleaned_data["name"], form.cleaned_data["parties"])
        values = {"Token": token, "Header": f"Authorization: Bearer {token}"}
        return shown_once(self, request, row, "New billing token", values, "Only a digest of it is kept.")

    @button(
        "Revoke", icon="block", danger=True, text="It stops working at once.", fits=lambda obj: obj.revoked_at is None
    )
    def revoke(self, request: HttpRequest, obj: BillingToken, form: Question) -> None:
        """For good."""
        billing_tokens.revoke(obj)
        messages.success(request, f"The token of {obj} is revoked.")

    @admin.display(description="Sees")
    def sees(self, obj: BillingToken) -> SafeString:
        """Everything, or what concerns its parties."""
        if not obj.bound:
            return badge("everything", WARN)
        return badges((str(party), NOTE) for party in obj.parties.all())

    @admin.display(description="Standing")
    def standing(self, obj: BillingToken) -> SafeString:
        """Whether it works."""
        return badge("works", GOOD) if obj.revoked_at is None else badge("revoked", BAD)

    @admin.display(description="Made", ordering="created_at")
    def made(self, obj: BillingToken) -> SafeString | str:
        """When."""
        return ago(obj.created_at)

    @admin.display(description="Last used", ordering="last_used_at")
    def used(self, obj: BillingToken) -> SafeString | str:
        """To the minute."""
        return ago(obj.last_used_at)
