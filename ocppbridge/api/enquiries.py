"""Questions whose answers come in pages, for programs; what a station keeps of a customer is one."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from ocppbridge.api.asking import refusing, said, station_of, who
from ocppbridge.api.firmware import OfStation
from ocppbridge.api.verbs import REFUSED
from ocppbridge.charging.tokens import CARD, TYPES, IdToken
from ocppbridge.models import Enquiry
from ocppbridge.services import customers

ACCEPTED = status.HTTP_202_ACCEPTED


class EnquirySerializer(serializers.ModelSerializer[Enquiry]):
    """How far a question is whose answer comes in pages."""

    parts = serializers.JSONField(read_only=True)
    told = serializers.SerializerMethodField(help_text="what the station keeps of a customer, until it is erased")

    class Meta:
        model = Enquiry
        fields = [
            "id", "kind", "about", "state", "reason", "parts", "last_part", "entries", "told", "asked_at", "heard_at",
            "erased_at", "requested_by",
        ]  # fmt: skip

    def get_told(self, row: Enquiry) -> str | None:
        """Of a customer only."""
        return customers.told(row) if row.kind == Enquiry.Kind.CUSTOMER and row.erased_at is None else None


class CustomerSerializer(serializers.Serializer[Any]):
    """Named by exactly one of the last three."""

    report = serializers.BooleanField(default=True)
    clear = serializers.BooleanField(default=False)
    token = serializers.CharField(required=False, max_length=255)
    token_type = serializers.ChoiceField(choices=TYPES, default=CARD)
    identifier = serializers.CharField(required=False, max_length=64)
    certificate = serializers.DictField(required=False, help_text="CertificateHashData")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """N09.FR.01."""
        if sum(name in attrs for name in ("token", "identifier", "certificate")) != 1:
            raise serializers.ValidationError("name one of token, identifier and certificate")
        return attrs


class CustomerView(OfStation):
    """What a station keeps of a customer."""

    queryset = Enquiry.objects.filter(kind=Enquiry.Kind.CUSTOMER)
    serializer_class = EnquirySerializer

    @extend_schema(
        summary="Report or clear customer information", request=CustomerSerializer,
        responses={202: EnquirySerializer, **REFUSED},
    )  # fmt: skip
    def create(self, request: Request, identity: str) -> Response:
        """Read the enquiry until it is whole: it has what was told, until it is erased."""
        asked = said(CustomerSerializer, request)
        token = IdToken(asked["token"], asked["token_type"]) if "token" in asked else None
        with refusing():
            row = customers.ask(
                station_of(identity), report=asked["report"], clear=asked["clear"], token=token,
                certificate=asked.get("certificate"), identifier=asked.get("identifier", ""), by=who(request),
            )  # fmt: skip
        return Response(EnquirySerializer(row).data, ACCEPTED)

    @extend_schema(summary="Erase what was told", responses={204: None})
    def destroy(self, request: Request, identity: str, pk: str) -> Response:
        """For good; that it was asked stays."""
        customers.erase(get_object_or_404(self.get_queryset(), pk=pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class EnquiryView(mixins.ListModelMixin, mixins.RetrieveModelMixin, OfStation):
    """Questions whose answers come in pages."""

    queryset = Enquiry.objects.all()
    serializer_class = EnquirySerializer
    filterset_fields = ("kind", "state")
