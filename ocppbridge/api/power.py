"""Power: charging profiles on stations, what they come to, limits of others, and budgets of sites.

Amperes are per phase, watts in total, as texts: exact. What a station's version cannot say is a 400 with the reason.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ocppbridge.api.asking import KnownOnly, refusing, said, station_of, who
from ocppbridge.api.serializers import CallSerializer
from ocppbridge.api.verbs import REFUSED
from ocppbridge.bridge import budgets, power
from ocppbridge.charging.budget_times import faults
from ocppbridge.charging.charging_profiles import (
    AMOUNTS,
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
    disorder,
)
from ocppbridge.charging.intents import AskSchedule, ClearProfiles
from ocppbridge.charging.tokens import Place
from ocppbridge.models import BudgetShare, ChargingLimit, InstalledProfile, ScheduleCheck, SiteBudget
from ocppbridge.services import calls, charging_profiles
from roaming.api.reading import ReadView, View

STEERED: Final = (*(name for name in AMOUNTS if name != "limit"), "operation_mode")


class PeriodSerializer(serializers.Serializer[Any]):
    """From `start` seconds on."""

    start = serializers.IntegerField(min_value=0)
    limit = serializers.DecimalField(max_digits=12, decimal_places=3, min_value=Decimal(0))
    phases = serializers.IntegerField(required=False, min_value=1, max_value=3)


class NewProfileSerializer(serializers.Serializer[Any]):
    """A profile; without a start it begins with the transaction."""

    evse = serializers.IntegerField(min_value=0, default=0)
    purpose = serializers.ChoiceField(choices=[one.value for one in Purpose])
    level = serializers.IntegerField(min_value=0, default=0)
    unit = serializers.ChoiceField(choices=[one.value for one in Unit])
    periods = PeriodSerializer(many=True, allow_empty=False)
    start_at = serializers.DateTimeField(required=False)
    duration = serializers.IntegerField(required=False, min_value=1)
    recurrency = serializers.ChoiceField(required=False, choices=[one.value for one in Recurrency])
    valid_from = serializers.DateTimeField(required=False)
    valid_to = serializers.DateTimeField(required=False)
    transaction = serializers.CharField(required=False, max_length=36, help_text="as the station knows it")

    def validate_periods(self, periods: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """K01.FR.31: from 0 on, in order."""
        if said := disorder([period["start"] for period in periods]):
            raise serializers.ValidationError(said)
        return periods


class ProfileSerializer(serializers.ModelSerializer[InstalledProfile]):
    """As it is known."""

    class Meta:
        model = InstalledProfile
        exclude = ("station",)


class CriteriaSerializer(serializers.Serializer[Any]):
    """Nothing said: all."""

    profile_id = serializers.IntegerField(required=False)
    evse = serializers.IntegerField(required=False, min_value=0)
    purpose = serializers.ChoiceField(required=False, choices=[one.value for one in Purpose])
    level = serializers.IntegerField(required=False, min_value=0)


class WhichScheduleSerializer(serializers.Serializer[Any]):
    """Of what, for how long."""

    evse = serializers.IntegerField(min_value=0, default=1)
    duration = serializers.IntegerField(min_value=60, max_value=7 * 86_400, default=86_400)
    unit = serializers.ChoiceField(choices=[one.value for one in Unit], default="A")


class ScheduleSerializer(serializers.Serializer[Any]):
    """What holds from so many seconds on: a limit of null is none; what a car is steered by stands beside.

    Charging is positive; `setpoint` and `discharge_limit` are below 0 while a car gives back.
    """

    evse = serializers.IntegerField()
    start_at = serializers.DateTimeField()
    duration = serializers.IntegerField()
    unit = serializers.CharField()
    periods = serializers.JSONField()
    told = serializers.JSONField(help_text="what the station told last, and how it differs")


class ChargingProfileView(mixins.ListModelMixin, View[InstalledProfile]):
    """Charging profiles on one station."""

    queryset = InstalledProfile.objects.all()
    serializer_class = ProfileSerializer

    def get_queryset(self) -> QuerySet[InstalledProfile]:
        """Its own."""
        return super().get_queryset().filter(station=station_of(self.kwargs["identity"]))

    @extend_schema(request=NewProfileSerializer, responses={202: CallSerializer, **REFUSED})
    def create(self, request: Request, identity: str) -> Response:
        """Set one; its id is ours to give."""
        station, asked = station_of(identity), said(NewProfileSerializer, request)
        periods = tuple(Period(one["start"], one["limit"], phases=one.get("phases")) for one in asked["periods"])
        start, recurrency = asked.get("start_at"), asked.get("recurrency")
        kind = Kind.RECURRING if recurrency else Kind.ABSOLUTE if start else Kind.RELATIVE
        profile = ChargingProfile(
            charging_profiles.new_id(), asked["level"], Purpose(asked["purpose"]), kind,
            (Schedule(Unit(asked["unit"]), periods, start, asked.get("duration")),),
            Recurrency(recurrency) if recurrency else None, asked.get("valid_from"), asked.get("valid_to"),
            asked.get("transaction"),
        )  # fmt: skip
        with refusing():
            call = charging_profiles.set_on(station, profile, Place(asked["evse"]), purpose="api", by=who(request))
        return Response(CallSerializer(call, context={"request": request}).data, status.HTTP_202_ACCEPTED)

    @extend_schema(request=CriteriaSerializer, responses={202: CallSerializer, **REFUSED})
    @action(detail=False, methods=["post"])
    def clear(self, request: Request, identity: str) -> Response:
        """By id, or by criteria."""
        asked = said(CriteriaSerializer, request)
        intent = ClearProfiles(
            asked.get("profile_id"), Place(asked["evse"]) if "evse" in asked else None,
            Purpose(asked["purpose"]) if "purpose" in asked else None, asked.get("level"),
        )  # fmt: skip
        with refusing():
            call = calls.queue(station_of(identity), intent, purpose="api", requested_by=who(request))
        return Response(CallSerializer(call, context={"request": request}).data, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: CallSerializer, **REFUSED})
    @action(detail=False, methods=["post"])
    def ask(self, request: Request, identity: str) -> Response:
        """Have them told, and compared with what was set."""
        with refusing():
            row = charging_profiles.ask(station_of(identity), by=who(request))
        return Response(CallSerializer(row.call, context={"request": request}).data, status.HTTP_202_ACCEPTED)


class ChargingScheduleView(View[ScheduleCheck]):
    """The composite schedule of a station's EVSE."""

    queryset = ScheduleCheck.objects.all()
    serializer_class = ScheduleSerializer
    pagination_class = None  # type: ignore[assignment]  # there is one

    @extend_schema(parameters=[WhichScheduleSerializer], responses=ScheduleSerializer)
    def list(self, request: Request, identity: str) -> Response:
        """As we compute it, from now on."""
        asked = WhichScheduleSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        which, station, now = asked.validated_data, station_of(identity), timezone.now().replace(microsecond=0)
        found = power.computed(station, which["evse"], now, which["duration"], Unit(which["unit"]))
        check = ScheduleCheck.objects.filter(station=station, evse_number=which["evse"]).first()
        told = check and {"at": check.at, "periods": check.told, "difference": check.difference}
        periods = [_told(one) for one in found.periods]
        body = {"evse": which["evse"], "start_at": now, "duration": which["duration"], "unit": which["unit"]}
        return Response({**body, "periods": periods, "told": told})

    @extend_schema(request=WhichScheduleSerializer, responses={202: CallSerializer, **REFUSED})
    @action(detail=False, methods=["post"])
    def ask(self, request: Request, identity: str) -> Response:
        """Have the station tell it; it is compared with ours."""
        which = said(WhichScheduleSerializer, request)
        intent = AskSchedule(Place(which["evse"]), which["duration"], Unit(which["unit"]))
        with refusing():
            call = calls.queue(station_of(identity), intent, purpose="api", requested_by=who(request))
        return Response(CallSerializer(call, context={"request": request}).data, status.HTTP_202_ACCEPTED)


def _told(period: Period) -> dict[str, Any]:
    """With those figures of single phases and of steering that it has."""
    figures = {name: str(value) for name in STEERED if (value := getattr(period, name)) is not None}
    return {"start": period.start, "limit": None if period.limit is None else str(period.limit), **figures}


class ChargingLimitSerializer(serializers.ModelSerializer[ChargingLimit]):
    """A limit of somebody else."""

    class Meta:
        model = ChargingLimit
        exclude = ("station",)


class ChargingLimitView(mixins.ListModelMixin, View[ChargingLimit]):
    """Limits that others have set on one station, the newest first."""

    queryset = ChargingLimit.objects.order_by("-since")
    serializer_class = ChargingLimitSerializer

    def get_queryset(self) -> QuerySet[ChargingLimit]:
        """Its own."""
        return super().get_queryset().filter(station=station_of(self.kwargs["identity"]))


class ShareSerializer(serializers.ModelSerializer[BudgetShare]):
    """One station's share."""

    station: serializers.Field[Any, Any, Any, Any] = serializers.SlugRelatedField(slug_field="identity", read_only=True)

    class Meta:
        model = BudgetShare
        fields = ("station", "weight", "phases", "cars", "measured", "wanted", "accepted", "lease_end", "trouble")


PLACE = ("country_code", "party_id", "location_id")


class BudgetSerializer(KnownOnly, serializers.ModelSerializer[SiteBudget]):
    """A budget with its shares."""

    shares = ShareSerializer(many=True, read_only=True)

    class Meta:
        model = SiteBudget
        fields = (
            "id", "country_code", "party_id", "location_id", "active", "unit", "limit", "limit_l2", "limit_l3",
            "periods", "strategy", "minimum", "offline_limit", "balanced_at", "shares",
        )  # fmt: skip
        read_only_fields = ("balanced_at",)

    def validate_periods(self, periods: Any) -> Any:
        """By budget_times."""
        if wrong := faults(periods):
            raise serializers.ValidationError(wrong)
        return periods

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The location is there."""
        place = [attrs.get(name, getattr(self.instance, name, "")) for name in PLACE]
        if set(PLACE) & attrs.keys() and (wrong := budgets.misplaced(*place)):
            raise serializers.ValidationError({"location_id": [wrong]})
        return attrs


class SiteBudgetView(mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin, ReadView[SiteBudget]):
    """What the stations of a location may draw together; a change is shared within seconds."""

    queryset = SiteBudget.objects.prefetch_related("shares__station").order_by("pk")
    serializer_class = BudgetSerializer
    lookup_value_regex = "[0-9]{1,18}"

    def perform_create(self, serializer: serializers.BaseSerializer[SiteBudget]) -> None:
        """And share it at once."""
        budgets.changed(serializer.save())

    def perform_update(self, serializer: serializers.BaseSerializer[SiteBudget]) -> None:
        """And share it at once."""
        budgets.changed(serializer.save())

    def perform_destroy(self, instance: SiteBudget) -> None:
        """And take the limit off its stations."""
        super().perform_destroy(instance)
        budgets.removed(timezone.now())
