"""What is asked before a car is steered, a signal is sent, or a control of grid support is set."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from ocppbridge.bridge import grid_signals
from ocppbridge.bridge.grid_signals import MOST_SECONDS, MOST_SIGNAL
from ocppbridge.charging.bidirectional import Control, Wish
from ocppbridge.charging.charging_profiles import OperationMode, Period
from ocppbridge.charging.energy_transfer import TRANSFERS
from ocppbridge.charging.setpoints import Setpoints
from ocppbridge.charging.v2x_intents import KINDS
from ocppbridge.models import GridSignal
from roaming.console.asking import Question

CONTROLS: Final = (
    (Control.SCHEDULED.value, "by a schedule that is sent now"),
    (Control.PUSHED.value, "by setpoints that the hub pushes"),
    (Control.PULLED.value, "by setpoints that the station asks for"),
)


def watts(help_text: str = "", **more: Any) -> forms.DecimalField:
    """Power; charging is positive."""
    return forms.DecimalField(required=False, max_digits=12, decimal_places=1, help_text=help_text, **more)


class Pairs(forms.JSONField):
    """Pairs of figures as JSON; the first of each is read by `kind`."""

    widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false"})

    def __init__(self, kind: Callable[[str], Any], **more: Any) -> None:
        super().__init__(required=False, **more)
        self.kind = kind

    def prepare_value(self, value: Any) -> Any:
        """Nothing is nothing, not JSON's null."""
        return "" if value is None else super().prepare_value(value)

    def to_python(self, value: Any) -> Any:
        """The pairs."""
        said = super().to_python(value)
        try:
            pairs = tuple((self.kind(str(at)), Decimal(str(power))) for at, power in said or ())
        except (TypeError, ValueError, ArithmeticError):
            raise ValidationError("a list of pairs of figures is wanted") from None
        if not all(Decimal(figure).is_finite() for pair in pairs for figure in pair):
            raise ValidationError("a figure is wanted")
        return pairs


def whole(text: str) -> int:
    """Raises ValueError for a fraction."""
    return int(text.removesuffix(".0"))


class Transfers(Question):
    """What a car may choose from."""

    transfers = forms.MultipleChoiceField(
        choices=[(one, one) for one in TRANSFERS], widget=forms.CheckboxSelectMultiple,
        help_text="BPT: bidirectional power transfer",
    )  # fmt: skip


class Steer(Question):
    """A wish of one period, or of several as JSON."""

    control = forms.ChoiceField(choices=CONTROLS, initial=Control.SCHEDULED.value)
    mode = forms.ChoiceField(
        choices=[(one.value, one.value) for one in OperationMode], initial=OperationMode.CENTRAL_SETPOINT.value
    )
    setpoint = watts("W; below 0 the car gives energy back")
    limit = watts("W; the most that it may take")
    discharge_limit = watts("W; the most that it may give back, as 0 or less", max_value=0)
    v2x_baseline = watts("W; of the frequency modes", label="V2X baseline")
    freq_watt_curve = Pairs(
        Decimal, label="Curve over frequency", help_text="Hz and W: [[49.8, -5000], [50, 0], [50.2, 5000]]"
    )
    signal_watt_curve = Pairs(whole, label="Curve over signal", help_text="AFRR signal and W: [[-1, -5000], [1, 5000]]")
    evse_sleep = forms.BooleanField(required=False, label="EVSE sleeps", help_text="Idle only")
    later = Pairs(
        whole, help_text="Of a schedule, what follows: [[seconds, setpoint], …], such as [[1800, -5000], [3600, 0]]"
    )
    max_offline = forms.IntegerField(
        required=False, min_value=0, max_value=86_400, help_text="Seconds that it holds without us; empty: as decided"
    )

    def wish(self) -> Wish:
        """In the domain's words."""
        said = self.cleaned_data
        figures = {
            name: said[name]
            for name in ("setpoint", "limit", "discharge_limit", "v2x_baseline")
            if said[name] is not None
        }
        mode = OperationMode(said["mode"])
        first = Period(
            0, **figures, operation_mode=mode, evse_sleep=True if said["evse_sleep"] else None,
            freq_watt_curve=said["freq_watt_curve"], signal_watt_curve=said["signal_watt_curve"],
        )  # fmt: skip
        more = [Period(start, setpoint=value, operation_mode=mode) for start, value in said["later"]]
        return Wish(Control(said["control"]), (first, *more), max_offline=said["max_offline"])


class Figures(Question):
    """New figures of a dynamic plan."""

    setpoint = watts("W; below 0 the car gives energy back")
    limit = watts("W")
    discharge_limit = watts("W; 0 or less", max_value=0)

    def figures(self) -> Setpoints:
        """In the domain's words."""
        said = {name: value for name, value in self.cleaned_data.items() if value is not None}
        return Setpoints(**said)


class Signal(Question):
    """A signal of the grid or the market."""

    kind = forms.ChoiceField(choices=[one for one in GridSignal.Kind.choices if one[0] != "price"])
    power = watts("W, of the kinds of power; below 0: give back")
    signal = forms.IntegerField(
        required=False, min_value=-MOST_SIGNAL - 1, max_value=MOST_SIGNAL, help_text="Of frequency restoration"
    )
    seconds = forms.IntegerField(
        required=False, min_value=1, max_value=MOST_SECONDS, help_text="How long; then the cars rest"
    )
    party = forms.CharField(required=False, max_length=6, help_text="Such as NL/VLT; empty: every operator")
    location = forms.CharField(required=False, max_length=36)
    station = forms.CharField(required=False, max_length=48)

    def clean(self) -> dict[str, Any]:
        """What the kind needs."""
        said: dict[str, Any] = super().clean() or {}
        need = {"power": "power", "total": "power", "afrr": "signal"}.get(str(said.get("kind")))
        if need and said.get(need) is None:
            self.add_error(need, ValidationError("This kind of signal needs it."))
        for name, why in grid_signals.unknown(said).items():
            self.add_error(name, ValidationError(why))
        return said


class Support(Question):
    """A control of grid support."""

    kind = forms.ChoiceField(choices=[(one, one) for one in KINDS])
    default = forms.BooleanField(required=False, help_text="It holds whenever no scheduled one does")
    settings = forms.JSONField(
        help_text=json.dumps({"priority": 1, "overFreq": 50.2, "underFreq": 49.8, "overDroop": 5}) + " …, by its kind"
    )


class WhichSupport(Question):
    """Which controls."""

    kind = forms.ChoiceField(required=False, choices=[("", "all kinds"), *((one, one) for one in KINDS)])
    default = forms.TypedChoiceField(
        coerce=lambda value: value == "yes", choices=[("yes", "default ones"), ("no", "scheduled ones")]
    )
