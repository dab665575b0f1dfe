"""What lists of the roaming part can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from roaming.models import Cdr, Location, Session, Tariff


class Folded(filters.CharFilter):
    """Ids are compared without regard to case (TYP-03), by index: the column holds them folded."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """As they are stored."""
        return super().filter(qs, value.upper() if value else value)


class SessionFilter(filters.FilterSet):
    """Of whom, where, in which state, since when."""

    session_id = Folded(field_name="object_key")
    changed_after = filters.IsoDateTimeFilter(field_name="listed_at", lookup_expr="gte")
    started_after = filters.IsoDateTimeFilter(field_name="start_date_time", lookup_expr="gte")
    started_before = filters.IsoDateTimeFilter(field_name="start_date_time", lookup_expr="lt")

    class Meta:
        model = Session
        fields = [
            "status",
            "country_code",
            "party_id",
            "token_country_code",
            "token_party_id",
            "token_uid",
            "location_id",
        ]


class CdrFilter(filters.FilterSet):
    """Of whom, for which session, since when."""

    cdr_id = Folded(field_name="object_key")
    session_id = Folded(field_name="session_key")
    changed_after = filters.IsoDateTimeFilter(field_name="listed_at", lookup_expr="gte")
    ended_after = filters.IsoDateTimeFilter(field_name="end_date_time", lookup_expr="gte")
    ended_before = filters.IsoDateTimeFilter(field_name="end_date_time", lookup_expr="lt")

    class Meta:
        model = Cdr
        fields = ["country_code", "party_id", "token_country_code", "token_party_id", "token_uid", "currency", "credit"]


class LocationFilter(filters.FilterSet):
    """Whose, and where."""

    location_id = Folded(field_name="object_key")
    changed_after = filters.IsoDateTimeFilter(field_name="listed_at", lookup_expr="gte")

    class Meta:
        model = Location
        fields = ["country_code", "party_id", "city", "country", "publish"]


class TariffFilter(filters.FilterSet):
    """Whose."""

    tariff_id = Folded(field_name="object_key")
    changed_after = filters.IsoDateTimeFilter(field_name="listed_at", lookup_expr="gte")

    class Meta:
        model = Tariff
        fields = ["country_code", "party_id", "currency", "type"]
