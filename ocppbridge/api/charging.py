"""Typed verbs about charging, the same for every OCPP version: start, cache, data, reservations, local lists."""

from __future__ import annotations

import secrets
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ocppbridge.api.asking import refusing, said, station_of, who, whole
from ocppbridge.api.serializers import CallSerializer
from ocppbridge.api.verbs import REFUSED, PlacedSerializer, Said, VerbSerializer, VerbView
from ocppbridge.charging.charging_profiles import Unit
from ocppbridge.charging.intents import ClearCache, Intent, SendData, StartCharging
from ocppbridge.charging.tokens import CARD, TYPES, IdToken, Place
from ocppbridge.models import LocalList, Reservation
from ocppbridge.services import calls, charging_profiles, local_lists, reservations
from roaming.api.reading import View


class StartSerializer(PlacedSerializer):
    """A remote start; without an EVSE the station chooses."""

    token = serializers.CharField(max_length=255)
    token_type = serializers.ChoiceField(choices=TYPES, default="Central", help_text="2.x; 1.6 has none")
    group = serializers.CharField(required=False, max_length=255, help_text="2.x")
    limit = serializers.DecimalField(
        required=False, max_digits=12, decimal_places=1, min_value=Decimal(0), help_text="a charging profile with it"
    )
    unit = serializers.ChoiceField(choices=[one.value for one in Unit], default="A", help_text="of the limit")


class DataSerializer(VerbSerializer):
    """A DataTransfer."""

    vendor = serializers.CharField(max_length=255)
    message = serializers.CharField(required=False, max_length=50)
    data = serializers.JSONField(  # type: ignore[assignment]  # fields leave the class before anybody reads `data`
        required=False, help_text="1.6 carries texts; anything else travels as JSON in one"
    )


class StartView(VerbView):
    """Start charging on somebody's token."""

    asks = StartSerializer

    def intent(self, asked: Said) -> Intent:
        """F01, F02, K05."""
        where = Place(asked["evse"], asked.get("connector")) if "evse" in asked else None
        group = IdToken(asked["group"], "Central") if "group" in asked else None
        number = secrets.randbelow(2**31 - 1) + 1
        limit = asked.get("limit")
        profile = None if limit is None else charging_profiles.for_start(Unit(asked["unit"]), limit)
        return StartCharging(IdToken(asked["token"], asked["token_type"]), number, where, group, profile)


class ClearCacheView(VerbView):
    """Have the station forget which tokens it has seen."""

    def intent(self, asked: Said) -> Intent:
        """C11."""
        return ClearCache()


class DataView(VerbView):
    """DataTransfer to a station."""

    asks = DataSerializer

    def intent(self, asked: Said) -> Intent:
        """P01."""
        return SendData(asked["vendor"], asked.get("message"), asked.get("data"))


class ReservationSerializer(serializers.ModelSerializer[Reservation]):
    """A reservation; `id` is what the station knows it by."""

    class Meta:
        model = Reservation
        fields = [
            "id", "evse_number", "connector_type", "id_token", "group_id", "state", "reason", "expires_at", "held_at",
            "ended_at", "partner", "session_id", "requested_by",
        ]  # fmt: skip


class NewReservationSerializer(serializers.Serializer[Any]):
    """An EVSE, any EVSE with a connector of a type (2.x), or any at all, held for a token."""

    token = serializers.CharField(max_length=36)
    token_type = serializers.ChoiceField(choices=TYPES, default=CARD, help_text="2.x: a card; Central for an app")
    minutes = serializers.IntegerField(default=30, min_value=1, max_value=1440)
    evse = whole(1)
    connector_type = serializers.CharField(required=False, max_length=20)
    group = serializers.CharField(required=False, max_length=36)


class ReservationView(mixins.ListModelMixin, mixins.RetrieveModelMixin, View[Reservation]):
    """Reservations at one station, the newest first."""

    queryset = Reservation.objects.all()
    serializer_class = ReservationSerializer
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Reservation]:
        """Its own."""
        return super().get_queryset().filter(station=station_of(self.kwargs["identity"]))

    @extend_schema(request=NewReservationSerializer, responses={202: ReservationSerializer, **REFUSED})
    def create(self, request: Request, identity: str) -> Response:
        """Asked of the station; read it until it is held or refused. No partner is told of it."""
        station, asked = station_of(identity), said(NewReservationSerializer, request)
        token = IdToken(asked["token"], asked["token_type"])
        until = timezone.now() + timedelta(minutes=asked["minutes"])
        with refusing(), transaction.atomic():
            row = reservations.new(
                station, token, until, evse=asked.get("evse"), connector_type=asked.get("connector_type", ""),
                group_id=asked.get("group", ""), requested_by=who(request),
            )  # fmt: skip
            calls.queue(station, reservations.intent(row, token, until), purpose="api", requested_by=who(request))
        return Response(ReservationSerializer(row).data, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: CallSerializer, **REFUSED})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, identity: str, pk: str) -> Response:
        """It ends with the station's answer; the eMSP that has made it is told CANCELED_RESERVATION (CMD-22)."""
        row = self.get_object()
        if row.state not in reservations.OPEN:
            raise serializers.ValidationError({"detail": f"{row} is {row.get_state_display()}"})
        with refusing():
            call = reservations.let_go(row, who(request))
        return Response(CallSerializer(call).data, status.HTTP_202_ACCEPTED)


class LocalListSerializer(serializers.ModelSerializer[LocalList]):
    """What a station's local authorization list holds, as far as anybody knows."""

    class Meta:
        model = LocalList
        fields = [
            "state", "version", "reported_version", "entries", "drift", "left_out", "wanted", "stale_since", "due_at",
            "problem", "changed_at",
        ]  # fmt: skip


class ListWishSerializer(serializers.Serializer[Any]):
    """What to do about it."""

    send = serializers.ChoiceField(
        choices=["difference", local_lists.FULL, "nothing"],
        help_text="nothing: the list is emptied, and stays empty until it is sent again",
    )


class LocalListView(View[LocalList]):
    """The local authorization list of one station."""

    queryset = LocalList.objects.all()
    serializer_class = LocalListSerializer
    pagination_class = None  # type: ignore[assignment]  # there is one

    @extend_schema(responses=LocalListSerializer)
    def list(self, request: Request, identity: str) -> Response:
        """As it stands; made if need be."""
        return Response(LocalListSerializer(local_lists.of(station_of(identity))).data)

    @extend_schema(request=ListWishSerializer, responses={202: LocalListSerializer})
    def create(self, request: Request, identity: str) -> Response:
        """Done as soon as the station is there, in as many messages as it wants."""
        wish = {"difference": "", "nothing": local_lists.CLEAR}
        asked = said(ListWishSerializer, request)["send"]
        row = local_lists.of(station_of(identity))
        local_lists.want(row, wish.get(asked, asked), timezone.now())
        return Response(LocalListSerializer(row).data, status.HTTP_202_ACCEPTED)
