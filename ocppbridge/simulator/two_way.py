"""A station of 2.1 whose car can give energy back (block Q), and its grid support (block R).

It obeys the last profile of a transaction: scheduled periods as their time comes, dynamic figures as they are pushed or
pulled, signals by the curve. Offline it goes on until maxOfflineDuration, and then lets the profile go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ocppbridge.simulator.clock import stamp, whole
from ocppbridge.simulator.evse import Evse
from ocppbridge.simulator.wire import Payload

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station

REPORTED: Final = {
    ("V2XChargingCtrlr", "Available"): "true",
    ("V2XChargingCtrlr", "Enabled"): "true",
    ("SmartChargingCtrlr", "SupportsDynamicProfiles"): "true",
    ("DCDERCtrlr", "Available"): "true",
    ("DCDERCtrlr", "Enabled"): "true",
}


@dataclass
class Steered:
    """What an EVSE's car was told to do; `period` is the one that holds, as figures on the wire."""

    profile: Payload
    transaction: str
    period: Payload = field(default_factory=dict)


def install(station: Station, asked: Payload, now: datetime) -> Payload:
    """SetChargingProfile for a running transaction."""
    profile = asked["chargingProfile"]
    evse = station.find_charge(profile.get("transactionId"))
    if evse is None:
        return {"status": "Rejected", "statusInfo": {"reasonCode": "TxNotFound"}}
    held = station.memory.steered[evse.number] = Steered(profile, profile["transactionId"])
    schedule = profile["chargingSchedule"][0]
    begins = datetime.fromisoformat(schedule["startSchedule"]) if "startSchedule" in schedule else now
    for period in schedule["chargingSchedulePeriod"]:
        at = begins + timedelta(seconds=period["startPeriod"])
        if at <= now:
            held.period = dict(period)
        else:
            station.later(at, _from_then_on(station, evse, held, period))
    _obey(station, evse, held, now)
    if "dynUpdateInterval" in profile:
        _pull_later(station, evse, held, now)
    return {"status": "Accepted"}


def clear(station: Station, asked: Payload, now: datetime) -> Payload:
    """ClearChargingProfile: the car charges again as it likes."""
    for number, held in list(station.memory.steered.items()):
        if asked.get("chargingProfileId") in (None, held.profile["id"]):
            _let_go(station, station.evses[number], now)
            return {"status": "Accepted"}
    return {"status": "Unknown"}


def update(station: Station, asked: Payload, now: datetime) -> Payload:
    """UpdateDynamicSchedule."""
    for number, held in station.memory.steered.items():
        if held.profile["id"] == asked["chargingProfileId"]:
            held.period |= asked["scheduleUpdate"]
            _obey(station, station.evses[number], held, now)
            return {"status": "Accepted"}
    return {"status": "Rejected"}


def follow(station: Station, asked: Payload, now: datetime) -> Payload:
    """AFRRSignal: the power of the nearest point of the curve."""
    curves = {
        number: curve for number, held in station.memory.steered.items()
        if (curve := held.period.get("v2xSignalWattCurve"))
    }  # fmt: skip
    for number, curve in curves.items():
        point = min(curve, key=lambda one: abs(one["signal"] - asked["signal"]))
        held = station.memory.steered[number]
        held.period["setpoint"] = point["power"]
        _obey(station, station.evses[number], held, now)
    return {"status": "Accepted" if curves else "Rejected"}


def allow(station: Station, asked: Payload, now: datetime) -> Payload:
    """NotifyAllowedEnergyTransfer."""
    station.note("transfers_allowed", now, transfers=asked["allowedEnergyTransfer"])
    return {"status": "Accepted"}


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


ANSWERS: Final[Mapping[str, Callable[[Station, Payload, datetime], Payload]]] = MappingProxyType(
    {
        "AFRRSignal": follow,
        "ClearChargingProfile": clear,
        "ClearDERControl": clear_support,
        "GetDERControl": tell_support,
        "NotifyAllowedEnergyTransfer": allow,
        "SetChargingProfile": install,
        "SetDERControl": set_support,
        "UpdateDynamicSchedule": update,
    }
)


def tell_needs(station: Station, evse: Evse, transfer: str, now: datetime, *, dynamic: bool) -> None:
    """What the car wants, and can do; refused, the session ends (ReqEnergyTransferRejected)."""

    def settle(answer: Payload | None, then: datetime) -> None:
        status = (answer or {}).get("status")
        station.note("needs_answered", then, evse=evse.number, status=status)
        if status == "Rejected":
            station.end(evse, "ReqEnergyTransferRejected", then)
            station.say_states(then)

    most = station.profile.gives_back or 7_400
    needs = {
        "requestedEnergyTransfer": transfer,
        "controlMode": "DynamicControl" if dynamic else "ScheduledControl",
        "v2xChargingParameters": {"maxChargePower": station.profile.power, "maxDischargePower": most},
    }
    station.wire.ask("NotifyEVChargingNeeds", {"evseId": evse.number, "chargingNeeds": needs}, settle=settle)


def tell_fault(station: Station, fault: str, now: datetime, *, ended: bool) -> None:
    """NotifyDERAlarm."""
    said = {"controlType": "HVMustTrip", "gridEventFault": fault, "timestamp": stamp(now), "alarmEnded": ended}
    station.wire.ask("NotifyDERAlarm", said)


def alone(station: Station, now: datetime) -> None:
    """The socket is gone: each profile holds so long without the hub, and no longer (Q11)."""
    for number, held in station.memory.steered.items():
        longest = held.profile.get("maxOfflineDuration")
        if longest is not None:
            station.later(now + timedelta(seconds=longest), _unless_back(station, station.evses[number], held))


def forget(station: Station, evse: Evse) -> None:
    """The transaction is over."""
    station.memory.steered.pop(evse.number, None)
    evse.meter.power = station.profile.power


def _from_then_on(station: Station, evse: Evse, held: Steered, period: Payload) -> Callable[[datetime], None]:
    def begin(then: datetime) -> None:
        held.period = dict(period)
        _obey(station, evse, held, then)

    return begin


def _unless_back(station: Station, evse: Evse, held: Steered) -> Callable[[datetime], None]:
    def look(then: datetime) -> None:
        if not station.wire.online and station.memory.steered.get(evse.number) is held:
            _let_go(station, evse, then)

    return look


def _pull_later(station: Station, evse: Evse, held: Steered, now: datetime) -> None:
    def told(answer: Payload | None, then: datetime) -> None:
        if (answer or {}).get("status") == "Accepted":
            held.period |= (answer or {}).get("scheduleUpdate", {})
            _obey(station, evse, held, then)

    def pull(then: datetime) -> None:
        if station.memory.steered.get(evse.number) is held:
            station.wire.ask("PullDynamicScheduleUpdate", {"chargingProfileId": held.profile["id"]}, settle=told)
            _pull_later(station, evse, held, then)

    station.later(now + timedelta(seconds=held.profile["dynUpdateInterval"]), pull)


def _obey(station: Station, evse: Evse, held: Steered, now: datetime) -> None:
    charge = evse.charge
    if station.memory.steered.get(evse.number) is not held or charge is None:
        return
    power = _power(station, held.period)
    mode = held.period.get("operationMode")
    evse.meter.flow(power, whole(now))
    station.note("steered", now, evse=evse.number, power=power, mode=mode)
    station.say_steered(evse, charge, mode, whole(now))


def _let_go(station: Station, evse: Evse, now: datetime) -> None:
    station.memory.steered.pop(evse.number, None)
    evse.meter.flow(station.profile.power, whole(now))
    station.note("let_go", now, evse=evse.number)
    if evse.charge is not None:
        station.say_steered(evse, evse.charge, "ChargingOnly", whole(now))


def _power(station: Station, period: Mapping[str, Any]) -> int:
    """Watts, within what station and car can do; a car that nobody steers charges as much as it may."""
    if period.get("operationMode") == "Idle":
        return 0
    most, least = station.profile.power, -station.profile.gives_back
    wanted = period.get("setpoint", period.get("v2xBaseline", most))
    upper, lower = period.get("limit", most), period.get("dischargeLimit", least)
    return int(max(least, lower, min(most, upper, wanted)))
