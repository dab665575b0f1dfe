"""Block N for programs: monitors, events, event streams."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ocppbridge.api.asking import refusing, said, station_of, who, whole
from ocppbridge.api.enquiries import ACCEPTED, EnquirySerializer
from ocppbridge.api.firmware import OfStation
from ocppbridge.api.serializers import CallSerializer
from ocppbridge.api.verbs import REFUSED, Said, VerbSerializer, VerbView
from ocppbridge.charging.intents import Intent, ListStreams, Monitor, Pace, SetMonitoringBase, SetMonitoringLevel
from ocppbridge.charging.variables import named
from ocppbridge.models import EventStream, StationEvent
from ocppbridge.models import Monitor as Row
from ocppbridge.services import monitoring, streams


class NamedSerializer(serializers.ModelSerializer[Any]):
    """A row about a variable, which is named by one text."""

    variable = serializers.SerializerMethodField()

    def get_variable(self, row: Model) -> str:
        """Component, place, variable."""
        return str(row)


class MonitorSerializer(NamedSerializer):
    """As asked for, as reported, or both."""

    value = serializers.DecimalField(max_digits=30, decimal_places=9, normalize_output=True, read_only=True)

    class Meta:
        model = Row
        fields = [
            "variable", "monitor_id", "type", "value", "severity", "transaction", "origin", "interval", "values",
            "status", "reason", "asked_at", "reported_at",
        ]  # fmt: skip


class NewMonitorSerializer(serializers.Serializer[Any]):
    """One monitor; with an interval or values it tells by an event stream (2.1)."""

    variable = serializers.CharField(max_length=300, help_text="EVSE@1.Temperature")
    type = serializers.CharField(max_length=20, help_text="UpperThreshold, LowerThreshold, Delta, Periodic, …")
    value = serializers.DecimalField(max_digits=30, decimal_places=9)
    severity = serializers.IntegerField(min_value=0, max_value=9)
    transaction = serializers.BooleanField(default=False)
    monitor_id = whole(0, help_text="replaces the one with this id")
    interval, values = whole(1), whole(1)


class NewMonitorsSerializer(serializers.Serializer[Any]):
    """As many as are wanted."""

    monitors = NewMonitorSerializer(many=True, allow_empty=False)


class WhichMonitorsSerializer(serializers.Serializer[Any]):
    """All, or some."""

    variables = serializers.ListField(child=serializers.CharField(max_length=300), required=False)
    criteria = serializers.MultipleChoiceField(choices=list(monitoring.CRITERIA), required=False)


class ScopeSerializer(VerbSerializer):
    """One of the two."""

    base = serializers.ChoiceField(choices=["All", "FactoryDefault", "HardWiredOnly"], required=False)
    level = serializers.IntegerField(required=False, min_value=0, max_value=9)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Each is a message of its own."""
        if ("base" in attrs) == ("level" in attrs):
            raise serializers.ValidationError("name a base or a level")
        return attrs


class EventSerializer(NamedSerializer):
    """One event."""

    class Meta:
        model = StationEvent
        fields = [
            "id", "variable", "value", "severity", "trigger", "kind", "cleared", "at", "received_at", "event_id",
            "cause", "monitor_id", "transaction_id", "tech_code", "tech_info",
        ]  # fmt: skip


class StreamSerializer(serializers.ModelSerializer[EventStream]):
    """One stream."""

    class Meta:
        model = EventStream
        fields = [
            "id", "stream_id", "monitor_id", "interval", "values", "state", "pending", "told", "opened_at", "told_at",
            "closed_at",
        ]  # fmt: skip


class PaceSerializer(serializers.Serializer[Any]):
    """How often."""

    interval, values = whole(0), whole(0)


class ValueSerializer(serializers.Serializer[Any]):
    """One value of a stream."""

    at = serializers.DateTimeField()
    value = serializers.CharField()


class MonitorView(mixins.ListModelMixin, OfStation):
    """Monitors of one station, by the id that it gave them."""

    queryset = Row.objects.all()
    serializer_class = MonitorSerializer
    filterset_fields = ("type", "severity", "status", "component", "name")
    lookup_field = "monitor_id"

    @extend_schema(
        summary="Set monitors", request=NewMonitorsSerializer, responses={202: CallSerializer(many=True), **REFUSED}
    )
    def create(self, request: Request, identity: str) -> Response:
        """In as many calls as the station's limits make of it."""
        monitors = [_monitor(one) for one in said(NewMonitorsSerializer, request)["monitors"]]
        with refusing():
            made = monitoring.set_all(station_of(identity), monitors, by=who(request))
        return Response(CallSerializer(made, many=True).data, ACCEPTED)

    @extend_schema(summary="Clear a monitor", responses={202: CallSerializer, **REFUSED})
    def destroy(self, request: Request, identity: str, monitor_id: str) -> Response:
        """Also one that the hub does not know of."""
        with refusing():
            (made,) = monitoring.clear(station_of(identity), [int(monitor_id)], by=who(request))
        return Response(CallSerializer(made).data, ACCEPTED)

    @extend_schema(
        summary="Have monitors reported", request=WhichMonitorsSerializer, responses={202: EnquirySerializer, **REFUSED}
    )
    @action(detail=False, methods=["post"])
    def report(self, request: Request, identity: str) -> Response:
        """Read the enquiry until it is whole; the monitors are there page by page."""
        asked = said(WhichMonitorsSerializer, request)
        names, criteria = tuple(map(named, asked.get("variables", ()))), tuple(sorted(asked.get("criteria", ())))
        with refusing():
            row = monitoring.ask(station_of(identity), names=names, criteria=criteria, by=who(request))
        return Response(EnquirySerializer(row).data, ACCEPTED)


class ScopeView(VerbView):
    """What a station monitors, or how much it tells."""

    asks = ScopeSerializer

    def intent(self, asked: Said) -> Intent:
        """N03, N05."""
        return SetMonitoringBase(asked["base"]) if "base" in asked else SetMonitoringLevel(asked["level"])


class EventView(mixins.ListModelMixin, OfStation):
    """Events of one station, the last first."""

    queryset = StationEvent.objects.all()
    serializer_class = EventSerializer
    filterset_fields = {"severity": ["lte", "exact"], "component": ["exact"], "received_at": ["gte", "lt"]}


class StreamListView(VerbView):
    """Ask the station which event streams are open."""

    asks = VerbSerializer

    def intent(self, asked: Said) -> Intent:
        """N12."""
        return ListStreams()


class StreamView(mixins.ListModelMixin, mixins.RetrieveModelMixin, OfStation):
    """Periodic event streams of one station."""

    queryset = EventStream.objects.all()
    serializer_class = StreamSerializer
    filterset_fields = ("state", "stream_id")

    @extend_schema(summary="Adjust a stream", request=PaceSerializer, responses={202: CallSerializer, **REFUSED})
    @action(detail=True, methods=["post"])
    def adjust(self, request: Request, identity: str, pk: str) -> Response:
        """N13."""
        row, asked = get_object_or_404(self.get_queryset(), pk=pk), said(PaceSerializer, request)
        with refusing():
            made = streams.adjust(row, Pace(asked.get("interval"), asked.get("values")), who(request))
        return Response(CallSerializer(made).data, ACCEPTED)

    @extend_schema(summary="The values of a stream, the last first", responses=ValueSerializer(many=True))
    @action(detail=True)
    def values(self, request: Request, identity: str, pk: str) -> Response:
        """Page by page."""
        rows = get_object_or_404(self.get_queryset(), pk=pk).rows.order_by("-at", "-pk")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(ValueSerializer(page, many=True).data)


def _monitor(asked: dict[str, Any]) -> Monitor:
    interval, values = asked.get("interval"), asked.get("values")
    return Monitor(
        named(asked["variable"]), asked["type"], asked["value"], asked["severity"], asked["transaction"],
        asked.get("monitor_id"), Pace(interval, values) if interval or values else None,
    )  # fmt: skip
