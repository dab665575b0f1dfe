"""What is asked before a station's settings are read, written or reported."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from ocppbridge.charging.intents import Variable
from ocppbridge.charging.variables import named
from ocppbridge.services import device_model
from roaming.console.asking import Question

_HOW = "One a line: HeartbeatInterval, or OCPPCommCtrlr.HeartbeatInterval, A[x]@1.2.B[y]#Target"
_CRITERIA = ("Active", "Available", "Enabled", "Problem")
_INTERFACES = ("Wired0", "Wired1", "Wired2", "Wired3", "Wireless0", "Wireless1", "Wireless2", "Wireless3")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class Names(Question):
    """Which settings."""

    names = forms.CharField(widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}), help_text=_HOW)

    def clean_names(self) -> list[Variable]:
        """In the domain's words."""
        return [named(line) for line in _lines(self.cleaned_data["names"])]


class Values(Question):
    """Which settings, and to what."""

    values = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}), help_text=f"{_HOW}; then = and the value"
    )

    def clean_values(self) -> list[tuple[Variable, str]]:
        """In the domain's words."""
        pairs = []
        for line in _lines(self.cleaned_data["values"]):
            name, separator, value = line.partition("=")
            if not separator or not name.strip():
                raise ValidationError(f"write it as name = value: {line}")
            pairs.append((named(name), value.strip()))
        return pairs


class WhichReport(Question):
    """Everything, or part of it."""

    inventory = forms.ChoiceField(choices=[(one, one) for one in device_model.INVENTORIES])
    names = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=f"Only these, in place of an inventory (2.x only). {_HOW}",
    )  # fmt: skip
    criteria = forms.MultipleChoiceField(
        required=False, choices=[(one, one) for one in _CRITERIA], widget=forms.CheckboxSelectMultiple,
        help_text="Only components that are in such a state (2.x only)",
    )  # fmt: skip

    def clean_names(self) -> tuple[Variable, ...]:
        """In the domain's words."""
        return tuple(named(line) for line in _lines(self.cleaned_data["names"]))


class Way(Question):
    """A way to a CSMS."""

    slot = forms.IntegerField(min_value=0, max_value=2**31 - 1, initial=2)
    url = forms.CharField(max_length=512, label="URL", help_text="wss://… without the station's identity")
    security_profile = forms.TypedChoiceField(coerce=int, choices=[(one, one) for one in range(4)], initial=2)
    interface = forms.ChoiceField(choices=[(one, one) for one in _INTERFACES])
    timeout = forms.IntegerField(min_value=1, max_value=600, initial=30, help_text="seconds for an answer")
    identity = forms.CharField(required=False, max_length=48, help_text="On that way (2.1 only)")
