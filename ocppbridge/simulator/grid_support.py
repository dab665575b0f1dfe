"""Grid support of a simulated 2.1 station (block R): controls are held, told, cleared; alarms come from scenarios."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ocppbridge.simulator.clock import stamp
from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station


def set_support(station: Station, asked: Payload, now: datetime) -> Payload:
    """SetDERControl: a new default of a kind pushes the older aside."""
    held = station.memory.support
    aside = [
        key for key, one in held.items()
        if key != asked["controlId"] and (one["controlType"], one["isDefault"]) == (asked["controlType"], True)
    ]  # fmt: skip
    held[asked["controlId"]] = asked
    return {"status": "Accepted"} | ({"supersededIds": aside} if aside and asked["isDefault"] else {})


def tell_support(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetDERControl: curves and frequency droop are told; one page."""
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
    flags = {"isSuperseded": False, "isDefault": found[0]["isDefault"]}
    curves = [
        {"id": one["controlId"], "curveType": one["controlType"], "curve": one["curve"], **flags}
        for one in found if "curve" in one
    ]  # fmt: skip
    droops = [
        {"id": one["controlId"], "freqDroop": one["freqDroop"], **flags}
        for one in found if "freqDroop" in one
    ]  # fmt: skip
    lists = ({"curve": curves} if curves else {}) | ({"freqDroop": droops} if droops else {})
    said = {"requestId": asked["requestId"], **lists}
    station.later(now + timedelta(milliseconds=100), lambda then: station.wire.ask("ReportDERControl", said))
    return {"status": "Accepted"}


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
