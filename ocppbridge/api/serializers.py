"""Stations, calls and transactions as JSON. Energy is in Wh, power in W; decimals are strings: exact."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ocppbridge.models import Call, Connector, Evse, MeterReading, Station, Transaction


class ConnectorSerializer(serializers.ModelSerializer[Connector]):
    """As the station reported it last, in its own version's words."""

    class Meta:
        model = Connector
        fields = ["number", "state", "error_code", "info", "vendor_error_code", "state_at"]


class StationEvseSerializer(serializers.ModelSerializer[Evse]):
    """``status`` is the OCPI status derived from the connectors."""

    connectors = ConnectorSerializer(many=True, read_only=True)

    class Meta:
        model = Evse
        fields = ["number", "uid", "status", "status_at", "connectors"]


class StationSerializer(serializers.ModelSerializer[Station]):
    """A station with its state. Never its password."""

    online = serializers.BooleanField(read_only=True)
    evses = StationEvseSerializer(many=True, read_only=True)

    class Meta:
        model = Station
        fields = [
            "identity",
            "name",
            "country_code",
            "party_id",
            "location_id",
            "online",
            "last_seen_at",
            "blocked",
            "security_minimum",
            "security_profile",
            "boot_status",
            "booted_at",
            "subprotocol",
            "vendor",
            "model",
            "serial_number",
            "firmware_version",
            "evses",
            "created_at",
        ]


class CallSerializer(serializers.ModelSerializer[Call]):
    """A call to a station. ``state`` ends as answered, refused or unanswered; secrets in the payload are masked."""

    station = serializers.CharField(source="station.identity", read_only=True)
    payload = serializers.JSONField(read_only=True)
    answer = serializers.JSONField(read_only=True)
    settled = serializers.SerializerMethodField(help_text="whether `state` is final")

    class Meta:
        model = Call
        fields = [
            "id",
            "station",
            "action",
            "payload",
            "state",
            "settled",
            "outcome",
            "answer",
            "error_code",
            "error_description",
            "created_at",
            "expires_at",
            "sent_at",
            "settled_at",
            "purpose",
            "reference",
            "correlation_id",
            "requested_by",
        ]

    def get_settled(self, call: Call) -> bool:
        """No need to ask again."""
        return call.state not in (Call.State.QUEUED, Call.State.SENT)


class NewCallSerializer(serializers.Serializer[Any]):
    """What to ask a station for, in the station's own OCPP version."""

    action = serializers.CharField(max_length=50, help_text="such as Reset or GetConfiguration")
    payload = serializers.DictField(
        required=False, default=dict, help_text="checked against the official schema, sent unchanged"
    )
    expires_in = serializers.IntegerField(
        required=False, default=600, min_value=1, max_value=86_400, help_text="seconds that it may wait for the station"
    )


class TransactionSerializer(serializers.ModelSerializer[Transaction]):
    """A transaction as the station reported it."""

    station = serializers.CharField(source="station.identity", read_only=True)
    findings = serializers.JSONField(read_only=True)

    class Meta:
        model = Transaction
        fields = [
            "id",
            "station",
            "evse_number",
            "connector_number",
            "state",
            "charging_state",
            "started_at",
            "ended_at",
            "energy_import",
            "energy_export",
            "meter_start",
            "meter_stop",
            "stop_reason",
            "session_id",
            "cdr_id",
            "transaction_id",
            "wire_id",
            "id_token",
            "token_owner",
            "authorization",
            "auth_method",
            "authorization_reference",
            "offline",
            "findings",
            "last_news_at",
            "silent_since",
            "closed_by",
            "released_at",
        ]


class ReadingSerializer(serializers.ModelSerializer[MeterReading]):
    """One meter value, normalised."""

    class Meta:
        model = MeterReading
        fields = ["at", "context", "energy_import", "energy_export", "power", "current", "soc"]
