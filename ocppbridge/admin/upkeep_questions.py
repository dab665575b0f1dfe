"""What is asked before a station's firmware, logs, monitors and displays are dealt with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ocppbridge.admin.questions import TOKEN_TYPES
from ocppbridge.charging.intents import Variable
from ocppbridge.charging.monitoring import SEVERITIES
from ocppbridge.charging.tokens import CARD
from ocppbridge.charging.variables import named
from ocppbridge.models import FirmwareImage, Station
from ocppbridge.services import firmware, logs, monitoring
from roaming.console.asking import Question

_BOXES = forms.CheckboxSelectMultiple
_LEVELS = [(level, f"{level} {word}") for level, word in enumerate(SEVERITIES)]
_ON = "OCPPCommCtrlr.HeartbeatInterval, or with an instance and a place: A[x]@1.2.B[y]"
TYPES = (
    "UpperThreshold", "LowerThreshold", "Delta", "Periodic", "PeriodicClockAligned", "TargetDelta",
    "TargetDeltaRelative",
)  # fmt: skip
BASES = ("All", "FactoryDefault", "HardWiredOnly")
PRIORITIES = ("NormalCycle", "InFront", "AlwaysFront")
STATES = ("Charging", "Faulted", "Idle", "Unavailable", "Suspended", "Discharging")
FORMATS = ("UTF8", "ASCII", "HTML", "URI", "QRCODE")


def _choices(words: Any) -> list[tuple[str, str]]:
    return [(one, one) for one in words]


class Moment(forms.DateTimeField):
    """A time in UTC."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, **more)
        self.widget.attrs["placeholder"] = "2026-11-21 12:00"


class WhichImage(Question):
    """An image that fits the station."""

    image = forms.ModelChoiceField(FirmwareImage.objects.none(), empty_label=None)

    def __init__(self, data: Any = None, *, obj: Any) -> None:
        super().__init__(data, obj=obj)
        field = self.fields["image"]
        if isinstance(field, forms.ModelChoiceField) and isinstance(obj, Station):
            fitting = [one.pk for one in FirmwareImage.objects.all() if firmware.fits(one, obj)]
            field.queryset = FirmwareImage.objects.filter(pk__in=fitting)
        self.dress()


class NewUpdate(WhichImage):
    """Which image, and when."""

    retrieve_at = Moment(help_text="Empty: now (UTC)")
    install_at = Moment(help_text="Empty: as soon as it can (UTC)")
    retries = forms.IntegerField(min_value=0, max_value=20, initial=3)
    retry_interval = forms.IntegerField(min_value=0, max_value=86_400, initial=300, help_text="seconds")


class NewPublication(WhichImage):
    """Which image."""

    checksum = forms.RegexField(
        "^[0-9a-fA-F]{32}$", required=False, label="MD5", help_text="Only of an image that is not here"
    )


class NewLog(Question):
    """Which log, of which time."""

    kind = forms.ChoiceField(choices=_choices(logs.KINDS))
    since = Moment(help_text="Empty: all there is (UTC)")
    until = Moment(help_text="UTC")
    location = forms.CharField(
        required=False, max_length=512, help_text="Empty: a one-time URL of the hub. Or ftp://…, where staff fetch it"
    )
    retries = forms.IntegerField(min_value=0, max_value=20, initial=3)
    retry_interval = forms.IntegerField(min_value=0, max_value=86_400, initial=60, help_text="seconds")


class NewMonitor(Question):
    """One monitor."""

    variable = forms.CharField(max_length=300, help_text=_ON)
    type = forms.ChoiceField(choices=_choices(TYPES), help_text="The last two: 2.1 only")
    value = forms.DecimalField(help_text="threshold, difference, or seconds")
    severity = forms.TypedChoiceField(coerce=int, choices=_LEVELS, initial=6)
    transaction = forms.BooleanField(required=False, help_text="Only during transactions")
    monitor_id = forms.IntegerField(required=False, min_value=0, help_text="Replaces the one with this id")
    interval = forms.IntegerField(required=False, min_value=1, help_text="By an event stream: seconds (2.1)")
    values = forms.IntegerField(required=False, min_value=1, help_text="By an event stream: values at once (2.1)")

    def clean_variable(self) -> Variable:
        """In the domain's words."""
        found = named(self.cleaned_data["variable"])
        if found.component is None:
            raise ValidationError("name its component too: Component.Variable")
        return found


class WhichMonitors(Question):
    """All, or some."""

    names = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}), help_text=f"One a line: {_ON}"
    )
    criteria = forms.MultipleChoiceField(required=False, choices=_choices(monitoring.CRITERIA), widget=_BOXES)

    def clean_names(self) -> tuple[Variable, ...]:
        """In the domain's words."""
        return tuple(named(line) for line in self.cleaned_data["names"].splitlines() if line.strip())


class Scope(Question):
    """What the station monitors, and how much it tells."""

    base = forms.ChoiceField(required=False, choices=[("", "as it is"), *_choices(BASES)])
    level = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[("", "as it is"), *_LEVELS],
        help_text="Events up to this severity are told",
    )  # fmt: skip


class WhichCustomer(Question):
    """Whose data, and what about it."""

    what = forms.ChoiceField(choices=[("report", "report it"), ("both", "report and clear it"), ("clear", "clear it")])
    token = forms.CharField(required=False, max_length=255, help_text="The uid of a card")
    token_type = forms.ChoiceField(choices=TOKEN_TYPES, required=False, initial=CARD)
    identifier = forms.CharField(required=False, max_length=64, help_text="Or a vendor's own name for the customer")

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        said = super().clean() or {}
        if bool(said.get("token")) == bool(said.get("identifier")):
            raise ValidationError("name a token or an identifier")
        return said


class NewMessage(Question):
    """A message, in one language or several."""

    text = forms.CharField(max_length=1024, widget=forms.Textarea(attrs={"rows": 3}))
    language = forms.CharField(required=False, max_length=8, initial="en")
    more = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Other languages, one a line: de: Willkommen (2.1)",
    )  # fmt: skip
    format = forms.ChoiceField(choices=_choices(FORMATS))
    priority = forms.ChoiceField(choices=_choices(PRIORITIES))
    state = forms.ChoiceField(required=False, choices=[("", "always"), *_choices(STATES)])
    start = Moment(help_text="UTC")
    end = Moment(help_text="UTC")
    transaction = forms.CharField(required=False, max_length=36, help_text="Only while it runs")
    component = forms.CharField(required=False, max_length=50, help_text="The display, where there are several")
    message_id = forms.IntegerField(required=False, min_value=0, help_text="Replaces the one with this number")

    def clean_more(self) -> list[tuple[str, str]]:
        """(language, text) pairs."""
        pairs = []
        for line in filter(str.strip, self.cleaned_data["more"].splitlines()):
            language, colon, text = line.partition(":")
            if not colon or not text.strip():
                raise ValidationError(f"write it as language: text, not {line}")
            pairs.append((language.strip(), text.strip()))
        return pairs


class WhichMessages(Question):
    """All, or some."""

    priority = forms.ChoiceField(required=False, choices=[("", "any"), *_choices(PRIORITIES)])
    state = forms.ChoiceField(required=False, choices=[("", "any"), *_choices(STATES)])
