"""The peer's list: the hub's own authentication and visibility, then pagination and serializers as DRF has them."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.generics import ListAPIView
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

from roaming.authentication import Caller, authenticate
from roaming.incoming import Incoming
from roaming.models import Agreement
from tests.benchmarks.nested.models import Location
from tests.benchmarks.nested.serializers import LocationSerializer


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Caller]:
        """The hub's own."""
        caller = authenticate(Incoming(request._request.META), timezone.now())
        return caller.platform, caller


class Pages(LimitOffsetPagination):
    default_limit = 100
    max_limit = 100


class Locations(ListAPIView[Location]):
    authentication_classes = (TokenAuthentication,)
    permission_classes = ()
    serializer_class = LocationSerializer
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Location]:
        """What the caller's parties may see: owners with an agreement, or without any where the hub is open."""
        parties = [party.pk for party in self.request.user.parties.all()]  # type: ignore[union-attr]
        pair = Agreement.objects.filter(
            emsp__in=parties, cpo__country_code=OuterRef("country_code"), cpo__party_id=OuterRef("party_id")
        )
        now = timezone.now()
        holds = pair.filter(
            Q(valid_from=None) | Q(valid_from__lte=now), Q(valid_until=None) | Q(valid_until__gt=now),
            Q(modules=[]) | Q(modules__contains=["locations"]), suspended=False,
        )  # fmt: skip
        rows = Location.objects.filter(Q(Exists(holds)) | ~Q(Exists(pair)))
        return rows.prefetch_related("evses__connectors").order_by("number")
