"""The local authorization list of a station (block D)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station


def tell_version(station: Station, asked: Payload, now: datetime) -> Payload:
    """D02."""
    return {"listVersion" if station.schema_version == "1.6" else "versionNumber": station.memory.version}


def take(station: Station, asked: Payload, now: datetime) -> Payload:
    """D01: a difference must be newer than what is held."""
    version = int(asked["listVersion"] if "listVersion" in asked else asked["versionNumber"])
    entries = list(_entries(asked.get("localAuthorizationList", [])))
    if asked["updateType"] == "Full":
        station.memory.replace(version, entries)
    elif version <= station.memory.version:
        return {"status": "VersionMismatch"}
    else:
        station.memory.change(version, entries)
    station.note("list_taken", now, version=version, tokens=len(station.memory.tokens))
    return {"status": "Accepted"}


def _entries(given: list[dict[str, Any]]) -> Iterator[tuple[str, bool | None]]:
    for entry in given:
        info = entry.get("idTagInfo") or entry.get("idTokenInfo")
        token = entry.get("idTag") or entry["idToken"]["idToken"]
        yield token, None if info is None else info["status"] == "Accepted"
