"""Stations with their state, calls to them, transactions.

A call is queued and answered with 202; it is read until it has settled. A station that is offline is no error: the call
waits for it until it expires.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from ocppbridge.api.asking import refusing
from ocppbridge.api.filters import CallFilter, StationFilter, TransactionFilter
from ocppbridge.api.serializers import (
    CallSerializer,
    NewCallSerializer,
    ReadingSerializer,
    StationSerializer,
    TransactionSerializer,
)
from ocppbridge.bridge import closing
from ocppbridge.charging.intents import StopCharging
from ocppbridge.models import Call, MeterReading, Station, Transaction
from ocppbridge.services import calls
from ocppbridge.versions import DIALECTS
from roaming.api.reading import Pages, ReadView, View


class UnknownVersion(APIException):
    """The station has never connected: nobody knows which OCPP to speak to it."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "unknown_version"


class Conflict(APIException):
    """It does not fit the state of the object."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class NewestFirst(Pages):
    """Calls have random ids; their time orders them."""

    ordering = "-created_at"


class AsMeasured(Pages):
    """The first reading first."""

    ordering = ("at", "id")


class StationView(ReadView[Station]):
    """Stations with their EVSEs and connectors."""

    queryset = Station.objects.prefetch_related("evses__connectors")
    serializer_class = StationSerializer
    filterset_class = StationFilter
    lookup_field = "identity"
    lookup_value_regex = r"[^/\x00]+"  # PostgreSQL knows no text with a NUL in it


class CallView(ReadView[Call]):
    """Calls to stations, the newest first. Read one until it is settled."""

    queryset = Call.objects.select_related("station")
    serializer_class = CallSerializer
    filterset_class = CallFilter
    pagination_class = NewestFirst
    lookup_value_regex = "[0-9a-fA-F-]{36}"


class StationCallView(mixins.ListModelMixin, View[Call]):
    """Calls to one station."""

    queryset = Call.objects.select_related("station")
    serializer_class = CallSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Call]:
        """Its own."""
        return super().get_queryset().filter(station=self._station())

    @extend_schema(
        summary="Ask a station for something",
        request=NewCallSerializer,
        responses={
            202: CallSerializer,
            400: OpenApiResponse(
                description="Action or payload do not fit the station's OCPP version; the field says which"
            ),
            404: OpenApiResponse(description="There is no such station"),
            409: OpenApiResponse(description="It has never connected, so its OCPP version is not known"),
        },
    )
    def create(self, request: Request, identity: str) -> Response:
        """Queued at once, sent as soon as the station is there; read the call until it is settled."""
        asked = NewCallSerializer(data=request.data)
        station = self._station()
        asked.is_valid(raise_exception=True)
        call = _queue(station, asked.validated_data, by=f"API: {request.user}"[:150])
        url = reverse("call-detail", args=(call.pk,), request=request)
        return Response(CallSerializer(call).data, status.HTTP_202_ACCEPTED, headers={"Location": url})

    def _station(self) -> Station:
        return get_object_or_404(Station, identity=self.kwargs["identity"])


def _queue(station: Station, said: dict[str, Any], by: str) -> Call:
    dialect = DIALECTS.get(station.subprotocol)
    if dialect is None:
        raise UnknownVersion(f"{station} has never connected, so its OCPP version is not known.")
    if said["action"] not in dialect.actions_to_station:
        raise ValidationError({"action": [f"OCPP {dialect.version} has no {said['action']} to a station."]})
    patience = timedelta(seconds=said["expires_in"])
    intent = calls.RawCall(said["action"], said["payload"])
    try:
        return calls.queue(station, intent, purpose="api", requested_by=by, expires_in=patience)
    except calls.InvalidPayload as problem:
        raise ValidationError({"payload": [str(problem)]}) from None
    except calls.NotOffered as problem:
        raise ValidationError({"action": [str(problem)]}) from None


class TransactionView(ReadView[Transaction]):
    """Transactions, the newest first; `session_id` is the id of the OCPI session that one became."""

    queryset = Transaction.objects.select_related("station")
    serializer_class = TransactionSerializer
    filterset_class = TransactionFilter
    lookup_value_regex = "[0-9]+"

    @extend_schema(
        summary="Close a transaction whose station tells no more",
        request=None,
        responses={200: TransactionSerializer, 409: OpenApiResponse(description="It has ended")},
    )
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """As of its last news; a late end of the station's own corrects it."""
        return self._after(closing.close, f"API: {request.user}"[:150])

    @extend_schema(
        summary="Bill a transaction although its figures are in doubt",
        request=None,
        responses={200: TransactionSerializer, 409: OpenApiResponse(description="It still runs")},
    )
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Its findings say why its CDR waits."""
        by = f"API: {request.user}"[:150]
        return self._after(lambda row, now: closing.release(row, now, by))

    @extend_schema(
        summary="Ask the station to end a transaction",
        request=None,
        responses={202: CallSerializer, 409: OpenApiResponse(description="It has ended")},
    )
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """A remote stop, by the id that the station knows."""
        row = self.get_object()
        if row.state != Transaction.State.RUNNING:
            raise Conflict(f"{row} has ended.")
        with refusing():
            known = StopCharging(row.transaction_id or str(row.wire_id))
            call = calls.queue(row.station, known, purpose="api", requested_by=f"API: {request.user}"[:150])
        return Response(CallSerializer(call).data, status.HTTP_202_ACCEPTED)

    def _after(self, verb: Callable[..., Transaction], *words: str) -> Response:
        try:
            row = verb(self.get_object(), *words, timezone.now())
        except closing.HasEnded as problem:
            raise Conflict(f"{problem}.") from None
        return Response(TransactionSerializer(row).data)


class ReadingView(mixins.ListModelMixin, View[MeterReading]):
    """Meter readings of a transaction as they were measured, normalised to Wh, W, A and %."""

    queryset = MeterReading.objects.all()
    serializer_class = ReadingSerializer
    pagination_class = AsMeasured

    def get_queryset(self) -> QuerySet[MeterReading]:
        """Its own."""
        row = get_object_or_404(Transaction, pk=self.kwargs["transaction"])
        return super().get_queryset().filter(transaction=row)
