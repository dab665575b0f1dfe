"""Block B for programs: registration, settings read and written, device reports, desired configuration.

Settings are named by one text: `HeartbeatInterval`, `OCPPCommCtrlr.HeartbeatInterval`, `A[x]@1.2.B[y]#Target`; either
of the first two is understood for a station of every version.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ocppbridge.api.asking import refusing, said, station_of, who
from ocppbridge.api.serializers import CallSerializer
from ocppbridge.api.verbs import REFUSED
from ocppbridge.charging.variables import named, text
from ocppbridge.models import Call, DeviceReport, Setting, Station, WantedSetting
from ocppbridge.services import configuration, device_model, registration, variables
from ocppbridge.versions import secrets
from roaming.api.reading import View


class RegistrationSerializer(serializers.Serializer[Any]):
    """What its boots are answered."""

    boot_status = serializers.ChoiceField(choices=Station.Boot.choices)


class SettingSerializer(serializers.ModelSerializer[Setting]):
    """As last reported, with what came of the last write."""

    setting = serializers.SerializerMethodField()

    class Meta:
        model = Setting
        fields = [
            "setting", "value", "mutability", "constant", "persistent", "data_type", "unit", "least", "most",
            "choices", "monitored", "reported_at", "written", "write_status", "write_reason", "written_at",
        ]  # fmt: skip

    def get_setting(self, row: Setting) -> str:
        """Its name."""
        return str(row)


class NamesSerializer(serializers.Serializer[Any]):
    """Which settings."""

    settings = serializers.ListField(child=serializers.CharField(max_length=300), min_length=1, max_length=1000)


class ValuesSerializer(serializers.Serializer[Any]):
    """Which settings, and to what."""

    settings = serializers.DictField(child=serializers.CharField(max_length=2500, allow_blank=True))


class NewReportSerializer(serializers.Serializer[Any]):
    """An inventory, or part of it: only these settings, only components in such a state (2.x)."""

    inventory = serializers.ChoiceField(choices=list(device_model.INVENTORIES), default=device_model.FULL)
    settings = serializers.ListField(child=serializers.CharField(max_length=300), required=False)
    criteria = serializers.MultipleChoiceField(choices=["Active", "Available", "Enabled", "Problem"], required=False)


class ReportSerializer(serializers.ModelSerializer[DeviceReport]):
    """How far it is."""

    parts = serializers.JSONField(read_only=True)
    rest: Any = serializers.PrimaryKeyRelatedField(
        many=True, read_only=True, help_text="further reports, where the station takes no more variables at a time"
    )

    class Meta:
        model = DeviceReport
        fields = [
            "id", "rest",
            "inventory", "state", "reason", "parts", "last_part", "entries", "tries", "asked_at", "heard_at",
            "requested_by",
        ]  # fmt: skip


class StandingSerializer(serializers.Serializer[Any]):
    """What is wanted of a station and what it has, setting by setting."""

    state = serializers.CharField(help_text="checking, same, differs, writing, reboot, refused, or empty")
    wanted = serializers.DictField(child=serializers.CharField())
    own = serializers.DictField(child=serializers.CharField(), help_text="of this station alone")
    differing = serializers.DictField(help_text="setting → {wanted, found, why}")
    awaiting_reboot = serializers.ListField(child=serializers.CharField())
    unsayable = serializers.ListField(child=serializers.CharField(), help_text="unknown to its OCPP version")
    tries = serializers.IntegerField()
    next_at = serializers.DateTimeField(allow_null=True)


class RegistrationView(View[Station]):
    """B01 to B03."""

    queryset = Station.objects.all()
    serializer_class = RegistrationSerializer

    @extend_schema(summary="Accept, hold or reject a station", responses={202: RegistrationSerializer})
    def create(self, request: Request, identity: str) -> Response:
        """If it is connected it is asked to boot, else it hears of it at its next boot."""
        asked = said(RegistrationSerializer, request)
        registration.decide(station_of(identity), asked["boot_status"], by=who(request))
        return Response(asked, status.HTTP_202_ACCEPTED)


class SettingView(mixins.ListModelMixin, View[Setting]):
    """What a station has."""

    queryset = Setting.objects.all()
    serializer_class = SettingSerializer
    filterset_fields = ("component", "name", "mutability", "write_status")

    def get_queryset(self) -> QuerySet[Setting]:
        """Its own."""
        return super().get_queryset().filter(station=station_of(self.kwargs["identity"]))

    @extend_schema(
        summary="Write settings", request=ValuesSerializer, responses={202: CallSerializer(many=True), **REFUSED}
    )
    def create(self, request: Request, identity: str) -> Response:
        """In as many calls as the station's limits make of it; read them until they are settled."""
        values = [(named(name), value) for name, value in said(ValuesSerializer, request)["settings"].items()]
        with refusing():
            made = variables.write(station_of(identity), values, purpose="api", requested_by=who(request))
        return _made(made)


class SettingReadView(View[Call]):
    """B06."""

    queryset = Call.objects.all()
    serializer_class = NamesSerializer

    @extend_schema(summary="Read settings anew", responses={202: CallSerializer(many=True), **REFUSED})
    def create(self, request: Request, identity: str) -> Response:
        """In as many calls as the station's limits make of it; read them until they are settled."""
        names = [named(name) for name in said(NamesSerializer, request)["settings"]]
        with refusing():
            made = variables.read(station_of(identity), names, purpose="api", requested_by=who(request))
        return _made(made)


class ReportView(mixins.ListModelMixin, mixins.RetrieveModelMixin, View[DeviceReport]):
    """B07, B08: reports that were asked for."""

    queryset = DeviceReport.objects.all()
    serializer_class = ReportSerializer
    filterset_fields = ("state",)
    lookup_value_regex = "[0-9]{1,9}"

    def get_queryset(self) -> QuerySet[DeviceReport]:
        """Its own."""
        return super().get_queryset().filter(station=station_of(self.kwargs["identity"]))

    @extend_schema(
        summary="Have the device model reported", request=NewReportSerializer,
        responses={202: ReportSerializer, **REFUSED},
    )  # fmt: skip
    def create(self, request: Request, identity: str) -> Response:
        """Read it until it is whole; its settings are there part by part."""
        asked = said(NewReportSerializer, request)
        names, criteria = tuple(map(named, asked.get("settings", ()))), tuple(sorted(asked.get("criteria", ())))
        with refusing():
            row = device_model.ask(
                station_of(identity), asked["inventory"], variables=names, criteria=criteria, requested_by=who(request)
            )
        return Response(ReportSerializer(row).data, status.HTTP_202_ACCEPTED)


class ConfigurationView(View[WantedSetting]):
    """Desired configuration of one station."""

    queryset = WantedSetting.objects.all()
    serializer_class = StandingSerializer
    pagination_class = None  # type: ignore[assignment]  # one object

    @extend_schema(summary="What is wanted of a station, and what differs", responses=StandingSerializer)
    def list(self, request: Request, identity: str) -> Response:
        """As of what it said last; the templates' wishes and its own."""
        return Response(_standing(station_of(identity)))

    @extend_schema(
        summary="Say what is wanted of this station alone", request=ValuesSerializer,
        responses={200: StandingSerializer, **REFUSED},
    )  # fmt: skip
    def create(self, request: Request, identity: str) -> Response:
        """Replaces what was wanted of it alone; templates stay. It is compared as soon as the station is there."""
        station, wanted = station_of(identity), said(ValuesSerializer, request)["settings"]
        if secret := [name for name in wanted if secrets.is_secret(named(name).name)]:
            raise ValidationError({"settings": [f"{secret[0]}: a secret is not kept here"]})
        with transaction.atomic():
            station.wanted.all().delete()
            for name, value in wanted.items():
                columns = WantedSetting.columns(named(name))
                WantedSetting.objects.update_or_create(station=station, **columns, defaults={"value": value})
            configuration.changed(timezone.now(), station)
        return Response(_standing(station))


class ConfigurationApplyView(View[WantedSetting]):
    """The wish carried out."""

    queryset = WantedSetting.objects.all()
    serializer_class = StandingSerializer

    @extend_schema(summary="Write what differs now", request=None, responses={202: StandingSerializer, **REFUSED})
    def create(self, request: Request, identity: str) -> Response:
        """Whatever was refused before; then the station is read again."""
        station = station_of(identity)
        with refusing():
            configuration.apply(station, timezone.now(), by=who(request))
        return Response(_standing(station), status.HTTP_202_ACCEPTED)


def _standing(station: Station) -> dict[str, Any]:
    with refusing():
        found = configuration.standing(station)
    row = getattr(station, "conformity", None)
    return {
        "state": row.state if row else "",
        "wanted": {text(variable): value for variable, value in found.wanted.items()},
        "own": {str(one): one.value for one in station.wanted.all()},
        "differing": {
            text(one.variable): {"wanted": one.wanted, "found": one.found, "why": str(one.kind)} for one in found.drifts
        },
        "awaiting_reboot": sorted(map(text, found.awaiting_reboot)),
        "unsayable": found.unsayable,
        "tries": row.tries if row else 0,
        "next_at": row.next_at if row else None,
    }


def _made(made: list[Call]) -> Response:
    return Response(CallSerializer(made, many=True).data, status.HTTP_202_ACCEPTED)
