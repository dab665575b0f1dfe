"""Orders for running stations, one JSON object a line: what a driver at the station does.

``{"do": "plug", "evse": 1}`` · unplug · suspend · resume · ``{"do": "swipe", "evse": 1, "id_token": "04AA"}``; with
``"station": identity`` where one process holds several.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ocppbridge.simulator.station import Station


class BadOrder(Exception):
    """The line is no order; the message says why."""


def obey(stations: Mapping[str, Station], order: Mapping[str, Any], now: datetime) -> Station:
    """Carry out one order and return the station that it was for."""
    station = _addressee(stations, order)
    number = order.get("evse", 1)
    if number not in station.evses:
        raise BadOrder(f"{station.profile.identity} has no EVSE {number}")
    match order.get("do"):
        case "plug":
            station.plug(number, now)
        case "unplug":
            station.unplug(number, now)
        case "suspend":
            station.suspend(number, now)
        case "resume":
            station.resume(number, now)
        case "swipe":
            station.swipe(number, str(order["id_token"]), now)
        case other:
            raise BadOrder(f"{other} is not an order")
    return station


def _addressee(stations: Mapping[str, Station], order: Mapping[str, Any]) -> Station:
    if "station" not in order and len(stations) == 1:
        return next(iter(stations.values()))
    try:
        return stations[order["station"]]
    except KeyError:
        raise BadOrder("name one of our stations") from None
