"""The device model of a station, told page by page (B07, B08): only 2.x is asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ocppbridge.simulator.clock import stamp
from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station

PAGE = 3
Entry = dict[str, Any]


def report_all(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetBaseReport."""
    return _told(station, asked["requestId"], list(_inventory(station)), now)


def report_some(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetReport: by component and variable, where they are named."""
    wanted = asked.get("componentVariable")
    entries = [entry for entry in _inventory(station) if wanted is None or any(_fits(entry, one) for one in wanted)]
    return _told(station, asked["requestId"], entries, now)


def _told(station: Station, request: int, entries: Sequence[Entry], now: datetime) -> Payload:
    if not entries:
        return {"status": "EmptyResultSet"}

    def tell(then: datetime) -> None:
        pages = [entries[start : start + PAGE] for start in range(0, len(entries), PAGE)]
        for number, page in enumerate(pages):
            more = {"tbc": True} if number < len(pages) - 1 else {}
            said = {"requestId": request, "generatedAt": stamp(then), "seqNo": number, "reportData": list(page), **more}
            station.wire.ask("NotifyReport", said)

    station.later(now + timedelta(milliseconds=100), tell)
    return {"status": "Accepted"}


def _inventory(station: Station) -> Sequence[Entry]:
    variables: dict[tuple[str, str], str] = getattr(station, "variables", {})
    read_only: set[tuple[str, str]] = getattr(station, "read_only", set())
    return [
        {
            "component": {"name": component},
            "variable": _named(variable),
            "variableAttribute": [
                {"value": value, "mutability": "ReadOnly" if (component, variable) in read_only else "ReadWrite"}
            ],
            "variableCharacteristics": {"dataType": "string", "supportsMonitoring": False},
        }
        for (component, variable), value in variables.items()
    ]


def _named(variable: str) -> Entry:
    """A variable's instance stands in brackets behind its name."""
    name, _, instance = variable.rstrip("]").partition("[")
    return {"name": name, "instance": instance} if instance else {"name": name}


def _fits(entry: Entry, wanted: Entry) -> bool:
    if wanted["component"]["name"] != entry["component"]["name"]:
        return False
    return "variable" not in wanted or bool(wanted["variable"]["name"] == entry["variable"]["name"])
