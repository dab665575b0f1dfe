"""What lists of the station part can be narrowed by."""

from __future__ import annotations

from django_filters import rest_framework as filters

from ocppbridge.models import Call, Station, Transaction


class StationFilter(filters.FilterSet):
    """Whose, where, in which state."""

    online = filters.BooleanFilter(field_name="connection", lookup_expr="isnull", exclude=True)
    evse_status = filters.CharFilter(field_name="evses__status", distinct=True)

    class Meta:
        model = Station
        fields = ["identity", "country_code", "party_id", "location_id", "blocked", "subprotocol", "vendor"]


class CallFilter(filters.FilterSet):
    """To whom, what, how far."""

    station = filters.CharFilter(field_name="station__identity")

    class Meta:
        model = Call
        fields = ["action", "state", "purpose", "correlation_id", "reference"]


class TransactionFilter(filters.FilterSet):
    """Where, whose, when."""

    station = filters.CharFilter(field_name="station__identity")
    started_after = filters.IsoDateTimeFilter(field_name="started_at", lookup_expr="gte")
    started_before = filters.IsoDateTimeFilter(field_name="started_at", lookup_expr="lt")

    class Meta:
        model = Transaction
        fields = ["state", "session_id", "transaction_id", "wire_id", "token_owner", "evse_number"]
