"""Cars that may give energy back: what they need, what they are wished to do, and signals of the grid and the market.

Power in W, energy in Wh, as texts: exact. Charging is positive, discharging negative. What cannot be is a 400 whose
`detail` says why: the station does not offer it, the contract or the driver does not allow it, the car cannot do it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ocppbridge.api.asking import refusing, said, station_of, who
from ocppbridge.api.energy_words import (
    FiguresSerializer,
    NeedsSerializer,
    NewSignalSerializer,
    OfferSerializer,
    PlanPeriodSerializer,
    PlanSerializer,
    RuleSerializer,
    SignalSerializer,
    TransfersSerializer,
    WishSerializer,
)
from ocppbridge.api.verbs import REFUSED
from ocppbridge.bridge import energy_steering, grid_signals
from ocppbridge.charging.bidirectional import CannotPlan, Control, Wish
from ocppbridge.charging.setpoints import Setpoints
from ocppbridge.models import EnergyPlan, EvNeeds, GridSignal, Transaction, TransferRule
from ocppbridge.services import energy_offers, energy_plans
from roaming.api.reading import ReadView, View


@contextmanager
def planning() -> Iterator[None]:
    """Why it cannot be."""
    with refusing():
        try:
            yield
        except CannotPlan as problem:
            raise ValidationError({"detail": str(problem)}) from None


class EnergyPlanView(View[EnergyPlan]):
    """The plan of one transaction: read, made, changed, cleared."""

    queryset = EnergyPlan.objects.all()
    serializer_class = PlanSerializer
    pagination_class = None  # type: ignore[assignment]  # there is one

    @extend_schema(responses=PlanSerializer)
    def list(self, request: Request, transaction: str) -> Response:
        """As it stands."""
        return self._told(energy_plans.of(_row(transaction)))

    @extend_schema(request=WishSerializer, responses={202: PlanSerializer, **REFUSED})
    def create(self, request: Request, transaction: str) -> Response:
        """A new plan in place of the one there is; sent at once, or as soon as the station is there again."""
        asked = said(WishSerializer, request)
        periods = tuple(PlanPeriodSerializer.period(one) for one in asked.pop("periods"))
        wish = Wish(Control(asked.pop("control")), periods, **asked)
        with planning():
            plan = energy_steering.steer(_row(transaction), wish, who(request), timezone.now())
        return self._told(plan, status.HTTP_202_ACCEPTED)

    @extend_schema(request=FiguresSerializer, responses={202: PlanSerializer, **REFUSED})
    @action(detail=False, methods=["post"])
    def setpoint(self, request: Request, transaction: str) -> Response:
        """New figures of a dynamic plan: pushed at once, or told when the station asks."""
        figures = Setpoints(**said(FiguresSerializer, request))
        with planning():
            plan = energy_steering.set_figures(_row(transaction), figures, who(request), timezone.now())
        return self._told(plan, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: PlanSerializer, **REFUSED})
    @action(detail=False, methods=["post"])
    def clear(self, request: Request, transaction: str) -> Response:
        """Take the profile away: the car is not discharged any more."""
        with planning():
            plan = energy_steering.stop(_row(transaction), who(request), timezone.now())
        return self._told(plan, status.HTTP_202_ACCEPTED)

    @extend_schema(request=TransfersSerializer, responses={202: PlanSerializer, **REFUSED})
    @action(detail=False, methods=["post"])
    def allow(self, request: Request, transaction: str) -> Response:
        """Tell the station what the car may choose from."""
        transfers = tuple(said(TransfersSerializer, request)["transfers"])
        with planning():
            plan = energy_steering.allow(_row(transaction), transfers, who(request), timezone.now())
        return self._told(plan, status.HTTP_202_ACCEPTED)

    def _told(self, plan: EnergyPlan, code: int = status.HTTP_200_OK) -> Response:
        return Response(PlanSerializer(plan).data, code)


class GridSignalView(ReadView[GridSignal]):
    """Signals of the grid and the market, the newest first; a new one changes the plans of cars at once."""

    queryset = GridSignal.objects.all()
    serializer_class = SignalSerializer
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(request=NewSignalSerializer, responses={202: SignalSerializer})
    def create(self, request: Request) -> Response:
        """Power for each car, power for all together, prices, a frequency signal, or no discharge any more."""
        asked = said(NewSignalSerializer, request)
        kind = GridSignal.Kind(asked.pop("kind"))
        scope: dict[str, Any] = {name: asked.pop(name) for name in grid_signals.SCOPES if name in asked}
        signal = grid_signals.send(kind, scope, asked, who(request), timezone.now())
        return Response(SignalSerializer(signal).data, status.HTTP_202_ACCEPTED)


class TransferRuleView(mixins.CreateModelMixin, mixins.DestroyModelMixin, ReadView[TransferRule]):
    """Rules of energy transfer."""

    queryset = TransferRule.objects.all()
    serializer_class = RuleSerializer
    lookup_value_regex = "[0-9]{1,18}"

    def perform_create(self, serializer: serializers.BaseSerializer[TransferRule]) -> None:
        """With who made it."""
        serializer.save(made_by=who(self.request))


class EnergyOfferView(View[EvNeeds]):
    """What the EVSEs of a station offer: by its report, never by its version or model."""

    queryset = EvNeeds.objects.none()
    serializer_class = OfferSerializer
    pagination_class = None  # type: ignore[assignment]  # a station has few EVSEs

    @extend_schema(responses=OfferSerializer(many=True))
    def list(self, request: Request, identity: str) -> Response:
        """Each EVSE."""
        station = station_of(identity)
        told = []
        for number in station.evses.values_list("number", flat=True):
            one = energy_offers.of_evse(station, number)
            support = None if one.der is None else sorted(one.der)
            told.append(
                {
                    "evse": number, "bidirectional": one.bidirectional, "refusal": one.refusal,
                    "operation_modes": sorted(one.modes), "energy_transfers": sorted(one.transfers),
                    "dynamic_profiles": one.dynamic, "grid_support": support,
                }
            )  # fmt: skip
        return Response(told)


class EvNeedsView(mixins.ListModelMixin, View[EvNeeds]):
    """What cars have told at one station, the newest first."""

    queryset = EvNeeds.objects.all()
    serializer_class = NeedsSerializer

    def get_queryset(self) -> QuerySet[EvNeeds]:
        """Its own."""
        return super().get_queryset().filter(station=station_of(self.kwargs["identity"]))


def _row(key: str) -> Transaction:
    return get_object_or_404(Transaction.objects.select_related("station__connection"), pk=key)
