"""Grid support of a station (block R): its controls, set, asked for and cleared; the faults of the grid that it met."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ocppbridge.api.asking import refusing, said, station_of, who
from ocppbridge.api.serializers import CallSerializer
from ocppbridge.api.verbs import REFUSED
from ocppbridge.charging.v2x_intents import KINDS
from ocppbridge.models import DerAlarm, DerControl, DerInquiry
from ocppbridge.services import der
from roaming.api.reading import View


class DerControlSerializer(serializers.ModelSerializer[DerControl]):
    """One control, as far as anybody knows."""

    settings = serializers.JSONField(read_only=True)

    class Meta:
        model = DerControl
        fields = [
            "control_id", "kind", "default", "settings", "state", "reason", "active", "switched_at", "reported_at",
            "requested_by", "changed_at",
        ]  # fmt: skip


class NewDerControlSerializer(serializers.Serializer[Any]):
    """A control; its settings are those of its kind in SetDERControl, checked against the official schema."""

    kind = serializers.ChoiceField(choices=list(KINDS))
    settings = serializers.DictField(help_text="such as {priority, overFreq, underFreq, …} of a FreqDroop")
    is_default = serializers.BooleanField(default=False, help_text="holds whenever no scheduled one does")
    control_id = serializers.CharField(required=False, max_length=36, help_text="to replace one; else a new one")


class WhichSerializer(serializers.Serializer[Any]):
    """Which controls: one, those of a kind, the default or the scheduled ones; nothing: all."""

    kind = serializers.ChoiceField(choices=list(KINDS), required=False)
    is_default = serializers.BooleanField(required=False, allow_null=True, default=None)
    control_id = serializers.CharField(required=False, max_length=36)


class ClearDerSerializer(WhichSerializer):
    """Default and scheduled controls are cleared apart (the schema says so)."""

    is_default = serializers.BooleanField()


class DerInquirySerializer(serializers.ModelSerializer[DerInquiry]):
    """A report that was asked for; read the controls when it is whole."""

    class Meta:
        model = DerInquiry
        fields = ["id", "kind", "default", "control_id", "state", "found", "reason", "asked_at", "heard_at"]


class DerAlarmSerializer(serializers.ModelSerializer[DerAlarm]):
    """A fault of the grid."""

    class Meta:
        model = DerAlarm
        fields = ["kind", "fault", "info", "began_at", "ended_at"]


class DerControlView(mixins.ListModelMixin, View[DerControl]):
    """The controls of one station."""

    queryset = DerControl.objects.all()
    serializer_class = DerControlSerializer

    def get_queryset(self) -> QuerySet[DerControl]:
        """Its own."""
        return super().get_queryset().filter(station=station_of(self.kwargs["identity"]))

    @extend_schema(request=NewDerControlSerializer, responses={202: DerControlSerializer, **REFUSED})
    def create(self, request: Request, identity: str) -> Response:
        """Set one; read it until it is held or refused."""
        asked = said(NewDerControlSerializer, request)
        with refusing():
            row = der.set_control(
                station_of(identity), asked["kind"], asked["settings"], default=asked["is_default"], by=who(request),
                control_id=asked.get("control_id", ""),
            )  # fmt: skip
        return Response(DerControlSerializer(row).data, status.HTTP_202_ACCEPTED)

    @extend_schema(request=WhichSerializer, responses={202: DerInquirySerializer, **REFUSED})
    @action(detail=False, methods=["post"])
    def report(self, request: Request, identity: str) -> Response:
        """Have them reported."""
        asked = said(WhichSerializer, request)
        with refusing():
            row = der.ask(
                station_of(identity), by=who(request), kind=asked.get("kind", ""), default=asked["is_default"],
                control_id=asked.get("control_id", ""),
            )  # fmt: skip
        return Response(DerInquirySerializer(row).data, status.HTTP_202_ACCEPTED)

    @extend_schema(request=ClearDerSerializer, responses={202: CallSerializer, **REFUSED})
    @action(detail=False, methods=["post"])
    def clear(self, request: Request, identity: str) -> Response:
        """Have them cleared."""
        asked = said(ClearDerSerializer, request)
        with refusing():
            call = der.clear(
                station_of(identity), default=asked["is_default"], by=who(request), kind=asked.get("kind", ""),
                control_id=asked.get("control_id", ""),
            )  # fmt: skip
        return Response(CallSerializer(call).data, status.HTTP_202_ACCEPTED)


class DerAlarmView(mixins.ListModelMixin, View[DerAlarm]):
    """The faults of the grid that one station met, the newest first."""

    queryset = DerAlarm.objects.all()
    serializer_class = DerAlarmSerializer

    def get_queryset(self) -> QuerySet[DerAlarm]:
        """Its own."""
        return super().get_queryset().filter(station=station_of(self.kwargs["identity"]))
