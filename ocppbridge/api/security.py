"""How stations prove who they are, for programs: passwords sent or set, profiles raised, certificates, events.

What is asked of a station is queued and answered with 202 and the call, to be read until it has settled. A password is
in an answer only where the caller must set it on the station himself, and then once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ocppbridge.api.serializers import CallSerializer
from ocppbridge.bridge import decisions
from ocppbridge.charging.certificates import BadCertificate
from ocppbridge.charging.intents import CertificateUse
from ocppbridge.models import Call, PasswordChange, ProfileUpgrade, SecurityEvent, Station, StationCertificate
from ocppbridge.services import calls, certificates, password_changes, passwords, profiles
from roaming.api.reading import ReadView, View

REFUSALS = (
    calls.NotOffered,
    calls.InvalidPayload,
    passwords.WeakPassword,
    password_changes.UnderWay,
    profiles.CannotRaise,
    BadCertificate,
)


class NewPasswordSerializer(serializers.Serializer[Any]):
    """A new password for a station."""

    password = serializers.CharField(
        required=False, max_length=72, trim_whitespace=False, help_text="at least 16 bytes; one is made if left out"
    )
    by_hand = serializers.BooleanField(
        default=False, help_text="false: the hub sends it over the socket; true: you set it on the station yourself"
    )


class PasswordSetSerializer(serializers.Serializer[Any]):
    """Shown this once."""

    password = serializers.CharField()


class NewSecurityProfileSerializer(serializers.Serializer[Any]):
    """The security profile to move to; the rest is for 2.x."""

    profile = serializers.ChoiceField(choices=[1, 2, 3])
    slot = serializers.IntegerField(default=2, min_value=1, max_value=100)
    url = serializers.CharField(required=False, default="", max_length=512, allow_blank=True)
    interface = serializers.CharField(default="Wired0", max_length=20)


class ProfileUpgradeSerializer(serializers.ModelSerializer[ProfileUpgrade]):
    """Done when the station has connected with it."""

    class Meta:
        model = ProfileUpgrade
        fields = ["id", "target", "slot", "url", "state", "reason", "made_at", "ended_at", "requested_by"]


class CertificateSerializer(serializers.ModelSerializer[StationCertificate]):
    """A certificate on a station, or on its way to it."""

    station = serializers.CharField(source="station.identity", read_only=True)
    hashes = serializers.JSONField(read_only=True)

    class Meta:
        model = StationCertificate
        fields = [
            "id",
            "station",
            "use",
            "state",
            "origin",
            "subject",
            "issuer",
            "serial_number",
            "fingerprint",
            "not_before",
            "not_after",
            "revoked_at",
            "hashes",
            "chain",
        ]


class NewCertificateSerializer(serializers.Serializer[Any]):
    """A root that the station shall trust."""

    use = serializers.ChoiceField(choices=[use.value for use in CertificateUse if use != CertificateUse.V2G_CHAIN])
    certificate = serializers.CharField(max_length=20_000, help_text="PEM")


class SecurityEventSerializer(serializers.ModelSerializer[SecurityEvent]):
    """As the station reported it."""

    station = serializers.CharField(source="station.identity", read_only=True)

    class Meta:
        model = SecurityEvent
        fields = ["id", "station", "type", "urgency", "at", "received_at", "info"]


REFUSED = {400: OpenApiResponse(description="It cannot be done; `detail` says why")}


class StationPasswordView(View[PasswordChange]):
    """A01."""

    queryset = PasswordChange.objects.all()
    serializer_class = NewPasswordSerializer

    @extend_schema(
        summary="Give a station a new password",
        request=NewPasswordSerializer,
        responses={200: PasswordSetSerializer, 202: CallSerializer, **REFUSED},
    )
    def create(self, request: Request, identity: str) -> Response:
        """202: sent over the socket, both passwords are right until one is used. 200: set by hand, shown this once."""
        station, said = _station(identity), _said(NewPasswordSerializer, request)
        if not said["by_hand"]:
            with _refusing():
                change = password_changes.send(station, by=_who(request), password=said.get("password"))
            return _accepted(change.call)
        chosen = said.get("password") or passwords.new_password()
        with _refusing():
            short = decisions.allows_short_password(identity)
            password_changes.set_by_hand(station, chosen, now=timezone.now(), allow_short=short)
        return Response({"password": chosen}, headers={"Cache-Control": "no-store"})


class StationProfileView(mixins.ListModelMixin, View[ProfileUpgrade]):
    """A05."""

    queryset = ProfileUpgrade.objects.all()
    serializer_class = ProfileUpgradeSerializer

    def get_queryset(self) -> QuerySet[ProfileUpgrade]:
        """Its own."""
        return super().get_queryset().filter(station__identity=self.kwargs["identity"])

    @extend_schema(
        summary="Raise a station's security profile",
        request=NewSecurityProfileSerializer,
        responses={202: ProfileUpgradeSerializer, **REFUSED},
    )
    def create(self, request: Request, identity: str) -> Response:
        """Step by step; never down."""
        station, said = _station(identity), _said(NewSecurityProfileSerializer, request)
        target = int(said.pop("profile"))
        with _refusing():
            row = profiles.upgrade(station, target, by=_who(request), **said)
        return Response(ProfileUpgradeSerializer(row).data, status.HTTP_202_ACCEPTED)


class StationCertificateView(mixins.ListModelMixin, View[StationCertificate]):
    """What a station holds."""

    queryset = StationCertificate.objects.select_related("station")
    serializer_class = CertificateSerializer

    def get_queryset(self) -> QuerySet[StationCertificate]:
        """Its own."""
        return super().get_queryset().filter(station__identity=self.kwargs["identity"])

    @extend_schema(
        summary="Install a certificate on a station",
        request=NewCertificateSerializer,
        responses={202: CertificateSerializer, **REFUSED},
    )
    def create(self, request: Request, identity: str) -> Response:
        """M05."""
        station, said = _station(identity), _said(NewCertificateSerializer, request)
        with _refusing():
            row = certificates.install(station, CertificateUse(said["use"]), said["certificate"], by=_who(request))
        return Response(CertificateSerializer(row).data, status.HTTP_202_ACCEPTED)


class SecurityEventView(ReadView[SecurityEvent]):
    """A04: what stations reported, the newest first."""

    queryset = SecurityEvent.objects.select_related("station")
    serializer_class = SecurityEventSerializer
    filterset_fields = ("type", "urgency")
    lookup_value_regex = "[0-9]+"


def _station(identity: str) -> Station:
    return get_object_or_404(Station, identity=identity)


def _said(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    asked = kind(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _who(request: Request) -> str:
    return f"API: {request.user}"[:150]


def _accepted(call: Call | None) -> Response:
    return Response(CallSerializer(call).data if call else {}, status.HTTP_202_ACCEPTED)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except REFUSALS as problem:
        raise ValidationError({"detail": str(problem)}) from None
