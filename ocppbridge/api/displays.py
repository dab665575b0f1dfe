"""Block O for programs: messages on displays."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ocppbridge.api.asking import refusing, said, station_of, who
from ocppbridge.api.enquiries import ACCEPTED, EnquirySerializer
from ocppbridge.api.firmware import OfStation
from ocppbridge.api.serializers import CallSerializer
from ocppbridge.api.verbs import REFUSED
from ocppbridge.models import DisplayMessage
from ocppbridge.services import displays


class MessageSerializer(serializers.ModelSerializer[DisplayMessage]):
    """As asked for, as reported, or both."""

    texts = serializers.JSONField(read_only=True)

    class Meta:
        model = DisplayMessage
        fields = [
            "id", "message_id", "priority", "state", "start_at", "end_at", "transaction_id", "texts", "component",
            "standing", "reason", "asked_at", "reported_at", "requested_by",
        ]  # fmt: skip


class TextSerializer(serializers.Serializer[Any]):
    """In one language."""

    content = serializers.CharField(max_length=1024)
    language = serializers.CharField(required=False, max_length=8)
    format = serializers.ChoiceField(choices=["UTF8", "ASCII", "HTML", "URI", "QRCODE"], default="UTF8")


class NewMessageSerializer(serializers.Serializer[Any]):
    """More than one text: 2.1."""

    texts = TextSerializer(many=True, allow_empty=False)
    priority = serializers.ChoiceField(choices=["NormalCycle", "InFront", "AlwaysFront"], default="NormalCycle")
    state = serializers.CharField(default="", max_length=11, allow_blank=True)
    start = serializers.DateTimeField(required=False)
    end = serializers.DateTimeField(required=False)
    transaction = serializers.CharField(default="", max_length=36, allow_blank=True)
    component = serializers.CharField(default="", max_length=50, allow_blank=True)
    message_id = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="replaces the one with this number"
    )


class MessageView(mixins.ListModelMixin, mixins.RetrieveModelMixin, OfStation):
    """Messages on the displays of one station, by their number."""

    queryset = DisplayMessage.objects.all()
    serializer_class = MessageSerializer
    filterset_fields = ("standing", "priority")
    lookup_field = "message_id"
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(
        summary="Show a message", request=NewMessageSerializer, responses={202: MessageSerializer, **REFUSED}
    )
    def create(self, request: Request, identity: str) -> Response:
        """Read it until the station has answered."""
        asked, station = said(NewMessageSerializer, request), station_of(identity)
        number = asked.get("message_id", displays.next_id(station))
        display = displays.display(
            number, asked["priority"], asked["texts"], asked["state"], asked.get("start"), asked.get("end"),
            asked["transaction"], asked["component"],
        )  # fmt: skip
        with refusing():
            row = displays.show(station, display, by=who(request))
        return Response(MessageSerializer(row).data, ACCEPTED)

    @extend_schema(summary="Take a message off", responses={202: CallSerializer, **REFUSED})
    def destroy(self, request: Request, identity: str, message_id: str) -> Response:
        """O05."""
        row = get_object_or_404(self.get_queryset(), message_id=message_id)
        with refusing():
            made = displays.hide(row, by=who(request))
        return Response(CallSerializer(made).data, ACCEPTED)

    @extend_schema(summary="Have messages listed", request=None, responses={202: EnquirySerializer, **REFUSED})
    @action(detail=False, methods=["post"])
    def report(self, request: Request, identity: str) -> Response:
        """Read the enquiry until it is whole."""
        with refusing():
            row = displays.ask(station_of(identity), by=who(request))
        return Response(EnquirySerializer(row).data, ACCEPTED)
