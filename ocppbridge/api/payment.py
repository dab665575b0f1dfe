"""Prices and payments through the Operator API: tariffs on stations, web payments, limits, settlements, batteries."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ocppbridge.api.asking import refusing, said, station_of, who
from ocppbridge.api.serializers import CallSerializer
from ocppbridge.api.verbs import REFUSED, Said, VerbSerializer, VerbView
from ocppbridge.bridge import station_tariffs, tariff_changes
from ocppbridge.charging.intents import AskTariffs, ClearTariffs, Intent
from ocppbridge.charging.tokens import TYPES, IdToken
from ocppbridge.models import BatterySwap, Settlement, StationTariff, TariffChange, Transaction, WebPayment
from ocppbridge.services import battery_swaps, transaction_limits, web_payments
from roaming.api.reading import ReadView, View


class StationTariffSerializer(serializers.ModelSerializer[StationTariff]):
    """What an EVSE shows to all comers; `losses`: what OCPP cannot say of the OCPI tariff."""

    class Meta:
        model = StationTariff
        fields = [
            "evse_number", "ocpi_id", "tariff_id", "held_id", "state", "by_hand", "reason", "losses", "drift",
            "reported", "reported_at", "changed_at",
        ]  # fmt: skip


class NewTariffSerializer(serializers.Serializer[Any]):
    """A tariff of the station's party."""

    evse = serializers.IntegerField(min_value=1)
    tariff = serializers.CharField(max_length=36, help_text="OCPI id")


class WhichTariffsSerializer(VerbSerializer):
    """At one EVSE, or at all."""

    evse = serializers.IntegerField(default=0, min_value=0)


class StationTariffView(mixins.ListModelMixin, View[StationTariff]):
    """Tariffs on one station."""

    queryset = StationTariff.objects.order_by("evse_number")
    serializer_class = StationTariffSerializer
    pagination_class = None  # type: ignore[assignment]  # one an EVSE

    def get_queryset(self) -> QuerySet[StationTariff]:
        """Its own."""
        return super().get_queryset().filter(station=station_of(self.kwargs["identity"]))

    @extend_schema(request=NewTariffSerializer, responses={202: StationTariffSerializer, **REFUSED})
    def create(self, request: Request, identity: str) -> Response:
        """Sent now, and kept there until it is taken back (I07)."""
        station, asked = station_of(identity), said(NewTariffSerializer, request)
        with refusing():
            row = station_tariffs.by_hand(station, asked["evse"], asked["tariff"], by=who(request), now=timezone.now())
        return Response(StationTariffSerializer(row).data, status.HTTP_202_ACCEPTED)


class TariffQuestionView(VerbView):
    """Have the station tell which tariffs it holds; the list then shows what differs."""

    asks = WhichTariffsSerializer

    def intent(self, asked: Said) -> Intent:
        """I09."""
        return AskTariffs(asked["evse"])


class TariffClearView(VerbView):
    """Have the station forget its tariffs: what was sent by hand is taken back, the hub's own choice is sent again."""

    asks = WhichTariffsSerializer

    def intent(self, asked: Said) -> Intent:
        """I10."""
        return ClearTariffs((), asked["evse"] or None)


class LimitSerializer(serializers.Serializer[Any]):
    """How far a transaction may go."""

    max_cost = serializers.DecimalField(required=False, max_digits=10, decimal_places=2, min_value=0)
    max_energy = serializers.IntegerField(required=False, min_value=1, help_text="Wh")
    max_time = serializers.IntegerField(required=False, min_value=1, help_text="seconds")
    max_soc = serializers.IntegerField(required=False, min_value=1, max_value=100, help_text="%")


class LimitView(View[Transaction]):
    """Limits of a running transaction."""

    queryset = Transaction.objects.select_related("station__connection")
    serializer_class = LimitSerializer

    @extend_schema(request=LimitSerializer, responses={202: CallSerializer, **REFUSED})
    def create(self, request: Request, transaction: str) -> Response:
        """Told to the station with its answer to an event that it is asked for (E16)."""
        row = get_object_or_404(self.get_queryset(), pk=transaction)
        limits = transaction_limits.said(said(LimitSerializer, request))
        if not limits or row.state != Transaction.State.RUNNING:
            raise serializers.ValidationError({"detail": "a running transaction and at least one limit are needed"})
        with refusing():
            call = transaction_limits.impose(row, limits, by=who(request))
        return Response(CallSerializer(call).data, status.HTTP_202_ACCEPTED)


class TariffChangeSerializer(serializers.ModelSerializer[TariffChange]):
    """Another tariff for a running transaction: asked of the station, counting, or refused."""

    tariff = serializers.CharField(source="ocpi_id", help_text="OCPI id, of the station's party")
    call: Any = serializers.PrimaryKeyRelatedField(read_only=True)

    class Meta:
        model = TariffChange
        fields = ["id", "tariff", "state", "reason", "since", "asked_at", "requested_by", "call"]
        read_only_fields = ["state", "reason", "since", "asked_at", "requested_by"]


class TariffChangeView(mixins.ListModelMixin, View[TariffChange]):
    """The tariffs that a transaction was given by staff."""

    queryset = TariffChange.objects.all()
    serializer_class = TariffChangeSerializer

    def get_queryset(self) -> QuerySet[TariffChange]:
        """Its own."""
        row = get_object_or_404(Transaction, pk=self.kwargs["transaction"])
        return super().get_queryset().filter(transaction=row)

    @extend_schema(request=TariffChangeSerializer, responses={202: TariffChangeSerializer, **REFUSED})
    def create(self, request: Request, transaction: str) -> Response:
        """It prices what follows; a station that shows prices is asked first, and may refuse (I11)."""
        row = get_object_or_404(Transaction.objects.select_related("station"), pk=transaction)
        asked = said(TariffChangeSerializer, request)
        with refusing():
            made = tariff_changes.change(row, asked["ocpi_id"], by=who(request), now=timezone.now())
        return Response(TariffChangeSerializer(made).data, status.HTTP_202_ACCEPTED)


class WebPaymentSerializer(serializers.ModelSerializer[WebPayment]):
    """A payment on a web page."""

    station: Any = serializers.SlugRelatedField("identity", read_only=True)

    class Meta:
        model = WebPayment
        fields = [
            "id", "station", "evse_number", "state", "reason", "psp_ref", "limits", "until", "created_at", "ended_at",
            "requested_by",
        ]  # fmt: skip


class NewWebPaymentSerializer(serializers.Serializer[Any]):
    """Somebody has scanned a code; without a password nothing is checked (a static code)."""

    station = serializers.CharField(max_length=255)
    evse = serializers.IntegerField(min_value=1)
    password = serializers.CharField(required=False, max_length=64, help_text="the one-time password of the code")
    seconds = serializers.IntegerField(default=300, min_value=10, max_value=3600)


class PaidSerializer(LimitSerializer):
    """The provider has said yes; the limits are what was paid for."""

    reference = serializers.CharField(max_length=255, help_text="the provider's; it becomes the idToken")


class CancelSerializer(serializers.Serializer[Any]):
    """Why nothing came of it."""

    reason = serializers.CharField(default="", allow_blank=True, max_length=255)


class WebPaymentView(ReadView[WebPayment]):
    """For the page that takes the money (C25)."""

    queryset = WebPayment.objects.select_related("station")
    serializer_class = WebPaymentSerializer
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(request=NewWebPaymentSerializer, responses={201: WebPaymentSerializer, **REFUSED})
    def create(self, request: Request) -> Response:
        """The station lets nobody else start there meanwhile; 400 if the password does not hold."""
        asked, now = said(NewWebPaymentSerializer, request), timezone.now()
        station = station_of(asked["station"])
        if not station.evses.filter(number=asked["evse"]).exists():
            raise serializers.ValidationError({"evse": "the station has no such EVSE"})
        if "password" in asked and not web_payments.password_holds(station, asked["password"], now):
            raise serializers.ValidationError({"password": "it does not hold, or not any more"})
        with refusing():
            row = web_payments.begin(station, asked["evse"], asked["seconds"], by=who(request), now=now)
        return Response(WebPaymentSerializer(row).data, status.HTTP_201_CREATED)

    @extend_schema(request=PaidSerializer, responses={202: WebPaymentSerializer, **REFUSED})
    @action(detail=True, methods=["post"])
    def paid(self, request: Request, pk: str) -> Response:
        """Starts with the provider's reference; read it until it is started or failed."""
        asked = said(PaidSerializer, request)
        limits = transaction_limits.said(asked)
        with refusing():
            row = web_payments.paid(self.get_object(), asked["reference"], limits, by=who(request), now=timezone.now())
        return Response(WebPaymentSerializer(row).data, status.HTTP_202_ACCEPTED)

    @extend_schema(request=CancelSerializer, responses=WebPaymentSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Nothing is started for it."""
        row = self.get_object()
        web_payments.cancel(row, said(CancelSerializer, request)["reason"], timezone.now())
        return Response(WebPaymentSerializer(self.get_object()).data)


class SettlementSerializer(serializers.ModelSerializer[Settlement]):
    """What a terminal has charged."""

    station: Any = serializers.SlugRelatedField("identity", read_only=True)

    class Meta:
        model = Settlement
        fields = [
            "id", "station", "transaction", "named_transaction", "psp_ref", "status", "amount", "currency",
            "settled_at", "info", "receipt_id", "receipt_url", "vat_number", "company", "received_at",
        ]  # fmt: skip


class SettlementView(ReadView[Settlement]):
    """The newest first."""

    queryset = Settlement.objects.select_related("station")
    serializer_class = SettlementSerializer
    lookup_value_regex = "[0-9]{1,18}"


class BatterySwapSerializer(serializers.ModelSerializer[BatterySwap]):
    """Batteries in and out."""

    station: Any = serializers.SlugRelatedField("identity", read_only=True)

    class Meta:
        model = BatterySwap
        fields = [
            "id", "station", "request_id", "state", "reason", "id_token", "taken", "given", "charge", "asked_by",
            "began_at", "ended_at", "amount", "note", "settled_at",
        ]  # fmt: skip


class NewSwapSerializer(serializers.Serializer[Any]):
    """Whose batteries."""

    token = serializers.CharField(max_length=255)
    token_type = serializers.ChoiceField(choices=TYPES, default="Central")


class BatterySwapView(mixins.ListModelMixin, mixins.RetrieveModelMixin, View[BatterySwap]):
    """Battery swaps at one station."""

    queryset = BatterySwap.objects.select_related("station")
    serializer_class = BatterySwapSerializer
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[BatterySwap]:
        """Its own."""
        return super().get_queryset().filter(station=station_of(self.kwargs["identity"]))

    @extend_schema(request=NewSwapSerializer, responses={202: BatterySwapSerializer, **REFUSED})
    def create(self, request: Request, identity: str) -> Response:
        """Asked of the station (S03); read it until it is done."""
        asked = said(NewSwapSerializer, request)
        token = IdToken(asked["token"], asked["token_type"])
        with refusing():
            row = battery_swaps.ask(station_of(identity), token, by=who(request), now=timezone.now())
        return Response(BatterySwapSerializer(row).data, status.HTTP_202_ACCEPTED)
