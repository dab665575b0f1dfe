"""The tariffs of our connectors on the stations that show them: translated, sent when they change, switched (I07, I11).

A sweep looks at every such station when a tariff or a location of its party has changed, and every few minutes for
tariffs that begin or end by the clock. What OCPP cannot say without pricing something else is never sent: then the EVSE
is to hold no tariff, and staff see why.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, F, Max, OuterRef, Q

from ocppbridge.bridge import places
from ocppbridge.bridge.places import Shelf
from ocppbridge.bridge.tariff_losses import CHANGES
from ocppbridge.bridge.tariff_words import Translation, translated
from ocppbridge.charging.intents import ChangeTariff, NotOffered
from ocppbridge.models import Call, Station, StationTariff, Transaction
from ocppbridge.services import calls, station_tariffs
from roaming.decisions import Choices
from roaming.models import Location, Tariff
from roaming.services.decisions import choices

AT_LEAST_EVERY: Final = timedelta(minutes=5)
# A change that took this long to commit is seen all the same.
SLOW_COMMIT: Final = timedelta(seconds=90)

_looked: dict[str, Any] = {"at": None, "until": None}


def sweep(now: datetime) -> None:
    """Bring stations in line with what is published."""
    newest = _newest()
    fresh = newest is not None and (_looked["until"] is None or newest > _looked["until"] - SLOW_COMMIT)
    if fresh or _looked["at"] is None or now - _looked["at"] >= AT_LEAST_EVERY:
        look(now, choices())
        _looked.update(at=now, until=newest)
    _ask_the_returned()
    station_tariffs.send_due(now)


def look(now: datetime, found: Choices) -> None:
    """What each EVSE should hold."""
    shelf, known = Shelf(), dict[str, Translation]()
    stations = Station.objects.filter(station_tariffs.showing()).exclude(location_id="")
    for station in stations.prefetch_related("evses").iterator(chunk_size=100):
        if found.value("STATION-TARIFFS", station=station.identity) == "keep":  # decision: STATION-TARIFFS
            _look_at(station, now, found, shelf, known)


def _look_at(station: Station, now: datetime, found: Choices, shelf: Shelf, known: dict[str, Translation]) -> None:
    rows = {row.evse_number: row for row in StationTariff.objects.filter(station=station)}
    for evse in station.evses.all():
        if not evse.uid:
            continue
        row = rows.get(evse.number) or StationTariff(station=station, evse_number=evse.number, changed_at=now)
        if row.by_hand or row.state == StationTariff.State.SENT:
            continue
        place = places.find(station, evse.number, None, now, None, shelf)
        tariff = place.tariff if place is not None else None
        if tariff is None and row.pk is None:
            continue
        _want(row, tariff, now, found, known)


def _want(
    row: StationTariff,
    tariff: dict[str, Any] | None,
    now: datetime,
    found: Choices,
    known: dict[str, Translation],
) -> None:
    if tariff is None:
        station_tariffs.want(row, None, "", [], now)
        return
    key = f"{tariff['id']}|{tariff['last_updated']}"
    said = known.get(key) or known.setdefault(key, translated(tariff))
    station_tariffs.want(row, sayable(said, row.station, found), str(tariff["id"]), losses(said), now)


def sayable(said: Translation, station: Station, found: Choices) -> Mapping[str, Any] | None:
    """What may be sent of a translation."""
    which = found.value("STATION-TARIFF-ROUNDING", station=station.identity)  # decision: STATION-TARIFF-ROUNDING
    return None if said.rounds and which == "withhold" else said.tariff


def losses(said: Translation) -> list[list[str]]:
    """For the row."""
    return [[loss.code, loss.weight.value, loss.text] for loss in said.losses]


def by_hand(station: Station, evse: int, tariff_id: str, *, by: str, now: datetime) -> StationTariff:
    """Staff send a tariff of the party's; it stays until they take it back. Raises NotOffered with the reason."""
    tariff = Shelf().tariff(places.owner(station), tariff_id)
    if tariff is None:
        raise NotOffered(f"{places.owner(station)} has no tariff {tariff_id}")
    if not station.evses.filter(number=evse).exists():
        raise NotOffered(f"{station} has no EVSE {evse}")
    said = translated(tariff)
    if said.tariff is None:
        raise NotOffered("; ".join(loss.text for loss in said.losses if loss.weight is CHANGES))
    row, _ = StationTariff.objects.get_or_create(station=station, evse_number=evse, defaults={"changed_at": now})
    station_tariffs.want(row, said.tariff, str(tariff["id"]), losses(said), now)
    row.by_hand = True
    row.save(update_fields=["by_hand"])
    station_tariffs.send(row, now, by)
    return row


def take_back(row: StationTariff, *, by: str, now: datetime) -> None:
    """The hub's own choice again; until the next look the EVSE holds none."""
    row.by_hand = False
    row.save(update_fields=["by_hand"])
    station_tariffs.want(row, None, "", [], now)
    if row.held_id:
        station_tariffs.send(row, now, by)
    _looked["at"] = None


def switch(row: Transaction, chosen: list[tuple[datetime, dict[str, Any]]]) -> bool:
    """The driver has switched to another tariff (TAR-28): the station calculates by it from now on (I11)."""
    if not chosen or row.state != Transaction.State.RUNNING or not row.transaction_id:
        return False
    if not station_tariffs.shows(row.station_id):
        return False
    tariff = sayable(translated(chosen[-1][1]), row.station, choices())
    if tariff is None or tariff["tariffId"] == row.station_tariff:
        return False
    try:
        calls.queue(
            row.station, ChangeTariff(row.transaction_id, tariff), purpose="tariff", reference=str(row.session_id)
        )
    except (NotOffered, calls.InvalidPayload):
        return False
    row.station_tariff = tariff["tariffId"]
    return True


def _newest() -> datetime | None:
    """When a tariff or a location was stored last."""
    told = [model.objects.aggregate(last=Max("listed_at"))["last"] for model in (Tariff, Location)]
    return max(filter(None, told), default=None)


def _ask_the_returned() -> None:
    """Stations that have come back since they last told what they hold; asked once a connection."""
    opened = F("station__connection__opened_at")
    held = StationTariff.objects.exclude(held_id="").filter(station__connection__isnull=False, changed_at__lt=opened)
    rows = held.filter(Q(reported_at=None) | Q(reported_at__lt=opened))
    asked = Call.objects.filter(
        station=OuterRef("pk"), intent="AskTariffs", created_at__gte=OuterRef("connection__opened_at")
    )
    for station in Station.objects.filter(~Exists(asked), pk__in=rows.values("station_id"))[: station_tariffs.AT_ONCE]:
        station_tariffs.ask(station)
