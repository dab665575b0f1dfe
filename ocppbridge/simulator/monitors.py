"""Monitors of a station, the events and streams by which they tell, and what it keeps of customers (block N)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ocppbridge.simulator.clock import stamp
from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station

PAGE = 3
SOON = timedelta(milliseconds=100)
PERIODIC = ("Periodic", "PeriodicClockAligned")
SEND = 6
Entry = dict[str, Any]


def set_some(station: Station, asked: Payload, now: datetime) -> Payload:
    """SetVariableMonitoring (N04)."""
    return {"setMonitoringResult": [_set(station, one, now) for one in asked["setMonitoringData"]]}


def clear(station: Station, asked: Payload, now: datetime) -> Payload:
    """ClearVariableMonitoring (N06)."""
    held = station.memory.upkeep.monitors
    results = [{"id": one, "status": "Accepted" if held.pop(one, None) else "NotFound"} for one in asked["id"]]
    for number, stream in list(station.memory.upkeep.streams.items()):
        if stream["variableMonitoringId"] not in held:
            del station.memory.upkeep.streams[number]
            station.wire.ask("ClosePeriodicEventStream", {"id": number})
    return {"clearMonitoringResult": results}


def report(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetMonitoringReport (N02)."""
    wanted, kinds = asked.get("componentVariable"), asked.get("monitoringCriteria")
    found = [
        one
        for one in station.memory.upkeep.monitors.values()
        if (wanted is None or any(_is_on(one, which) for which in wanted)) and (kinds is None or _kind(one) in kinds)
    ]
    if not found:
        return {"status": "EmptyResultSet"}

    def tell(then: datetime) -> None:
        entries = [_entry(station, one) for one in found]
        for number, page, more in pages(entries):
            said = {"requestId": asked["requestId"], "seqNo": number, "generatedAt": stamp(then), "monitor": page}
            station.wire.ask("NotifyMonitoringReport", said | more)

    station.later(now + SOON, tell)
    return {"status": "Accepted"}


def set_base(station: Station, asked: Payload, now: datetime) -> Payload:
    """SetMonitoringBase (N05): a lesser one takes monitors off."""
    station.memory.upkeep.base = asked["monitoringBase"]
    if asked["monitoringBase"] != "All":
        station.memory.upkeep.monitors.clear()
    return {"status": "Accepted"}


def set_level(station: Station, asked: Payload, now: datetime) -> Payload:
    """SetMonitoringLevel (N03)."""
    if not 0 <= asked["severity"] <= 9:
        return {"status": "Rejected"}
    station.memory.upkeep.level = asked["severity"]
    return {"status": "Accepted"}


def adjust(station: Station, asked: Payload, now: datetime) -> Payload:
    """AdjustPeriodicEventStream (2.1)."""
    stream = station.memory.upkeep.streams.get(asked["id"])
    if stream is None:
        return {"status": "Rejected"}
    stream["params"] = asked["params"]
    return {"status": "Accepted"}


def list_streams(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetPeriodicEventStream (2.1)."""
    found = list(station.memory.upkeep.streams.values())
    return {"constantStreamData": found} if found else {}


def happen(station: Station, said: Payload, now: datetime) -> None:
    """A component's variable has another value: an event, as its monitor or the hardware tells it."""
    component, variable = said["component"], said["variable"]
    severity = int(said.get("severity", 9))
    if severity > station.memory.upkeep.level:
        return
    found = next((one for one in station.memory.upkeep.monitors.values() if _names(one) == (component, variable)), None)
    _tell(station, {"name": component}, {"name": variable}, str(said["value"]), now, "Alerting", severity, found)


def pages(entries: Sequence[Entry]) -> list[tuple[int, list[Entry], Entry]]:
    """(number, entries, what says that more follow)."""
    cut = [list(entries[start : start + PAGE]) for start in range(0, len(entries), PAGE)]
    return [(number, page, {"tbc": True} if number < len(cut) - 1 else {}) for number, page in enumerate(cut)]


def tell_customer(station: Station, asked: Payload, now: datetime) -> Payload:
    """CustomerInformation (N09, N10)."""
    upkeep = station.memory.upkeep
    if not (asked["report"] or asked["clear"]):
        return {"status": "Rejected"}
    token = asked.get("idToken", {}).get("idToken", "")
    known = [one for one in sorted(upkeep.customers) if one.casefold() == token.casefold()]
    if asked["clear"]:
        upkeep.customers.difference_update(known)
        station.memory.tokens.pop(token.casefold(), None)
    if not asked["report"]:
        return {"status": "Accepted"}

    def tell(then: datetime) -> None:
        lines = [{"data": f"token {one} has charged here"} for one in known] or [{"data": ""}]
        for number, page, more in pages(lines):
            data = "\n".join(one["data"] for one in page)
            said = {"requestId": asked["requestId"], "seqNo": number, "generatedAt": stamp(then), "data": data}
            station.wire.ask("NotifyCustomerInformation", said | more)

    station.later(now + SOON, tell)
    return {"status": "Accepted"}


def _set(station: Station, one: Entry, now: datetime) -> Entry:
    upkeep = station.memory.upkeep
    answer = {"type": one["type"], "severity": one["severity"], "component": one["component"]}
    answer["variable"] = one["variable"]
    if one.get("id") is not None and one["id"] not in upkeep.monitors:
        return answer | {"status": "Rejected"}
    number = one.get("id") or max(upkeep.monitors, default=0) + 1
    upkeep.monitors[number] = {**one, "id": number}
    if "periodicEventStream" in one:
        _open(station, upkeep.monitors[number])
    elif one["type"] in PERIODIC:
        _repeat(station, number, timedelta(seconds=max(float(one["value"]), 1)), now)
    return answer | {"status": "Accepted", "id": number}


def _repeat(station: Station, number: int, every: timedelta, now: datetime) -> None:
    def again(then: datetime) -> None:
        one = station.memory.upkeep.monitors.get(number)
        if one is None:
            return
        if station.accepted:
            _tell(station, one["component"], one["variable"], "1", then, "Periodic", one["severity"], one)
        station.later(then + every, again)

    station.later(now + every, again)


def _open(station: Station, monitor: Entry) -> None:
    """2.1: its values come by a stream, if the hub lets it."""
    stream = {"id": monitor["id"], "variableMonitoringId": monitor["id"], "params": monitor["periodicEventStream"]}

    def opened(answer: Payload | None, now: datetime) -> None:
        if (answer or {}).get("status") == "Accepted":
            station.memory.upkeep.streams[stream["id"]] = stream
            _flow(station, stream["id"], now)

    station.wire.ask("OpenPeriodicEventStream", {"constantStreamData": stream}, settle=opened)


def _flow(station: Station, number: int, now: datetime) -> None:
    stream = station.memory.upkeep.streams.get(number)
    if stream is None:
        return
    every = timedelta(seconds=max(stream["params"].get("interval") or 1, 1))

    def tell(then: datetime) -> None:
        if number in station.memory.upkeep.streams and station.accepted:
            said = {"id": number, "pending": 0, "basetime": stamp(now), "data": [{"t": 0, "v": "1"}]}
            station.wire.mutter(json.dumps([SEND, station.new_id(), "NotifyPeriodicEventStream", said]))
        _flow(station, number, then)

    station.later(now + every, tell)


def _tell(
    station: Station, component: Entry, variable: Entry, value: str, now: datetime, trigger: str, severity: int,
    monitor: Entry | None,
) -> None:  # fmt: skip
    upkeep = station.memory.upkeep
    upkeep.events += 1
    event = {
        "eventId": upkeep.events, "timestamp": stamp(now), "trigger": trigger, "actualValue": value,
        "eventNotificationType": "CustomMonitor" if monitor else "HardWiredNotification",
        "component": component, "variable": variable,
    }  # fmt: skip
    if monitor is not None:
        event["variableMonitoringId"] = monitor["id"]
    if station.schema_version == "2.1":
        event["severity"] = severity
    station.wire.ask("NotifyEvent", {"generatedAt": stamp(now), "seqNo": 0, "eventData": [event]})


def _entry(station: Station, one: Entry) -> Entry:
    rule = {name: one[name] for name in ("id", "type", "severity", "value")} | {
        "transaction": one.get("transaction", False)
    }
    if station.schema_version == "2.1":
        rule["eventNotificationType"] = "CustomMonitor"
    return {"component": one["component"], "variable": one["variable"], "variableMonitoring": [rule]}


def _names(one: Entry) -> tuple[str, str]:
    return one["component"]["name"], one["variable"]["name"]


def _is_on(one: Entry, wanted: Entry) -> bool:
    named = (wanted.get("variable") or one["variable"])["name"]
    return _names(one) == (wanted["component"]["name"], named)


def _kind(one: Entry) -> str:
    if one["type"] in PERIODIC:
        return "PeriodicMonitoring"
    return "ThresholdMonitoring" if one["type"].endswith("Threshold") else "DeltaMonitoring"
