"""OCPI 2.2 as 2.2.1 and back, for peers that never moved (VER-10). What differs of the objects, and nothing else:

    CdrToken          2.2 has no country_code and party_id: filled in from who owns the token
    CdrLocation       2.2 must have a postal_code and has no state
    Connector         2.2 knows fewer standards (such a connector is left out) and no power on two phases
    EVSE, CDR         no START_SESSION_CONNECTOR_REQUIRED, no home_charging_compensation
    START_SESSION     no connector_id

What comes in stays as it was sent but for the token's owner; what goes out is a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from roaming.ocpi.party import PartyId

VERSION = "2.2"
Owner = Callable[[str, str], PartyId | None]  # of a token, by uid and type

_NEW_STANDARDS = frozenset({
    "CHAOJI", "DOMESTIC_M", "DOMESTIC_N", "DOMESTIC_O", "GBT_AC", "GBT_DC", "NEMA_5_20", "NEMA_6_30", "NEMA_6_50",
    "NEMA_10_30", "NEMA_10_50", "NEMA_14_30", "NEMA_14_50",
})  # fmt: skip
_TWO_PHASES = frozenset({"AC_2_PHASE", "AC_2_PHASE_SPLIT"})
_START_SESSION = frozenset({"token", "location_id", "response_url"})


def up(document: Mapping[str, Any], owner: Owner) -> dict[str, Any]:
    """A Session or CDR of a 2.2 peer. Where nobody knows the token it stays incomplete, and is refused as such."""
    found = dict(document)
    token = found.get("cdr_token")
    if not isinstance(token, Mapping) or "country_code" in token:
        return found
    party = owner(str(token.get("uid", "")), str(token.get("type", "RFID")))
    if party is not None:
        found["cdr_token"] = {"country_code": party.country, "party_id": party.party, **token}
    return found


def down(document: Mapping[str, Any]) -> dict[str, Any]:
    """Any object, or part of one, as 2.2 knows it."""
    shown = {name: value for name, value in document.items() if name != "home_charging_compensation"}
    if shown.get("connector_id") is not None and shown.keys() >= _START_SESSION:
        del shown["connector_id"]
    if shown.get("power_type") in _TWO_PHASES:
        shown["power_type"] = "AC_1_PHASE"
    for name in ("evses", "connectors"):
        if isinstance(shown.get(name), list):
            parts = [down(part) for part in shown[name] if isinstance(part, Mapping)]
            shown[name] = [part for part in parts if _is_known(part)]
    if isinstance(shown.get("capabilities"), list):
        shown["capabilities"] = [one for one in shown["capabilities"] if one != "START_SESSION_CONNECTOR_REQUIRED"]
    for name, change in (("cdr_token", _token), ("cdr_location", _location)):
        if isinstance(shown.get(name), Mapping):
            shown[name] = change(shown[name])
    return shown


def _is_known(part: Mapping[str, Any]) -> bool:
    """An EVSE needs a connector."""
    return part.get("standard") not in _NEW_STANDARDS and part.get("connectors") != []


def _token(token: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in token.items() if name not in ("country_code", "party_id")}


def _location(location: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in location.items() if name != "state"}
    power = {"connector_power_type": "AC_1_PHASE"} if shown.get("connector_power_type") in _TWO_PHASES else {}
    return {"postal_code": "", **shown, **power}
