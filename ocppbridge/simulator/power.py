"""Charging profiles on a simulated station: kept, told, and obeyed: no car draws more than the composite schedule.

The schedule is the domain's own function; what a profile says is read as the station's version spells it (block K).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ocppbridge.charging.charging_profiles import Installed, Period, Purpose, Unit
from ocppbridge.charging.composite import Asked, Composite, Running, Situation, Supply, composite
from ocppbridge.simulator.clock import stamp, whole
from ocppbridge.simulator.evse import Evse
from ocppbridge.simulator.wire import Payload
from ocppbridge.versions.profiles import profile_2, read_profile, read_profile_16
from ocppbridge.versions.schedules import period as write_period

if TYPE_CHECKING:
    from ocppbridge.simulator.station import Station

Answer = Callable[["Station", Payload, datetime], Payload]
SUPPLY: Final = Supply(Decimal(230), 3)
DAY: Final = 86400


def install(station: Station, asked: Payload, now: datetime) -> Payload:
    """SetChargingProfile: replaces what has its id, or its purpose and level at the same place (K01.FR.05)."""
    old = station.schema_version == "1.6"
    evse = int(asked["connectorId" if old else "evseId"])
    profile = read_profile_16(asked["csChargingProfiles"]) if old else read_profile(asked["chargingProfile"])
    if evse not in (0, *station.evses) or (evse == 0 and profile.purpose is Purpose.TX):
        return {"status": "Rejected"}
    if profile.purpose is Purpose.TX and _transaction(station, evse, profile.transaction) is None:
        return {"status": "Rejected"}  # K01.FR.09
    held = station.memory.installed
    place = (evse, profile.purpose, profile.level, profile.transaction)
    held[:] = [
        one for one in held
        if one.profile.profile_id != profile.profile_id
        and (one.evse, one.profile.purpose, one.profile.level, one.profile.transaction) != place
    ]  # fmt: skip
    held.append(Installed(profile, evse))
    obey_all(station, now)
    return {"status": "Accepted"}


def _transaction(station: Station, evse: int, named: str | None) -> Evse | None:
    found = station.evses[evse]
    running = found.charge is not None and named in (None, str(found.charge.transaction_id))
    return found if running else None


def clear(station: Station, asked: Payload, now: datetime) -> Payload:
    """ClearChargingProfile: by id, or by criteria; without a word, everything (K10)."""
    said = asked.get("chargingProfileCriteria") or asked
    number = asked.get("chargingProfileId", asked.get("id"))
    purpose = said.get("chargingProfilePurpose")
    purpose = Purpose.STATION_MAX if purpose == "ChargePointMaxProfile" else purpose
    evse, level = said.get("evseId", said.get("connectorId")), said.get("stackLevel")
    fitting = [
        one for one in station.memory.installed
        if (number in (None, one.profile.profile_id)) and (purpose in (None, one.profile.purpose))
        and (evse in (None, one.evse)) and (level in (None, one.profile.level))
    ]  # fmt: skip
    station.memory.installed[:] = [one for one in station.memory.installed if one not in fitting]
    obey_all(station, now)
    return {"status": "Accepted" if fitting else "Unknown"}


def tell_profiles(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetChargingProfiles; each place in a ReportChargingProfiles of its own (K09)."""
    said = asked["chargingProfile"]
    purpose, level, numbers = (said.get(name) for name in ("chargingProfilePurpose", "stackLevel", "chargingProfileId"))
    fitting = [
        one for one in station.memory.installed
        if purpose in (None, one.profile.purpose) and level in (None, one.profile.level)
        and (numbers is None or one.profile.profile_id in numbers) and asked.get("evseId") in (None, one.evse)
        and one.source in said.get("chargingLimitSource", (one.source,))
    ]  # fmt: skip
    places = sorted({(one.evse, one.source) for one in fitting})
    for n, (evse, source) in enumerate(places, start=1):
        told = [profile_2(one.profile) for one in fitting if (one.evse, one.source) == (evse, source)]
        report = {"requestId": asked["requestId"], "chargingLimitSource": source, "evseId": evse}
        more = {"tbc": True} if n < len(places) else {}
        station.later(now, _saying(station, {**report, "chargingProfile": told, **more}))
    return {"status": "Accepted" if fitting else "NoProfiles"}


def _saying(station: Station, report: Payload) -> Callable[[datetime], None]:
    def say(now: datetime) -> None:
        station.wire.ask("ReportChargingProfiles", report)

    return say


def tell_schedule(station: Station, asked: Payload, now: datetime) -> Payload:
    """GetCompositeSchedule (K08)."""
    old = station.schema_version == "1.6"
    evse, unit = int(asked["connectorId" if old else "evseId"]), Unit(asked.get("chargingRateUnit", "A"))
    if evse not in (0, *station.evses):
        return {"status": "Rejected"}
    at = whole(now)
    held = _composite(station, evse, at, asked["duration"], unit)
    periods = [write_period(one) for one in held.periods if one.limit is not None]
    if not periods:
        periods = [write_period(Period(0, _built_for(station, unit)))]
    shared = {"duration": asked["duration"], "chargingRateUnit": unit.value, "chargingSchedulePeriod": periods}
    if old:
        return {"status": "Accepted", "connectorId": evse, "scheduleStart": stamp(at), "chargingSchedule": shared}
    return {"status": "Accepted", "schedule": {"evseId": evse, "scheduleStart": stamp(at), **shared}}


def use_priority(station: Station, asked: Payload, now: datetime) -> Payload:
    """UsePriorityCharging (K21); without such a profile there is nothing to use."""
    evse = station.find_charge(asked["transactionId"])
    if evse is None or evse.charge is None:
        return {"status": "Rejected"}
    if not any(one.profile.purpose is Purpose.PRIORITY for one in station.memory.installed):
        return {"status": "NoProfile"}
    evse.charge.priority = asked["activate"]
    obey(station, evse, now)
    return {"status": "Accepted"}


ANSWERS: Final[Mapping[str, Answer]] = MappingProxyType(
    {
        "ClearChargingProfile": clear,
        "GetChargingProfiles": tell_profiles,
        "GetCompositeSchedule": tell_schedule,
        "SetChargingProfile": install,
        "UsePriorityCharging": use_priority,
    }
)


def _built_for(station: Station, unit: Unit) -> Decimal:
    watts = Decimal(station.profile.power)
    return watts if unit is Unit.W else SUPPLY.amperes(watts).quantize(Decimal("0.1"), ROUND_FLOOR)


def caps(station: Station, evse: Evse, now: datetime) -> tuple[Period, ...]:
    """What holds for a day beside a transaction's own profile, in W: limits of the station and of others."""
    held = [one for one in station.memory.installed if one.profile.purpose not in (Purpose.TX, Purpose.TX_DEFAULT)]
    return _composite(station, evse.number, whole(now), DAY, Unit.W, held).periods


def _composite(
    station: Station, evse: int, start: datetime, duration: int, unit: Unit, held: Sequence[Installed] | None = None
) -> Composite:
    running = {
        number: Running(str(one.charge.transaction_id), one.charge.started_at, one.charge.priority)
        for number, one in station.evses.items()
        if one.charge is not None
    }
    most = _built_for(station, Unit.A) if unit is Unit.A else SUPPLY.amperes(Decimal(station.profile.power))
    supplies = {number: Supply(SUPPLY.voltage, SUPPLY.phases, most) for number in station.evses}
    profiles = station.memory.installed if held is None else held
    return composite(profiles, Asked(evse, start, duration, unit), Situation(running, supplies, UTC))


def obey_all(station: Station, now: datetime) -> None:
    """Something was set or taken away."""
    for evse in station.evses.values():
        obey(station, evse, now)


def obey(station: Station, evse: Evse, now: datetime) -> None:
    """The car draws what it may from now on, and looks again when that changes."""
    if evse.number in station.memory.steered:
        return  # two_way does
    if not station.memory.installed or evse.charge is None:
        if evse.meter.power != station.profile.power:
            evse.meter.flow(station.profile.power, whole(now))
        return
    at, charge = whole(now), evse.charge
    held = _composite(station, evse.number, at, DAY, Unit.W)
    limit = next((one.limit for one in held.periods if one.start == 0), None)
    watts = station.profile.power if limit is None else max(0, min(station.profile.power, int(limit)))
    if watts != evse.meter.power:
        evse.meter.flow(watts, at)
        station.note("limited", now, evse=evse.number, power=watts)
    change = next((one.start for one in held.periods if one.start > 0), DAY)

    def again(then: datetime) -> None:
        if evse.charge is charge:
            obey(station, evse, then)

    station.later(at + timedelta(seconds=change), again)
