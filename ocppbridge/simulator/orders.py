"""Orders for running stations, one JSON object a line: what happens to a station, in the words of deeds.py.

``{"do": "plug", "evse": 1}`` · ``{"do": "swipe", "evse": 1, "id_token": "04AA"}`` · ``{"do": "cut"}``; with
``"station": identity`` where one process holds several.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ocppbridge.simulator.deeds import BadDeed, check
from ocppbridge.simulator.station import Station


class BadOrder(Exception):
    """The line is no order; the message says why."""


def obey(stations: Mapping[str, Station], order: Mapping[str, Any], now: datetime) -> Station:
    """Carry out one order and return the station that it was for."""
    station = _addressee(stations, order)
    number = order.get("evse", 1)
    if number not in station.evses:
        raise BadOrder(f"{station.profile.identity} has no EVSE {number}")
    fields = {name: value for name, value in order.items() if name not in ("do", "station")}
    try:
        check(order.get("do"), fields).does(station, fields, now)
    except BadDeed as problem:
        raise BadOrder(str(problem)) from None
    return station


def _addressee(stations: Mapping[str, Station], order: Mapping[str, Any]) -> Station:
    if "station" not in order and len(stations) == 1:
        return next(iter(stations.values()))
    try:
        return stations[order["station"]]
    except KeyError:
        raise BadOrder("name one of our stations") from None
