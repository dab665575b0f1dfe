"""Grid support of a simulated 2.1 station (block R): controls are held, told, cleared; alarms come from scenarios."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ocppbridge.charging.v2x_intents import SETTINGS_OF
from ocppbridge.simulator.clock import stamp
from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station


def set_support(station: Station, asked: Payload, now: datetime) -> Payload:
    """SetDERControl: a new default of a kind pushes the older aside."""
    held = station.memory.support
    aside = [
        key for key, one in held.items()
        if key != asked["controlId"] and not one["isSuperseded"]
        and (one["controlType"], one["isDefault"]) == (asked["controlType"], True)
    ]  # fmt: skip
    aside = aside if asked["isDefault"] else []
    for key in aside:
        held[key] = {**held[key], "isSuperseded": True}
    held[asked["controlId"]] = {**asked, "isSuperseded": False}
    return {"status": "Accepted"} | ({"supersededIds": aside} if aside else {})


def tell_support(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetDERControl: all of them on one page."""
    wanted = {
        "controlType": asked.get("controlType"),
        "isDefault": asked.get("isDefault"),
        "controlId": asked.get("controlId"),
    }
    found = [
        one for one in station.memory.support.values()
        if all(value is None or one[name] == value for name, value in wanted.items())
    ]  # fmt: skip
    if not found:
        return {"status": "NotFound"}
    said: Payload = {"requestId": asked["requestId"]}
    for one in found:
        said.setdefault(SETTINGS_OF.get(one["controlType"], "curve"), []).append(_reported(one))
    station.later(now + timedelta(milliseconds=100), lambda then: station.wire.ask("ReportDERControl", said))
    return {"status": "Accepted"}


def _reported(one: Payload) -> Payload:
    """One entry of a report. EnterService and Gradients say nothing of being a default; both factors are `fixedPF`."""
    name = SETTINGS_OF.get(one["controlType"], "curve")
    entry = {"id": one["controlId"], "fixedPF" if name.startswith("fixedPF") else name: one[name]}
    flags = {"isDefault": one["isDefault"], "isSuperseded": one["isSuperseded"]}
    kind = {"curveType": one["controlType"]} if name == "curve" else {}
    return entry | kind | ({} if name in ("enterService", "gradient") else flags)


def clear_support(station: Station, asked: Payload, now: datetime) -> Payload:
    """ClearDERControl."""
    held = station.memory.support
    gone = [
        key for key, one in held.items()
        if one["isDefault"] == asked["isDefault"] and asked.get("controlId") in (None, key)
        and asked.get("controlType") in (None, one["controlType"])
    ]  # fmt: skip
    for key in gone:
        del held[key]
    return {"status": "Accepted" if gone else "NotFound"}


def tell_fault(station: Station, fault: str, now: datetime, *, ended: bool) -> None:
    """NotifyDERAlarm."""
    said = {"controlType": "HVMustTrip", "gridEventFault": fault, "timestamp": stamp(now), "alarmEnded": ended}
    station.wire.ask("NotifyDERAlarm", said)


ANSWERS: Final[Mapping[str, Callable[[Station, Payload, datetime], Payload]]] = MappingProxyType(
    {"ClearDERControl": clear_support, "GetDERControl": tell_support, "SetDERControl": set_support}
)
