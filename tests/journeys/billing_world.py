"""What the operator does by hand there; played with a hub's environment by `tests.hands`.

``place`` makes a tariff, a location in a time zone with one EVSE, and its station, and tells the station's password.
``correct`` has a disputed CDR credited and made anew, ``verdict`` says what the desk thinks of one.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from config.demo import world
from ocppbridge.services import stations
from roaming.models import Assessment, Balance
from roaming.ocpi.types import format_datetime
from roaming.services import desk, desk_corrections, hosting, locations, reconciliation, tariffs


def place(name: str, time_zone: str, country: str, elements: list[Any], version: str) -> dict[str, str]:
    now = timezone.now()
    stamp = format_datetime(now)
    hosting.ensure(world.OPERATOR, world.OPERATOR_NAME)
    owner = {"country_code": world.OPERATOR.country, "party_id": world.OPERATOR.party, "last_updated": stamp}
    tariff = {**owner, "id": name, "currency": "EUR", "elements": elements}
    tariffs.store(world.OPERATOR, tariff, source=None, now=now)
    evse = world.evse(world.Place(name, version, name), now) | {"capabilities": ["RESERVABLE"]}
    evse["connectors"][0]["tariff_ids"] = [name]
    document = world.location(world.SQUARE, now) | {"id": name, "evses": [evse]}
    locations.store(world.OPERATOR, document | {"time_zone": time_zone, "country": country}, source=None, now=now)
    added = stations.add(name, str(world.OPERATOR), location_id=name, evses=[evse["uid"]])
    return {"password": added.password, "location_id": name, "evse_uid": evse["uid"]}


def correct(cdr: str, note: str) -> list[str]:
    """As the button of the desk does it, after the dispute has been written down."""
    now = timezone.now()
    row = Assessment.objects.select_related("cdr").get(cdr__object_key=cdr.upper())
    desk.dispute(row, "staff", note, now)
    back, anew = desk_corrections.take_back(row, "staff", note, now)
    return [back.object_id, *([anew.object_id] if anew else [])]


def verdict(cdr: str) -> dict[str, Any]:
    row = Assessment.objects.filter(cdr__object_key=cdr.upper()).first()
    if row is None:
        return {}
    return {"verdict": row.verdict, "stands": row.stands, "rounding": row.rounding, "codes": row.codes}


def balance(session: str) -> dict[str, Any]:
    reconciliation.current(10)
    row = Balance.objects.get(key=session.upper())
    return {"cost": str(row.cost), "energy": str(row.energy_import), "problems": row.problems, "cdrs": row.cdrs}


VERBS: dict[str, Any] = {"place": place, "correct": correct, "verdict": verdict, "balance": balance}
