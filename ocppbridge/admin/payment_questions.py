"""What is asked before something about tariffs, payments or batteries is done at a station."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from ocppbridge.admin.questions import TOKEN_TYPES
from ocppbridge.bridge import tariff_changes
from ocppbridge.models import TrustedRoot
from roaming.console.asking import Question


class OneTariff(Question):
    """A tariff of the station's party, at one EVSE."""

    evse = forms.IntegerField(min_value=1, initial=1)
    tariff = forms.CharField(max_length=36, help_text="the id of the party's OCPI tariff")


class WhichTariffs(Question):
    """Those of one EVSE, or of all."""

    evse = forms.IntegerField(min_value=0, initial=0, help_text="0: all")


class Codes(Question):
    """The address in the station's QR code."""

    template = forms.CharField(
        max_length=2000,
        initial="https://",
        help_text="with {chargingstationid}, {evse}, {totp} and {version}; the page behind it asks the Operator API",
    )


class Driver(Question):
    """Whose batteries."""

    token = forms.CharField(max_length=255)
    type = forms.ChoiceField(choices=TOKEN_TYPES, initial="Central", help_text="ISO14443 is a card")


class Limits(Question):
    """How far a transaction may go."""

    max_cost = forms.DecimalField(required=False, min_value=0, max_digits=10, decimal_places=2)
    max_energy = forms.IntegerField(required=False, min_value=1, help_text="Wh")
    max_time = forms.IntegerField(required=False, min_value=1, help_text="seconds")
    max_soc = forms.IntegerField(required=False, min_value=1, max_value=100, help_text="%")


class AnotherTariff(Question):
    """Of those that could price the transaction from now on."""

    tariff = forms.ChoiceField()

    def __init__(self, data: Any = None, *, obj: Any = None) -> None:
        super().__init__(data, obj=obj)
        offered = tariff_changes.offered(obj, timezone.now())
        self.fields["tariff"] = forms.ChoiceField(
            choices=offered,
            help_text="" if offered else "Its party has no other tariff of this currency that holds now.",
        )
        self.dress()


class Sum(Question):
    """What a swap was settled for."""

    amount = forms.DecimalField(required=False, min_value=0, max_digits=10, decimal_places=2)
    note = forms.CharField(required=False, max_length=255)


class WhichStations(Question):
    """Where a root is installed."""

    stations = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="identities, one a line; empty: every 2.x station",
    )


class NewRoot(Question):
    """A root to trust."""

    use = forms.ChoiceField(choices=TrustedRoot.Use.choices)
    certificate = forms.CharField(widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}), help_text="PEM")
