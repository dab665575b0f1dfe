"""Stored objects as JSON: the columns that can be asked for, and the OCPI object itself. Amounts are strings: exact."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from roaming.models import Cdr, Evse, Location, Session, Tariff
from roaming.ocpi import json

COLUMNS = ["id", "country_code", "party_id", "last_updated", "listed_at"]


@extend_schema_field(OpenApiTypes.OBJECT)
class Document(serializers.Field[Any, Any, Any, Any]):
    """The OCPI object as its owner wrote it; numbers with a fraction as strings, digit for digit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: str) -> Any:
        """DRF would make floats of the decimals."""
        return _exact(json.loads(value))


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {name: _exact(one) for name, one in value.items()}
    return [_exact(one) for one in value] if isinstance(value, list) else value


class Stored(serializers.ModelSerializer[Any]):
    """What all of them have."""

    document = Document()


class SessionSerializer(Stored):
    """One session."""

    session_id = serializers.CharField(source="object_id", read_only=True)

    class Meta:
        model = Session
        fields = [
            *COLUMNS,
            "session_id",
            "status",
            "start_date_time",
            "end_date_time",
            "kwh",
            "currency",
            "total_cost",
            "token_country_code",
            "token_party_id",
            "token_uid",
            "location_id",
            "evse_uid",
            "authorization_reference",
            "document",
        ]


class CdrSerializer(Stored):
    """One CDR; ``bill`` says for each priced line why it is there."""

    cdr_id = serializers.CharField(source="object_id", read_only=True)
    session_id = serializers.CharField(source="session_key", read_only=True)
    bill = serializers.JSONField(read_only=True)

    class Meta:
        model = Cdr
        fields = [
            *COLUMNS,
            "cdr_id",
            "session_id",
            "start_date_time",
            "end_date_time",
            "currency",
            "total_energy",
            "total_cost_excl_vat",
            "total_cost_incl_vat",
            "credit",
            "credit_reference_id",
            "token_country_code",
            "token_party_id",
            "token_uid",
            "authorization_reference",
            "bill",
            "document",
        ]


class EvseSerializer(serializers.ModelSerializer[Evse]):
    """One EVSE in short; its connectors stand in the location's document."""

    class Meta:
        model = Evse
        fields = ["uid", "evse_id", "status", "tariff_ids", "last_updated"]


class LocationSerializer(Stored):
    """One location with its EVSEs."""

    location_id = serializers.CharField(source="object_id", read_only=True)
    evses = EvseSerializer(many=True, read_only=True)
    operator = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_operator(self, location: Any) -> Any:
        """BusinessDetails: the location's own, or else those of its owner's role (LOC-26)."""
        named = json.loads(location.document).get("operator")
        return _exact(named or location.party_details or {"name": location.party_name or ""})

    class Meta:
        model = Location
        fields = [
            *COLUMNS,
            "location_id",
            "name",
            "address",
            "city",
            "country",
            "time_zone",
            "publish",
            "operator",
            "evses",
            "document",
        ]


class TariffSerializer(Stored):
    """One tariff."""

    tariff_id = serializers.CharField(source="object_id", read_only=True)

    class Meta:
        model = Tariff
        fields = [*COLUMNS, "tariff_id", "currency", "type", "start_date_time", "end_date_time", "document"]
