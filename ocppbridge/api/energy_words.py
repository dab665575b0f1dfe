"""The words of the Operator API for cars that may give energy back: needs, wishes, plans, signals, rules.

Power in W, energy in Wh, as texts: exact. Charging is positive, discharging negative.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from ocppbridge.api.asking import KnownOnly
from ocppbridge.bridge import energy_steering, grid_signals
from ocppbridge.bridge.grid_signals import MOST_SECONDS, MOST_SIGNAL
from ocppbridge.charging.bidirectional import Control
from ocppbridge.charging.charging_profiles import AMOUNTS, OperationMode, Period
from ocppbridge.charging.energy_transfer import TRANSFERS
from ocppbridge.models import EnergyPlan, EvNeeds, GridSignal, TransferRule
from ocppbridge.services import energy_offers

MODES: Final = [mode.value for mode in OperationMode]
MOST_PERIODS: Final = 1024


def power(**more: Any) -> serializers.DecimalField:
    """Watts, to a tenth."""
    return serializers.DecimalField(max_digits=12, decimal_places=1, required=False, **more)


class FiguresSerializer(serializers.Serializer[Any]):
    """New figures of a dynamic plan; what is left out stays as it is. With L2 or L3 the first figure is L1's alone."""

    limit, limit_l2, limit_l3 = power(), power(), power()
    discharge_limit, discharge_limit_l2, discharge_limit_l3 = (power(max_value=Decimal()) for _ in range(3))
    setpoint, setpoint_l2, setpoint_l3 = power(), power(), power()
    setpoint_reactive, setpoint_reactive_l2, setpoint_reactive_l3 = power(), power(), power()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something is said."""
        if not set(attrs) & set(AMOUNTS):
            raise ValidationError({"detail": "name a figure: " + ", ".join(AMOUNTS)})
        return attrs


class FrequencySerializer(serializers.Serializer[Any]):
    """A point of a frequency-watt curve."""

    frequency = serializers.DecimalField(max_digits=6, decimal_places=3, help_text="Hz")
    power = serializers.DecimalField(max_digits=12, decimal_places=1, help_text="W")


class SignalPointSerializer(serializers.Serializer[Any]):
    """A point of a signal-watt curve."""

    signal = serializers.IntegerField(help_text="of AFRRSignal")
    power = serializers.DecimalField(max_digits=12, decimal_places=1, help_text="W")


class PlanPeriodSerializer(serializers.Serializer[Any]):
    """From `start` seconds on. Which figures go with which mode of operation is checked, and told."""

    start = serializers.IntegerField(default=0, min_value=0, help_text="seconds after the plan's start")
    operation_mode = serializers.ChoiceField(choices=MODES)
    limit, limit_l2, limit_l3, v2x_baseline = power(), power(), power(), power()
    discharge_limit, discharge_limit_l2, discharge_limit_l3 = (power(max_value=Decimal()) for _ in range(3))
    setpoint, setpoint_l2, setpoint_l3 = power(), power(), power()
    setpoint_reactive, setpoint_reactive_l2, setpoint_reactive_l3 = power(), power(), power()
    evse_sleep = serializers.BooleanField(required=False)
    preconditioning = serializers.BooleanField(required=False)
    freq_watt_curve = FrequencySerializer(many=True, required=False)
    signal_watt_curve = SignalPointSerializer(many=True, required=False)

    @staticmethod
    def period(asked: dict[str, Any]) -> Period:
        """In the domain's words."""
        figures = {name: asked[name] for name in asked if name not in ("freq_watt_curve", "signal_watt_curve")}
        figures["operation_mode"] = OperationMode(asked["operation_mode"])
        curve = tuple((one["frequency"], one["power"]) for one in asked.get("freq_watt_curve", ()))
        signals = tuple((one["signal"], one["power"]) for one in asked.get("signal_watt_curve", ()))
        return Period(**figures, freq_watt_curve=curve, signal_watt_curve=signals)


class WishSerializer(serializers.Serializer[Any]):
    """What a car is wished to do."""

    control = serializers.ChoiceField(
        choices=[one.value for one in Control],
        default=Control.SCHEDULED.value,
        help_text="scheduled: all periods at once; pushed, pulled: one period, whose figures change later",
    )
    periods = PlanPeriodSerializer(many=True, min_length=1, max_length=MOST_PERIODS)  # type: ignore[call-arg]  # DRF hands them on to its list
    start = serializers.DateTimeField(required=False, help_text="of a schedule; else now")
    duration = serializers.IntegerField(required=False, min_value=1, help_text="seconds; else to the end")
    pull_every = serializers.IntegerField(required=False, min_value=1, max_value=86_400, help_text="seconds")
    max_offline = serializers.IntegerField(
        required=False, min_value=0, max_value=86_400, help_text="seconds that it holds without us"
    )
    invalid_after_offline = serializers.BooleanField(default=True, help_text="then it is dropped for good")


class NeedsSerializer(serializers.ModelSerializer[EvNeeds]):
    """What a car has told, and what it was answered."""

    parameters = serializers.JSONField(read_only=True, help_text="ac, dc, v2x, der, offer: as the station sent them")

    class Meta:
        model = EvNeeds
        fields = [
            "evse_number", "received_at", "told_at", "requested", "available", "control_mode", "mobility", "departure",
            "parameters", "status", "code", "reason",
        ]  # fmt: skip


class PlanSerializer(serializers.ModelSerializer[EnergyPlan]):
    """The plan of one car, as it stands."""

    station = serializers.CharField(source="station.identity", read_only=True)
    profile_id = serializers.IntegerField(read_only=True, help_text="on the wire")
    offered = serializers.SerializerMethodField(help_text="whether the EVSE takes energy back")
    refusal = serializers.SerializerMethodField(help_text="why it does not")
    discharge = serializers.SerializerMethodField(help_text="whether contract, driver and car allow it")
    needs = serializers.SerializerMethodField(help_text="the car's, as it told them last")

    class Meta:
        model = EnergyPlan
        fields = [
            "transaction", "station", "state", "reason", "control", "mode", "profile_id", "profile", "figures", "cut",
            "allowed", "allowed_by", "allowed_outcome", "edition", "requested_by", "changed_at", "holds_since",
            "pulled_at", "offered", "refusal", "discharge", "needs",
        ]  # fmt: skip

    def get_offered(self, plan: EnergyPlan) -> bool:
        """By the station's report."""
        return energy_offers.of_evse(plan.station, plan.transaction.evse_number or 1).bidirectional

    def get_refusal(self, plan: EnergyPlan) -> str:
        """For people."""
        return energy_offers.of_evse(plan.station, plan.transaction.evse_number or 1).refusal

    def get_discharge(self, plan: EnergyPlan) -> bool:
        """As of now."""
        return energy_steering.case(plan.transaction, plan).discharge

    def get_needs(self, plan: EnergyPlan) -> dict[str, Any] | None:
        """Or null."""
        row = plan.transaction.ev_needs.order_by("-received_at", "-pk").first()
        return dict(NeedsSerializer(row).data) if row is not None else None


class TransfersSerializer(serializers.Serializer[Any]):
    """What a car may choose from."""

    transfers = serializers.ListField(child=serializers.ChoiceField(choices=list(TRANSFERS)), min_length=1)


class PriceSerializer(serializers.Serializer[Any]):
    """The price of energy from a time on."""

    at = serializers.DateTimeField()
    price = serializers.DecimalField(max_digits=12, decimal_places=6, help_text="per kWh, in any one currency")


class ScopeSerializer(serializers.Serializer[Any]):
    """Whom it is for: every field narrows it; none: every car that may give energy back."""

    party = serializers.RegexField(r"^[A-Za-z]{2}/[A-Za-z0-9]{3}$", required=False, help_text="the operator, NL/VLT")
    location = serializers.CharField(required=False, max_length=36)
    station = serializers.CharField(required=False, max_length=48)
    transaction = serializers.IntegerField(required=False, min_value=1)


class NewSignalSerializer(ScopeSerializer):
    """A signal; which fields it needs depends on its kind."""

    kind = serializers.ChoiceField(choices=GridSignal.Kind.choices)
    power = power(help_text="W; of kind power for each car, of kind total for all together")
    seconds = serializers.IntegerField(required=False, min_value=1, max_value=MOST_SECONDS, help_text="then rest")
    signal = serializers.IntegerField(
        required=False, min_value=-MOST_SIGNAL - 1, max_value=MOST_SIGNAL, help_text="of kind afrr"
    )
    prices = PriceSerializer(many=True, required=False)
    charge_below = serializers.DecimalField(required=False, max_digits=12, decimal_places=6)
    discharge_above = serializers.DecimalField(required=False, max_digits=12, decimal_places=6)

    NEEDS: Final = {
        "power": ("power",), "total": ("power",), "afrr": ("signal",),
        "price": ("prices", "charge_below", "discharge_above"), "stop": (),
    }  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the kind needs is there."""
        missing = {name: ["is needed"] for name in self.NEEDS[attrs["kind"]] if attrs.get(name) in (None, [])}
        if missing := missing or {name: [why] for name, why in grid_signals.unknown(attrs).items()}:
            raise ValidationError(missing)
        if attrs["kind"] == "price" and attrs["charge_below"] >= attrs["discharge_above"]:
            raise ValidationError({"charge_below": ["must be less than discharge_above"]})
        return attrs


class SignalSerializer(serializers.ModelSerializer[GridSignal]):
    """A signal with what came of it."""

    missed = serializers.JSONField(read_only=True, help_text="[[transaction, why it could not follow]]")

    class Meta:
        model = GridSignal
        fields = ["id", "kind", "at", "scope", "body", "reached", "missed", "made_by"]


class RuleSerializer(KnownOnly, serializers.ModelSerializer[TransferRule]):
    """Which kinds of transfer a token may have: its own rule, that of its contract, or that of its party."""

    transfers = serializers.ListField(child=serializers.ChoiceField(choices=list(TRANSFERS)), min_length=1)

    class Meta:
        model = TransferRule
        fields = ["id", "party", "contract_id", "uid", "transfers", "note", "made_by", "changed_at"]
        read_only_fields = ["made_by", "changed_at"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """It is about somebody."""
        if not any(attrs.get(name) for name in ("party", "contract_id", "uid")):
            raise ValidationError({"detail": "name a party, a contract or a token"})
        return attrs


class OfferSerializer(serializers.Serializer[Any]):
    """What one EVSE offers by its report."""

    evse = serializers.IntegerField()
    bidirectional = serializers.BooleanField()
    refusal = serializers.CharField(help_text="why it takes no energy back")
    operation_modes = serializers.ListField(child=serializers.CharField())
    energy_transfers = serializers.ListField(child=serializers.CharField())
    dynamic_profiles = serializers.BooleanField()
    grid_support = serializers.ListField(child=serializers.CharField(), allow_null=True)
