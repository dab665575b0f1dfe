"""What staff write of an agreement: modules as boxes, substitute tariffs chosen from what the CPO has (TAR-30)."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet

from roaming.admin.tariff_words import summary
from roaming.console.widgets import Boxes, dress
from roaming.models import Agreement, Party, Substitution, Tariff
from roaming.ocpi import json
from roaming.ocpi.versions import FUNCTIONAL_MODULES
from roaming.services.objects import key

MODULES = [(one.value, one.value) for one in sorted(FUNCTIONAL_MODULES)]
MOST = 300  # tariffs to choose from; of more the id is typed
Choices = list[tuple[str, str]]


class AgreementForm(forms.ModelForm[Agreement]):
    """Who shares what, from when until when."""

    modules = forms.MultipleChoiceField(
        choices=MODULES,
        required=False,
        widget=Boxes,
        help_text="None ticked: all of them",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = [(one, one) for one in self.instance.modules or [] if one not in FUNCTIONAL_MODULES]
        if held and isinstance(modules := self.fields["modules"], forms.MultipleChoiceField):
            modules.choices = [*MODULES, *held]

    def clean(self) -> dict[str, Any]:
        """Which begins before it ends."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = said.get("valid_from"), said.get("valid_until")
        if since and until and until <= since:
            self.add_error("valid_until", "ends before it begins")
        return said


class SubstitutionForm(forms.ModelForm[Substitution]):
    """One tariff in the place of another."""

    known: ClassVar[Choices] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("tariff_id", "substitute_id") if self.known else ():
            present = getattr(self.instance, name)
            held = [(present, present)] if present and present not in dict(self.known) else []
            old = self.fields.get(name)
            if old is not None:
                choices = [("", "choose …"), *held, *self.known]
                self.fields[name] = forms.ChoiceField(label=old.label, help_text=old.help_text, choices=choices)
        dress(self)

    def clean(self) -> dict[str, Any]:
        """Not itself: identifiers are compared without regard to case (TYP-03)."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("substitute_id") and key(said["substitute_id"]) == key(said.get("tariff_id") or ""):
            self.add_error("substitute_id", "is the tariff that it would stand for")
        return said


class SubstitutionRows(BaseInlineFormSet[Substitution, Agreement, forms.ModelForm[Substitution]]):
    """All of an agreement."""

    def clean(self) -> None:
        """One substitute for each tariff."""
        super().clean()
        seen: set[str] = set()
        for form in self.forms:
            said = getattr(form, "cleaned_data", None) or {}
            if said.get("DELETE") or not said.get("tariff_id"):
                continue
            if key(said["tariff_id"]) in seen:
                raise ValidationError(f"{said['tariff_id']} has two substitutes: an eMSP sees one")
            seen.add(key(said["tariff_id"]))


def tariffs_of(cpo: Party) -> Choices:
    """What can be chosen, with its first prices."""
    rows = Tariff.objects.filter(country_code=cpo.country_code, party_id=cpo.party_id, deleted_at=None)
    found = list(rows.order_by("object_id").values_list("object_id", "currency", "document")[: MOST + 1])
    if len(found) > MOST:
        return []
    return [(name, f"{name}: {summary(json.loads(text))} {currency}") for name, currency, text in found]
