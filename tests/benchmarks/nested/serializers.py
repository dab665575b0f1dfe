"""Nested ModelSerializers, one for each level."""

from __future__ import annotations

from rest_framework import serializers

from tests.benchmarks.nested.models import Connector, Evse, Location


class ConnectorSerializer(serializers.ModelSerializer[Connector]):
    id = serializers.CharField(source="connector_id")

    class Meta:
        model = Connector
        fields = (
            "id", "standard", "format", "power_type", "max_voltage", "max_amperage", "max_electric_power",
            "tariff_ids", "last_updated",
        )  # fmt: skip


class EvseSerializer(serializers.ModelSerializer[Evse]):
    connectors = ConnectorSerializer(many=True)

    class Meta:
        model = Evse
        fields = ("uid", "evse_id", "status", "capabilities", "connectors", "last_updated")


class LocationSerializer(serializers.ModelSerializer[Location]):
    evses = EvseSerializer(many=True)
    coordinates = serializers.SerializerMethodField()

    class Meta:
        model = Location
        fields = (
            "country_code", "party_id", "id", "publish", "name", "address", "city", "postal_code", "country",
            "coordinates", "evses", "time_zone", "last_updated",
        )  # fmt: skip

    def get_coordinates(self, location: Location) -> dict[str, str]:
        """GeoLocation."""
        return {"latitude": location.latitude, "longitude": location.longitude}
