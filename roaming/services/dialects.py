"""Peers that speak OCPI 2.2 with us (VER-10): what they say as 2.2.1, and what we say as they know it.

We do not offer 2.2 to anybody else. A 2.2 CdrToken names no owner: it is whom the request is for, where that is said,
or else who pushed the token to us.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roaming.models import Platform, Token
from roaming.ocpi import json, v22
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID

OFFERED = "2.2.1"
SPOKEN = (OFFERED, v22.VERSION)
_BILLED = frozenset({ModuleID.SESSIONS, ModuleID.CDRS})
_WITHOUT_OBJECTS = frozenset({"credentials", "versions", ModuleID.HUBCLIENTINFO})


def is_old(platform: Platform) -> bool:
    return platform.version == v22.VERSION


def offered_to(platform: Platform) -> tuple[str, ...]:
    """Our versions as this peer is told: 2.2 only where we met it and it knows nothing newer."""
    theirs = platform.offered_versions
    meets = v22.VERSION in theirs and OFFERED not in theirs
    return (v22.VERSION, OFFERED) if meets or is_old(platform) else (OFFERED,)


def taken(platform: Platform, module: ModuleID, document: Any, payer: PartyId | None = None) -> Any:
    """What this peer sent, as 2.2.1."""
    if not is_old(platform) or module not in _BILLED or not isinstance(document, Mapping):
        return document
    return v22.up(document, lambda uid, kind: payer or _owner(uid, kind))


def told(platform: Platform, module: str, body: bytes | None) -> bytes | None:
    """What we send to this peer, as it knows it."""
    if not body or not is_old(platform) or module in _WITHOUT_OBJECTS:
        return body
    document = json.loads(body)
    return json.dump_bytes(v22.down(document)) if isinstance(document, dict) else body


def _owner(uid: str, kind: str) -> PartyId | None:
    """Nobody where two eMSPs have such a token."""
    rows = Token.objects.filter(object_key=uid.upper(), type=kind)
    owners = list(rows.values_list("country_code", "party_id").distinct()[:2])
    return PartyId(*owners[0]) if len(owners) == 1 else None
