"""Blocks L and N for programs: firmware images, updates, campaigns, publications; logs with their files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ocppbridge.api.asking import refusing, said, station_of, who
from ocppbridge.api.verbs import REFUSED
from ocppbridge.bridge import decisions
from ocppbridge.models import FirmwareCampaign, FirmwareImage, FirmwarePublication, FirmwareUpdate, LogRequest
from ocppbridge.services import campaigns, files, firmware, logs, publications
from roaming.api.reading import View

NUMBER = "[0-9]{1,9}"


class ImageSerializer(serializers.ModelSerializer[FirmwareImage]):
    """An image; files are uploaded in the admin."""

    signed = serializers.BooleanField(read_only=True)
    size = serializers.IntegerField(source="file.size", read_only=True, default=None)
    sha256 = serializers.CharField(source="file.sha256", read_only=True, default=None)

    class Meta:
        model = FirmwareImage
        fields = ["id", "name", "vendor", "model", "version", "url", "signed", "size", "sha256", "created_at"]


class UpdateSerializer(serializers.ModelSerializer[FirmwareUpdate]):
    """How far it is, with every word of the station."""

    steps = serializers.SerializerMethodField()

    class Meta:
        model = FirmwareUpdate
        fields = [
            "id", "image", "version", "signed", "retrieve_at", "install_at", "state", "status", "reason", "steps",
            "booted_version", "booted_at", "asked_at", "heard_at", "ended_at", "requested_by",
        ]  # fmt: skip

    def get_steps(self, row: FirmwareUpdate) -> list[str]:
        """In order."""
        return [one.status for one in row.steps.all()]


class NewUpdateSerializer(serializers.Serializer[Any]):
    """Which image, and when."""

    image = serializers.IntegerField()
    retrieve_at = serializers.DateTimeField(required=False)
    install_at = serializers.DateTimeField(required=False, help_text="of a 1.6 station: signed images only")
    retries = serializers.IntegerField(default=3, min_value=0, max_value=20)
    retry_interval = serializers.IntegerField(default=300, min_value=0, max_value=86_400)


class PublicationSerializer(serializers.ModelSerializer[FirmwarePublication]):
    """On a local controller."""

    locations = serializers.JSONField(read_only=True)

    class Meta:
        model = FirmwarePublication
        fields = ["id", "image", "checksum", "state", "status", "reason", "locations", "asked_at", "heard_at"]


class NewPublicationSerializer(serializers.Serializer[Any]):
    """Which image."""

    image = serializers.IntegerField()
    checksum = serializers.RegexField("^[0-9a-fA-F]{32}$", required=False, help_text="MD5, of an image elsewhere")


class LogSerializer(serializers.ModelSerializer[LogRequest]):
    """How far it is; `…/logs/<id>/file/` has the file once it is uploaded."""

    size = serializers.IntegerField(source="file.size", read_only=True, default=None)
    sha256 = serializers.CharField(source="file.sha256", read_only=True, default=None)

    class Meta:
        model = LogRequest
        fields = [
            "id", "kind", "since", "until", "state", "status", "reason", "filename", "size", "sha256", "asked_at",
            "heard_at", "ended_at", "expires_at", "requested_by",
        ]  # fmt: skip


class NewLogSerializer(serializers.Serializer[Any]):
    """Which log."""

    kind = serializers.ChoiceField(choices=list(logs.KINDS), default="DiagnosticsLog")
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    location = serializers.CharField(required=False, max_length=512, help_text="empty: a one-time URL of the hub")
    retries = serializers.IntegerField(default=3, min_value=0, max_value=20)
    retry_interval = serializers.IntegerField(default=60, min_value=0, max_value=86_400)


class CampaignSerializer(serializers.ModelSerializer[FirmwareCampaign]):
    """What goes where, how carefully, and how it goes."""

    stations = serializers.SerializerMethodField(help_text="how many are in which state")

    class Meta:
        model = FirmwareCampaign
        fields = [
            "id", "name", "image", "vendor", "model", "from_version", "identities", "canary", "percent", "stop_above",
            "tries", "window_from", "window_to", "state", "reason", "stations", "started_at", "ended_at",
        ]  # fmt: skip
        read_only_fields = ["state", "reason", "started_at", "ended_at"]

    def validate_identities(self, identities: str) -> str:
        """A slip of the pen is told."""
        missing = campaigns.unknown(identities)
        if missing:
            raise ValidationError("no such station: " + ", ".join(missing[:20]))
        return identities

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Half a window is none."""
        if (attrs.get("window_from") is None) != (attrs.get("window_to") is None):
            raise ValidationError(campaigns.HALF_A_WINDOW)
        return attrs

    def get_stations(self, row: FirmwareCampaign) -> dict[str, int]:
        """Of those that were chosen at its start."""
        return dict(campaigns.standing(row))


class OfStation(View[Any]):
    """Rows of one station."""

    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Any]:
        """Its own."""
        rows: QuerySet[Any] = super().get_queryset()
        return rows.filter(station=station_of(self.kwargs["identity"])).order_by("-pk")


class ImageView(mixins.ListModelMixin, mixins.RetrieveModelMixin, View[FirmwareImage]):
    """The images there are."""

    queryset = FirmwareImage.objects.select_related("file")
    serializer_class = ImageSerializer
    lookup_value_regex = NUMBER


class FirmwareView(mixins.ListModelMixin, mixins.RetrieveModelMixin, OfStation):
    """Updates of one station."""

    queryset = FirmwareUpdate.objects.prefetch_related("steps")
    serializer_class = UpdateSerializer
    filterset_fields = ("state",)

    @extend_schema(
        summary="Update the firmware", request=NewUpdateSerializer, responses={202: UpdateSerializer, **REFUSED}
    )
    def create(self, request: Request, identity: str) -> Response:
        """Read it until it has ended."""
        asked = said(NewUpdateSerializer, request)
        image = _one(FirmwareImage, asked.pop("image"))
        with refusing():
            row = firmware.update(station_of(identity), image, decisions.choices(), by=who(request), **asked)
        return Response(UpdateSerializer(row).data, status.HTTP_202_ACCEPTED)


class PublicationView(mixins.ListModelMixin, mixins.RetrieveModelMixin, OfStation):
    """What a local controller offers to its stations."""

    queryset = FirmwarePublication.objects.all()
    serializer_class = PublicationSerializer
    filterset_fields = ("state",)

    @extend_schema(
        summary="Publish firmware by a local controller", request=NewPublicationSerializer,
        responses={202: PublicationSerializer, **REFUSED},
    )  # fmt: skip
    def create(self, request: Request, identity: str) -> Response:
        """L03."""
        asked = said(NewPublicationSerializer, request)
        image = _one(FirmwareImage, asked["image"])
        with refusing():
            row = publications.publish(station_of(identity), image, checksum=asked.get("checksum", ""), by=who(request))
        return Response(PublicationSerializer(row).data, status.HTTP_202_ACCEPTED)

    @extend_schema(summary="Take it back", responses={202: PublicationSerializer, **REFUSED})
    def destroy(self, request: Request, identity: str, pk: str) -> Response:
        """L04."""
        row = get_object_or_404(self.get_queryset(), pk=pk)
        with refusing():
            publications.unpublish(row, by=who(request))
        return Response(PublicationSerializer(row).data, status.HTTP_202_ACCEPTED)


class LogView(mixins.ListModelMixin, mixins.RetrieveModelMixin, OfStation):
    """Logs of one station."""

    queryset = LogRequest.objects.select_related("file")
    serializer_class = LogSerializer
    filterset_fields = ("state", "kind")

    @extend_schema(summary="Have a log uploaded", request=NewLogSerializer, responses={202: LogSerializer, **REFUSED})
    def create(self, request: Request, identity: str) -> Response:
        """Read it until it has ended."""
        asked = said(NewLogSerializer, request)
        with refusing():
            row = logs.ask(station_of(identity), choices=decisions.choices(), requested_by=who(request), **asked)
        return Response(LogSerializer(row).data, status.HTTP_202_ACCEPTED)

    @extend_schema(summary="The file that came", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, url_path="file")
    def file(self, request: Request, identity: str, pk: str) -> StreamingHttpResponse:
        """As an attachment, whatever the station said of its type."""
        row = get_object_or_404(self.get_queryset(), pk=pk)
        if row.file is None:
            raise Http404
        answer = StreamingHttpResponse(files.pieces(row.file), content_type="application/octet-stream")
        answer["Content-Disposition"] = f'attachment; filename="{files.safe_name(row.file.name)}"'
        answer["X-Content-Type-Options"] = "nosniff"
        return answer


class CampaignView(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, View[FirmwareCampaign]):
    """One image for many stations, wave after wave."""

    queryset = FirmwareCampaign.objects.all()
    serializer_class = CampaignSerializer
    filterset_fields = ("state",)
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[FirmwareCampaign]:
        """A list counts the stations of all of them at once."""
        rows = super().get_queryset()
        return campaigns.counted(rows) if self.action == "list" else rows

    def perform_create(self, serializer: Any) -> None:
        """With who has made it."""
        serializer.save(created_by=who(self.request))

    @extend_schema(
        operation_id="firmware_campaigns_act",
        summary="Start, pause, resume, stop or retry",
        request=None,
        responses=CampaignSerializer,
    )
    @action(detail=True, methods=["post"], url_path="(?P<verb>start|pause|resume|stop|retry)")
    def act(self, request: Request, pk: str, verb: str) -> Response:
        """As the buttons of its page."""
        row = get_object_or_404(self.get_queryset(), pk=pk)
        with _now():
            match verb:
                case "start":
                    campaigns.start(row, timezone.now())
                case "pause":
                    campaigns.pause(row, who(request))
                case "resume":
                    campaigns.resume(row)
                case "stop":
                    campaigns.stop(row, f"stopped by {who(request)}", timezone.now())
                case _:
                    campaigns.retry(row)
        row.refresh_from_db()
        return Response(CampaignSerializer(row).data)


@contextmanager
def _now() -> Iterator[None]:
    try:
        yield
    except campaigns.NotNow as problem:
        raise ValidationError({"detail": str(problem)}) from None


def _one(model: type[Model], pk: int) -> Any:
    row = model._default_manager.filter(pk=pk).first()
    if row is None:
        raise ValidationError({model.__name__.removeprefix("Firmware").lower(): ["there is none with this id"]})
    return row
