"""Typed verbs, the same for every OCPP version: reset, unlock, trigger, availability, network.

Each is queued and answered with 202 and the call, to be read until it has settled; what the station's version has no
word for is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from ocppbridge.api.asking import refusing, said, station_of, who
from ocppbridge.api.serializers import CallSerializer
from ocppbridge.charging.intents import ChangeAvailability, Intent, Reset, SetNetwork, Trigger, Unlock, When
from ocppbridge.charging.tokens import STATION, Place
from ocppbridge.models import Call
from ocppbridge.services import calls
from roaming.api.reading import View

Said = Mapping[str, Any]
REFUSED = {400: OpenApiResponse(description="The station's version or state does not allow it; `detail` says why")}
_WHEN = {"now": When.NOW, "idle": When.IDLE, "resume": When.RESUME}


class VerbSerializer(serializers.Serializer[Any]):
    """How long it may wait for a station that is away."""

    expires_in = serializers.IntegerField(default=600, min_value=1, max_value=86_400, help_text="seconds")


class PlacedSerializer(VerbSerializer):
    """Where: nothing for the whole station."""

    evse = serializers.IntegerField(required=False, min_value=1, help_text="OCPP's evseId; 1.6: the connectorId")
    connector = serializers.IntegerField(required=False, min_value=1, help_text="of the EVSE (2.x)")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A connector is one of an EVSE."""
        if "connector" in attrs and "evse" not in attrs:
            raise serializers.ValidationError({"connector": ["name its EVSE too"]})
        return attrs


class ResetSerializer(VerbSerializer):
    """A restart."""

    when = serializers.ChoiceField(choices=list(_WHEN), default="idle", help_text="resume: 2.1 only")
    evse = serializers.IntegerField(required=False, min_value=1, help_text="only this one (2.x)")


class UnlockSerializer(PlacedSerializer):
    """A cable."""

    evse = serializers.IntegerField(min_value=1)


class TriggerSerializer(PlacedSerializer):
    """A message that the station shall send now."""

    message = serializers.CharField(max_length=50, help_text="such as StatusNotification")
    custom = serializers.CharField(required=False, max_length=50, help_text="the vendor's own (2.1 CustomTrigger)")


class AvailabilitySerializer(PlacedSerializer):
    """In or out of service."""

    operative = serializers.BooleanField()


class NetworkSerializer(VerbSerializer):
    """A way to a CSMS (2.x)."""

    slot = serializers.IntegerField(min_value=0)
    url = serializers.CharField(max_length=512)
    security_profile = serializers.IntegerField(min_value=0, max_value=3)
    interface = serializers.CharField(default="Wired0", max_length=20)
    timeout = serializers.IntegerField(default=30, min_value=1, max_value=600)
    version = serializers.CharField(required=False, max_length=20, help_text="OCPP16, OCPP20, OCPP21; else its own")
    identity = serializers.CharField(required=False, max_length=48, help_text="2.1 only")
    password = serializers.CharField(required=False, max_length=64, help_text="2.1 only; kept from journals")
    apn = serializers.DictField(required=False, help_text="APNType")
    vpn = serializers.DictField(required=False, help_text="VPNType")


def place(asked: Said) -> Place:
    """As the caller named it."""
    return Place(asked["evse"], asked.get("connector")) if "evse" in asked else STATION


class VerbView(View[Call]):
    """One verb; `asks` reads it, `intent` says it."""

    queryset = Call.objects.select_related("station")
    asks: type[serializers.Serializer[Any]] = VerbSerializer

    def get_serializer_class(self) -> type[serializers.Serializer[Any]]:
        """For the documentation."""
        return self.asks

    def intent(self, asked: Said) -> Intent:
        """The verb."""
        raise TypeError(f"{type(self).__name__} says nothing")

    @extend_schema(responses={202: CallSerializer, **REFUSED})
    def create(self, request: Request, identity: str) -> Response:
        """Queued at once, sent as soon as the station is there; read the call until it is settled."""
        station, asked = station_of(identity), said(self.asks, request)
        patience = timedelta(seconds=asked.pop("expires_in"))
        with refusing():
            call = calls.queue(
                station, self.intent(asked), purpose="api", requested_by=who(request), expires_in=patience
            )
        url = reverse("call-detail", args=(call.pk,), request=request)
        return Response(CallSerializer(call).data, status.HTTP_202_ACCEPTED, headers={"Location": url})


class ResetView(VerbView):
    """Restart a station, or one EVSE of it."""

    asks = ResetSerializer

    def intent(self, asked: Said) -> Intent:
        """B11, B12."""
        return Reset(_WHEN[asked["when"]], asked.get("evse"))


class UnlockView(VerbView):
    """Release a cable."""

    asks = UnlockSerializer

    def intent(self, asked: Said) -> Intent:
        """F05."""
        return Unlock(place(asked))


class TriggerView(VerbView):
    """Have a message sent now."""

    asks = TriggerSerializer

    def intent(self, asked: Said) -> Intent:
        """F06."""
        return Trigger(asked["message"], place(asked), asked.get("custom"))


class AvailabilityView(VerbView):
    """Take a station, an EVSE or a connector out of service, or put it back."""

    asks = AvailabilitySerializer

    def intent(self, asked: Said) -> Intent:
        """G03, G04."""
        return ChangeAvailability(asked["operative"], place(asked))


class NetworkView(VerbView):
    """Store a way to a CSMS in a slot."""

    asks = NetworkSerializer

    def intent(self, asked: Said) -> Intent:
        """B09."""
        return SetNetwork(**asked)
