"""Sessions, CDRs, locations and tariffs of everybody whose objects the hub holds: the operator of the hub sees all."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery

from roaming.api.filters import CdrFilter, LocationFilter, SessionFilter, TariffFilter
from roaming.api.reading import ReadView
from roaming.api.serializers import CdrSerializer, LocationSerializer, SessionSerializer, TariffSerializer
from roaming.models import Cdr, Location, Party, Session, Tariff


class SessionView(ReadView[Session]):
    """Charging sessions, the newest first."""

    queryset = Session.objects.all()
    serializer_class = SessionSerializer
    filterset_class = SessionFilter


class CdrView(ReadView[Cdr]):
    """Charge detail records, the newest first. They never change."""

    queryset = Cdr.objects.all()
    serializer_class = CdrSerializer
    filterset_class = CdrFilter


def _of_its_party(column: str) -> Subquery:
    owner = {"country_code": OuterRef("country_code"), "party_id": OuterRef("party_id"), "role": Party.Role.CPO}
    return Subquery(Party.objects.filter(**owner).values(column)[:1])


class LocationView(ReadView[Location]):
    """Locations with their EVSEs."""

    queryset = Location.objects.annotate(
        party_details=_of_its_party("business_details"), party_name=_of_its_party("name")
    ).prefetch_related("evses")
    serializer_class = LocationSerializer
    filterset_class = LocationFilter


class TariffView(ReadView[Tariff]):
    """Tariffs that have not been withdrawn."""

    queryset = Tariff.objects.filter(deleted_at=None)
    serializer_class = TariffSerializer
    filterset_class = TariffFilter
