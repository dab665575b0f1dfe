"""A station of 2.1 whose car can give energy back (block Q).

It obeys the last profile of a transaction, within what other profiles leave: scheduled periods as their time comes,
dynamic figures as they are pushed or pulled, signals and the grid's frequency by their curves, which lie on the
baseline. Offline it goes on until maxOfflineDuration, and
then lets the profile go.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ocppbridge.charging.charging_profiles import Period
from ocppbridge.simulator import power
from ocppbridge.simulator.clock import whole
from ocppbridge.simulator.evse import Evse
from ocppbridge.simulator.wire import Payload
from ocppbridge.versions.profiles import read_profile

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
    told: str | None = None
    """The mode that the hub heard last."""
    signal: int = 0
    """The AFRR signal that it was told last."""


def install(station: Station, asked: Payload, now: datetime) -> Payload:
    """SetChargingProfile: that of a running transaction steers its car, others limit it."""
    profile = asked["chargingProfile"]
    if profile["chargingProfilePurpose"] != "TxProfile":
        answer = power.install(station, asked, now)
        _obey_all(station, now)
        return answer
    evse = station.find_charge(profile.get("transactionId"))
    if evse is None or evse.number != asked["evseId"]:
        return {"status": "Rejected", "statusInfo": {"reasonCode": "TxNotFound"}}
    held = station.memory.steered[evse.number] = Steered(profile, profile["transactionId"])
    power.install(station, asked, now)
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
    """ClearChargingProfile: a car whose profile is gone charges again as it may."""
    answer = power.clear(station, asked, now)
    left = {one.profile.profile_id for one in station.memory.installed}
    for number, held in list(station.memory.steered.items()):
        if held.profile["id"] not in left:
            _let_go(station, station.evses[number], now)
    _obey_all(station, now)
    return answer


def update(station: Station, asked: Payload, now: datetime) -> Payload:
    """UpdateDynamicSchedule."""
    for number, held in station.memory.steered.items():
        if held.profile["id"] == asked["chargingProfileId"]:
            _write(station, held, asked["scheduleUpdate"])
            _obey(station, station.evses[number], held, now)
            return {"status": "Accepted"}
    return {"status": "Rejected"}


def _write(station: Station, held: Steered, figures: Payload) -> None:
    """New figures of a dynamic profile; the composite schedule has them too."""
    held.period |= figures
    schedule = held.profile["chargingSchedule"][0] | {"chargingSchedulePeriod": [held.period | {"startPeriod": 0}]}
    profile = read_profile(held.profile | {"chargingSchedule": [schedule]})
    station.memory.installed[:] = [
        replace(one, profile=profile) if one.profile.profile_id == profile.profile_id else one
        for one in station.memory.installed
    ]


def follow(station: Station, asked: Payload, now: datetime) -> Payload:
    """AFRRSignal: those with a curve follow it."""
    following = [one for one in station.memory.steered.items() if one[1].period.get("v2xSignalWattCurve")]
    for number, held in following:
        held.signal = asked["signal"]
        _obey(station, station.evses[number], held, now)
    return {"status": "Accepted" if following else "Rejected"}


def swing(station: Station, millihertz: int, now: datetime) -> None:
    """The grid has another frequency from now on."""
    station.memory.millihertz = millihertz
    _obey_all(station, now)


def allow(station: Station, asked: Payload, now: datetime) -> Payload:
    """NotifyAllowedEnergyTransfer."""
    station.note("transfers_allowed", now, transfers=asked["allowedEnergyTransfer"])
    return {"status": "Accepted"}


ANSWERS: Final[Mapping[str, Callable[[Station, Payload, datetime], Payload]]] = MappingProxyType(
    {
        "AFRRSignal": follow,
        "ClearChargingProfile": clear,
        "NotifyAllowedEnergyTransfer": allow,
        "SetChargingProfile": install,
        "UpdateDynamicSchedule": update,
    }
)


def tell_needs(station: Station, evse: Evse, transfer: str, now: datetime, *, dynamic: bool) -> None:
    """What the car wants, and can do; refused, the session ends (ReqEnergyTransferRejected)."""

    def settle(answer: Payload | None, then: datetime) -> None:
        status = (answer or {}).get("status")
        why = (answer or {}).get("statusInfo", {})
        reason = {"reason": why.get("additionalInfo") or why["reasonCode"]} if why else {}
        station.note("needs_answered", then, evse=evse.number, status=status, **reason)
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


def alone(station: Station, now: datetime) -> None:
    """The socket is gone: each profile holds so long without the hub, and no longer (Q11)."""
    for number, held in station.memory.steered.items():
        longest = held.profile.get("maxOfflineDuration")
        if longest is not None:
            station.later(now + timedelta(seconds=longest), _unless_back(station, station.evses[number], held))


def forget(station: Station, evse: Evse) -> None:
    """The transaction is over."""
    _drop(station, evse)
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
            _write(station, held, (answer or {}).get("scheduleUpdate", {}))
            _obey(station, evse, held, then)

    def pull(then: datetime) -> None:
        if station.memory.steered.get(evse.number) is held:
            station.wire.ask("PullDynamicScheduleUpdate", {"chargingProfileId": held.profile["id"]}, settle=told)
            _pull_later(station, evse, held, then)

    station.later(now + timedelta(seconds=held.profile["dynUpdateInterval"]), pull)


def _obey_all(station: Station, now: datetime) -> None:
    for number, held in list(station.memory.steered.items()):
        _obey(station, station.evses[number], held, now)


def _obey(station: Station, evse: Evse, held: Steered, now: datetime) -> None:
    charge = evse.charge
    if station.memory.steered.get(evse.number) is not held or charge is None:
        return
    caps = power.caps(station, evse, now)
    watts = _watts(station, held, caps[0] if caps else Period(0))
    mode = held.period.get("operationMode")
    if (watts, mode) != (evse.meter.power, held.told):
        held.told = mode
        evse.meter.flow(watts, whole(now))
        station.note("steered", now, evse=evse.number, power=watts, mode=mode)
        station.say_steered(evse, charge, mode, whole(now))
    if len(caps) > 1:
        station.later(whole(now) + timedelta(seconds=caps[1].start), lambda then: _obey(station, evse, held, then))


def _let_go(station: Station, evse: Evse, now: datetime) -> None:
    _drop(station, evse)
    evse.meter.flow(station.profile.power, whole(now))
    power.obey(station, evse, now)
    station.note("let_go", now, evse=evse.number)
    if evse.charge is not None:
        station.say_steered(evse, evse.charge, "ChargingOnly", whole(now))


def _drop(station: Station, evse: Evse) -> None:
    held = station.memory.steered.pop(evse.number, None)
    if held is not None:
        installed = station.memory.installed
        installed[:] = [one for one in installed if one.profile.profile_id != held.profile["id"]]


def _watts(station: Station, held: Steered, cap: Period) -> int:
    """Within what station and car can do, and others leave; a car that nobody steers charges as much as it may."""
    period = held.period
    if period.get("operationMode") == "Idle":
        return 0
    most, least = station.profile.power, -station.profile.gives_back
    wanted = _wanted(station, held, most)
    upper, lower = [most, _phases(period, "limit", most)], [least, _phases(period, "dischargeLimit", least)]
    if cap.limit is not None:
        upper.append(float(cap.limit))
    if cap.discharge_limit is not None:
        lower.append(float(cap.discharge_limit))
    return int(max(*lower, min(*upper, wanted)))


def _wanted(station: Station, held: Steered, most: float) -> float:
    period = held.period
    lies = float(period.get("v2xBaseline", 0))
    if "v2xSignalWattCurve" in period:
        return lies + _between([(one["signal"], one["power"]) for one in period["v2xSignalWattCurve"]], held.signal)
    if "v2xFreqWattCurve" in period:
        points = [(one["frequency"], one["power"]) for one in period["v2xFreqWattCurve"]]
        return lies + _between(points, station.memory.millihertz / 1000)
    return _phases(period, "setpoint", period.get("v2xBaseline", most))


def _phases(period: Mapping[str, Any], name: str, absent: float) -> float:
    """In total: with L2 or L3 the first figure is L1's alone."""
    told = [float(period[one]) for one in (name, f"{name}_L2", f"{name}_L3") if one in period]
    return sum(told) if told else absent


def _between(points: Sequence[tuple[float, float]], at: float) -> float:
    """On a straight line between two points of a curve; beyond its ends what they say."""
    for (left, low), (right, high) in itertools.pairwise(points):
        if left <= at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return points[0][1] if at < points[0][0] else points[-1][1]
