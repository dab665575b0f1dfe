"""Who may give energy back: rules of tokens, contracts and parties (Q01)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from ocppbridge.charging.energy_transfer import TRANSFERS
from ocppbridge.models import TransferRule
from roaming.console.pages import Page


class TransferRuleForm(forms.ModelForm[TransferRule]):
    """Kinds of transfer as check boxes."""

    transfers = forms.MultipleChoiceField(
        choices=[(one, one) for one in TRANSFERS], widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = TransferRule
        fields = ("party", "contract_id", "uid", "transfers", "note")

    def clean(self) -> dict[str, Any]:
        """It is about somebody."""
        said: dict[str, Any] = super().clean() or {}
        if not any(said.get(name) for name in ("party", "contract_id", "uid")):
            raise forms.ValidationError("Name a party, a contract or a token.")
        return said


@admin.register(TransferRule)
class TransferRuleAdmin(Page[TransferRule]):
    """The most particular rule holds: of the token, of its contract, of its party."""

    form = TransferRuleForm
    list_display = ("__str__", "party", "contract_id", "uid", "allowed", "made_by", "changed_at")
    search_fields = ("party__iexact", "contract_id__iexact", "uid__iexact")

    @admin.display(description="May have")
    def allowed(self, obj: TransferRule) -> str:
        """The kinds."""
        return ", ".join(obj.transfers)

    def save_model(self, request: HttpRequest, obj: TransferRule, form: Any, change: bool) -> None:
        """With who made it."""
        obj.made_by = request.user.get_username()
        super().save_model(request, obj, form, change)
