"""A station of 2.1 whose car can give energy back (block Q).

It obeys the last profile of a transaction, within what other profiles leave: scheduled periods as their time comes,
dynamic figures as they are pushed or pulled, signals by the curve. Offline it goes on until maxOfflineDuration, and
then lets the profile go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    watts = _watts(station, held.period, caps[0] if caps else Period(0))
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


def _watts(station: Station, period: Mapping[str, Any], cap: Period) -> int:
    """Within what station and car can do, and others leave; a car that nobody steers charges as much as it may."""
    if period.get("operationMode") == "Idle":
        return 0
    most, least = station.profile.power, -station.profile.gives_back
    wanted = period.get("setpoint", period.get("v2xBaseline", most))
    upper, lower = [most, period.get("limit", most)], [least, period.get("dischargeLimit", least)]
    if cap.limit is not None:
        upper.append(cap.limit)
    if cap.discharge_limit is not None:
        lower.append(cap.discharge_limit)
    return int(max(*lower, min(*upper, wanted)))
