"""Signals of the grid and the market: whom they are for, and what becomes of the plan of each car (Q03, Q04, Q07).

A dynamic plan gets new figures; any other becomes a schedule of what the signal says. A car that cannot follow keeps
what it has, and is named with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from ocppbridge.bridge import energy_steering
from ocppbridge.charging.bidirectional import CannotPlan, Control, Wish, by_price
from ocppbridge.charging.charging_profiles import OperationMode, Period
from ocppbridge.charging.energy_transfer import BIDIRECTIONAL
from ocppbridge.charging.ev_needs import Status
from ocppbridge.charging.grid import shared
from ocppbridge.charging.intents import NotOffered
from ocppbridge.charging.setpoints import Setpoints
from ocppbridge.charging.v2x_intents import SignalGrid
from ocppbridge.models import EvNeeds, GridSignal, Station, Transaction
from ocppbridge.services import calls, energy_plans, ev_needs

SCOPES: Final = ("party", "location", "station", "transaction")
MOST_SECONDS: Final = 604_800
MOST_SIGNAL: Final = 2_147_483_647  # of AFRRSignal's schema
AWAY: Final = "the station is away"
NOBODY: Final = "no car that may give energy back is within reach"
AFRR_WITHIN: Final = timedelta(seconds=30)
Kind = GridSignal.Kind


def cars(scope: Mapping[str, Any]) -> QuerySet[Transaction]:
    """The cars within reach that may give energy back: whose needs say so, and were not refused."""
    last = EvNeeds.objects.filter(transaction=OuterRef("pk")).order_by("-received_at", "-pk")
    rows = Transaction.objects.filter(state=Transaction.State.RUNNING).annotate(
        wanted=Subquery(last.values("requested")[:1]), answered=Subquery(last.values("status")[:1])
    )
    rows = rows.filter(wanted__in=BIDIRECTIONAL).exclude(answered=Status.REJECTED)
    stations = [_station(name, scope[name]) for name in SCOPES[:3] if scope.get(name)]
    rows = rows.filter(station__in=Station.objects.filter(*stations)) if stations else rows
    rows = rows.filter(pk=scope["transaction"]) if scope.get("transaction") else rows
    return rows.select_related("station__connection").order_by("pk")


def unknown(scope: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a scope that name nothing here, with a word for people: such a signal would reach nobody, ever."""
    wrong = {}
    for name in SCOPES[:3]:
        if scope.get(name) and not Station.objects.filter(_station(name, scope[name])).exists():
            wrong[name] = f"no station of ours: {scope[name]}"
    if scope.get("transaction") and not Transaction.objects.filter(pk=scope["transaction"]).exists():
        wrong["transaction"] = f"there is none: {scope['transaction']}"
    return wrong


def _station(name: str, value: Any) -> Q:
    if name == "party":
        country, _, party = str(value).upper().partition("/")
        return Q(country_code=country, party_id=party)
    return Q(location_id__iexact=value) if name == "location" else Q(identity=value)


def send(kind: Kind, scope: Mapping[str, Any], body: Mapping[str, Any], by: str, now: datetime) -> GridSignal:
    """Apply a signal to every car within reach; the row says whom it reached, and who missed it and why.

    Car by car: whoever plans for one of them at the same time waits for that one only, and nobody for each other.
    """
    kept = {name: scope[name] for name in SCOPES if scope.get(name)}
    signal = GridSignal.objects.create(kind=kind, at=now, scope=kept, body=_plain(body), made_by=by[:150])
    if kind is Kind.AFRR:
        _frequency(signal, int(body["signal"]), by, now)
    else:
        rows = list(cars(scope))
        signal.missed += [] if rows else [[None, NOBODY]]
        for row, ask in _wishes(kind, rows, body, signal, by, now):
            _try(signal, row, ask)
    signal.save()
    return signal


def _wishes(
    kind: Kind, rows: list[Transaction], body: Mapping[str, Any], signal: GridSignal, by: str, now: datetime
) -> list[tuple[Transaction, Callable[[], object]]]:
    if kind is Kind.STOP:
        return [(row, partial(energy_steering.stop, row, by, now)) for row in rows]
    seconds = body.get("seconds")
    if kind is Kind.PRICE:
        return [(row, partial(_price, row, body, by, now)) for row in rows]
    if kind is Kind.TOTAL:  # now: who is away does nothing of it, so the others share it
        signal.missed += [[row.pk, AWAY] for row in rows if not row.station.online]
        rows = [row for row in rows if row.station.online]
        able = {row.pk: ev_needs.of(ev_needs.latest(row)) for row in rows}
        given, left = shared(Decimal(body["power"]), able)
        if left:
            signal.missed.append([None, f"{left} W are more than these cars can do"])
    else:
        given = {row.pk: Decimal(body["power"]) for row in rows}
    return [(row, partial(_power, row, given[row.pk], seconds, by, now)) for row in rows]


def _power(row: Transaction, power: Decimal, seconds: int | None, by: str, now: datetime) -> None:
    """Now; on a schedule for so many seconds, and then rest."""
    held = energy_plans.of(row)
    steered = held.mode == OperationMode.CENTRAL_SETPOINT and held.state in energy_plans.OPEN and bool(held.wish)
    if steered and held.control in (Control.PUSHED, Control.PULLED):
        energy_steering.set_figures(row, Setpoints(setpoint=power), by, now)
        return
    periods = [Period(0, setpoint=power, operation_mode=OperationMode.CENTRAL_SETPOINT)]
    if seconds:
        periods.append(Period(seconds, setpoint=Decimal(), operation_mode=OperationMode.CENTRAL_SETPOINT))
    energy_steering.steer(row, Wish(Control.SCHEDULED, tuple(periods), start=now), by, now)


def _price(row: Transaction, body: Mapping[str, Any], by: str, now: datetime) -> None:
    able = ev_needs.of(ev_needs.latest(row))
    if able.charge is None or able.discharge is None:
        raise CannotPlan("the car does not say how much it can charge and discharge")
    prices = [(one["at"], Decimal(one["price"])) for one in body["prices"]]
    periods = by_price(
        prices, charge_below=Decimal(body["charge_below"]), discharge_above=Decimal(body["discharge_above"]),
        charge=able.charge, discharge=able.discharge, now=now,
    )  # fmt: skip
    energy_steering.steer(row, Wish(Control.SCHEDULED, periods, start=now), by, now)


def _frequency(signal: GridSignal, value: int, by: str, now: datetime) -> None:
    """One call for each station with a car that follows (Q07)."""
    mode = OperationMode.CENTRAL_FREQUENCY.value
    rows = cars(signal.scope).filter(energy_plan__mode=mode, energy_plan__state__in=energy_plans.OPEN)
    stations = {row.station_id: row for row in rows}
    for row in stations.values():
        _try(signal, row, partial(_tell, row.station, value, by, now))
    if not stations:
        signal.missed.append([None, f"no car follows: none has a plan with {mode}"])


def _tell(station: Station, value: int, by: str, now: datetime) -> None:
    if not station.online:
        raise NotOffered("the station is away, and a signal that comes late is worse than none")
    calls.queue(
        station, SignalGrid(now, value), purpose=energy_plans.PURPOSE, requested_by=by[:150], expires_in=AFRR_WITHIN
    )


def _try(signal: GridSignal, row: Transaction, ask: Callable[[], object]) -> None:
    try:
        with transaction.atomic():
            ask()
    except (CannotPlan, NotOffered) as problem:
        signal.missed.append([row.pk, str(problem)[:255]])
    else:
        signal.reached += 1


def _plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """For JSON: exact figures and times as texts."""

    def plain(value: Any) -> Any:
        if isinstance(value, Decimal):
            return str(value)
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, list):
            return [plain(one) for one in value]
        return {name: plain(one) for name, one in value.items()} if isinstance(value, Mapping) else value

    said: dict[str, Any] = plain(dict(body))
    return said
