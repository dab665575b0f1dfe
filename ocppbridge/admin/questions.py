"""What is asked before a station is asked for something."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ocppbridge.charging.intents import When
from ocppbridge.charging.tokens import CARD, TYPES
from ocppbridge.models import Evse, Station, Transaction
from roaming.console.asking import Question

TOKEN_TYPES = [(one, one) for one in TYPES]
TRIGGERS = (
    "BootNotification",
    "Heartbeat",
    "StatusNotification",
    "MeterValues",
    "TransactionEvent",
    "FirmwareStatusNotification",
    "LogStatusNotification",
    "CustomTrigger",
)


def station_of(obj: Any) -> Station:
    """Buttons stand on stations, EVSEs and transactions alike."""
    return obj if isinstance(obj, Station) else obj.station


class AtEvse(Question):
    """Which EVSE; on the page of one it is chosen already."""

    evse = forms.TypedChoiceField(coerce=int, label="EVSE")

    def __init__(self, data: Any = None, *, obj: Any) -> None:
        super().__init__(data, obj=obj)
        numbers = (
            [obj.number] if isinstance(obj, Evse) else list(station_of(obj).evses.values_list("number", flat=True))
        )
        options = [(number, f"EVSE {number}") for number in numbers or [1]]
        self.fields["evse"] = forms.TypedChoiceField(coerce=int, label="EVSE", choices=options)
        self.order_fields(["evse"])
        self.dress()


class Start(AtEvse):
    """A remote start on somebody's token."""

    token = forms.CharField(max_length=36, help_text="The uid; its owner gets session and CDR")
    connector = forms.IntegerField(required=False, min_value=1, help_text="Empty: the station chooses (2.x only)")
    limit = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=1,
        help_text="A per phase; a charging profile comes with the start",
    )


class Stop(Question):
    """Which of the running transactions."""

    transaction = forms.ModelChoiceField(Transaction.objects.none(), empty_label=None)

    def __init__(self, data: Any = None, *, obj: Any) -> None:
        super().__init__(data, obj=obj)
        field = self.fields["transaction"]
        if isinstance(field, forms.ModelChoiceField):
            running = station_of(obj).transactions.filter(state=Transaction.State.RUNNING)
            field.queryset = running.filter(evse_number=obj.number) if isinstance(obj, Evse) else running
        self.dress()


class UnlockAt(AtEvse):
    """Which cable."""

    connector = forms.IntegerField(min_value=1, initial=1)


class ReserveFor(Question):
    """For whom, where and for how long."""

    token = forms.CharField(max_length=36, help_text="The uid that may use it")
    token_type = forms.ChoiceField(
        choices=TOKEN_TYPES, required=False, initial=CARD, help_text="2.x stations compare it: ISO14443 is a card"
    )
    minutes = forms.IntegerField(min_value=1, max_value=1440, initial=30)
    evse = forms.TypedChoiceField(coerce=int, empty_value=None, required=False, label="EVSE")
    connector_type = forms.CharField(
        max_length=20, required=False, help_text="Such as cCCS2, where any EVSE that has one will do (2.x only)"
    )
    group = forms.CharField(max_length=36, required=False, help_text="Others with this group may use it too")

    def __init__(self, data: Any = None, *, obj: Any) -> None:
        super().__init__(data, obj=obj)
        station = station_of(obj)
        numbers = [obj.number] if isinstance(obj, Evse) else list(station.evses.values_list("number", flat=True))
        whole = [] if isinstance(obj, Evse) else [("", "any of the station's")]
        options = [*whole, *((number, f"EVSE {number}") for number in numbers)]
        self.fields["evse"] = forms.TypedChoiceField(
            coerce=int, empty_value=None, required=False, label="EVSE", choices=options
        )
        self.dress()


class HowReset(Question):
    """How soon."""

    when = forms.ChoiceField(choices=[(one.value, one.value.capitalize()) for one in When], initial=When.IDLE.value)


class ListWish(Question):
    """What to do about its local list."""

    what = forms.ChoiceField(
        label="Local list",
        required=False,
        choices=[("", "send what differs"), ("full", "send it whole"), ("clear", "empty it, and leave it empty")],
    )


class Service(Question):
    """In or out of service."""

    operative = forms.TypedChoiceField(
        coerce=lambda value: value == "yes", choices=[("yes", "in service"), ("no", "out of service")]
    )
    connector = forms.IntegerField(
        required=False, min_value=1, help_text="Of the EVSE, only this one (2.x); empty: all of them"
    )

    def __init__(self, data: Any = None, *, obj: Any) -> None:
        super().__init__(data, obj=obj)
        if not isinstance(obj, Evse):
            del self.fields["connector"]


class Ask(Question):
    """Which message the station should send now."""

    message = forms.ChoiceField(choices=[(one, one) for one in TRIGGERS])
    custom = forms.CharField(required=False, max_length=50, help_text="Which, where it is the vendor's own (2.1)")


class AnyCall(Question):
    """The way around: any action of the station's own version."""

    action = forms.CharField(max_length=50, widget=forms.TextInput(attrs={"placeholder": "GetConfiguration"}))
    payload = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        initial="{}",
        help_text="JSON; checked against the official schema, sent unchanged",
    )

    def clean_payload(self) -> dict[str, Any]:
        """An object."""
        try:
            read = json.loads(self.cleaned_data["payload"])
        except ValueError as problem:
            raise ValidationError(f"not JSON: {problem}") from None
        if not isinstance(read, dict):
            raise ValidationError("write an object: {…}")
        return read


class Password(Question):
    """Left empty, one is made."""

    password = forms.CharField(
        required=False,
        max_length=72,
        strip=False,
        help_text="At least 16 characters; leave empty to have one made (recommended)",
    )


class NewStation(Question):
    """What a station needs to connect; its place is what roaming partners see."""

    identity = forms.CharField(max_length=255, help_text="The last part of its URL, exactly as the station sends it")
    party = forms.CharField(
        max_length=6,
        label="Operator",
        help_text="Country and party, such as NL/VLT; it is added as a hosted CPO if need be",
    )
    name = forms.CharField(max_length=100, required=False)
    location = forms.CharField(
        max_length=36,
        required=False,
        help_text="OCPI location id; empty: one is made with plain defaults, to be completed",
    )
    evses = forms.IntegerField(min_value=1, max_value=50, initial=1, label="EVSEs")
    tariff = forms.CharField(
        max_length=36, required=False, help_text="Id of a tariff of the operator, for all connectors"
    )
    password = forms.CharField(required=False, max_length=72, strip=False, help_text="Empty: one is made")
