"""Connector states of every version → the status of an OCPI EVSE (LOC-33, OCP-01, OCP-03).

Rule: a socket that is gone says UNKNOWN, whatever was last heard. One connector of an EVSE in use makes the EVSE
occupied; otherwise its best connector counts. What holds for the station as a whole outweighs an idle connector.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

AVAILABLE, BLOCKED, CHARGING, INOPERATIVE = "AVAILABLE", "BLOCKED", "CHARGING", "INOPERATIVE"
OUTOFORDER, RESERVED, UNKNOWN = "OUTOFORDER", "RESERVED", "UNKNOWN"

# Occupied in OCPI's sense is CHARGING; BLOCKED is for a physical obstacle only (OCP-03).
_STATUS: Final = {
    "Available": AVAILABLE,
    "Preparing": CHARGING,
    "Charging": CHARGING,
    "SuspendedEV": CHARGING,
    "SuspendedEVSE": CHARGING,
    "Finishing": CHARGING,
    "Occupied": CHARGING,
    "Reserved": RESERVED,
    "Unavailable": INOPERATIVE,
    "Faulted": OUTOFORDER,
}
_BEST_FIRST: Final = (CHARGING, RESERVED, AVAILABLE, INOPERATIVE, OUTOFORDER, UNKNOWN)

# What a session's timeline calls the state, from 1.6's connector words and 2.x's charging states.
_ACTIVITY: Final = {
    "Charging": "charging",
    "SuspendedEV": "suspended_ev",
    "SuspendedEVSE": "suspended_evse",
    "Preparing": "idle",
    "Finishing": "idle",
    "EVConnected": "idle",
    "Idle": "idle",
}


def connector_status(state: str) -> str:
    """The OCPI status that one connector's state means; a word that no version has is UNKNOWN."""
    return _STATUS.get(state, UNKNOWN)


def evse_status(
    connectors: Iterable[str],
    *,
    online: bool,
    station: str = "Available",
    evse: str = "",
    sibling_in_use: bool = False,
) -> str:
    """The OCPI status of an EVSE.

    `connectors` are the states last heard of its connectors, `station` that of evse 0 / connector 0, `evse` what 2.x
    says of the EVSE itself (AvailabilityState), which outweighs idle connectors. `sibling_in_use`: another virtual EVSE
    of the same 1.6 outlet is in use, so this one cannot be (OCP-01).
    """
    if not online:
        return UNKNOWN
    heard = {connector_status(state) for state in connectors}
    own = connector_status(evse)
    status = next((status for status in _BEST_FIRST if status in heard), own)
    if status == AVAILABLE and own != UNKNOWN:
        status = own
    if status != AVAILABLE:
        return status
    whole = connector_status(station)
    if whole in (INOPERATIVE, OUTOFORDER):
        return whole
    return INOPERATIVE if sibling_in_use else AVAILABLE


def activity(state: str | None) -> str | None:
    """charging, suspended_ev, suspended_evse or idle; None for a state that says nothing about a session."""
    return _ACTIVITY.get(state or "")
