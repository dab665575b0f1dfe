"""What a component's event means: a state of availability, or a lock that fails (2.x NotifyEvent; G01, N07).

Rule: 2.1 stations tell states by AvailabilityState of ChargingStation, EVSE or Connector instead of StatusNotification.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ocppbridge.charging.tokens import STATION, Place

Event = Mapping[str, Any]
_LOCK: Final = "ConnectorPlugRetentionLock"
_FAULTS: Final = frozenset({"Problem", "Tripped"})


class Availability(NamedTuple):
    """A state, and whose; `whole_evse` if it is that of the EVSE, not of one connector."""

    place: Place
    state: str
    whole_evse: bool


def availability(event: Event) -> Availability | None:
    """The state that an event tells, if it tells one."""
    component, state = event["component"], event["actualValue"]
    if event["variable"]["name"] != "AvailabilityState":
        return None
    place = _place(component)
    match component["name"]:
        case "ChargingStation":
            return Availability(STATION, state, False)
        case "EVSE" if not place.is_station:
            return Availability(Place(place.evse), state, True)
        case "Connector" if place.connector:
            return Availability(place, state, False)
    return None


def alarming(event: Event) -> str:
    """What staff should hear of an event at once; empty if nothing."""
    component, variable = event["component"], event["variable"]["name"]
    if component["name"] != _LOCK or variable not in _FAULTS or event["actualValue"].lower() != "true":
        return ""
    place, info = _place(component), event.get("techInfo", "")
    where = f"EVSE {place.evse} connector {place.connector or '?'}"
    return f"the lock of {where} has failed" + (f": {info}" if info else "")


def _place(component: Mapping[str, Any]) -> Place:
    evse = component.get("evse")
    return Place(evse["id"], evse.get("connectorId")) if evse else STATION
