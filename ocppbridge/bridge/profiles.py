"""OCPI charging profiles of sessions at our own stations: a TxProfile, its end, and what holds (CHP-01…03, OCP-08).

A profile's id is its transaction's row: a new one replaces the old. Whoever has set a profile is told what became of it
(CHP-10, CHP-11): after each change of ours the station is asked for its composite schedule.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final
from uuid import UUID

from ocppbridge.bridge import power
from ocppbridge.bridge.ordering import PURPOSE, Declined
from ocppbridge.charging.charging_profiles import ChargingProfile, Kind, Period, Purpose, Schedule, Unit, flaw
from ocppbridge.charging.intents import AskSchedule, ClearProfiles, InstallProfile, Intent, NotOffered
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.tokens import Place
from ocppbridge.models import Call, Station, Transaction
from ocppbridge.services import calls
from roaming.models import Command
from roaming.ocpi import json
from roaming.ocpi.chargingprofiles import SetChargingProfile
from roaming.ocpi.decoding import decode
from roaming.ocpi.locations import Capability
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import format_datetime, parse_datetime
from roaming.services import commands, locations, profiles
from roaming.services.decisions import choices

FOLLOWED: Final = "profile"
CAPABLE: Final = Capability.CHARGING_PROFILE_CAPABLE.value
SHORTEST, LONGEST = 300, 3600  # seconds that are told of a change (CHP-11)
LONGEST_ASKED: Final = 7 * 24 * 3600
PHASES: Final = {"AC_1_PHASE": 1, "AC_2_PHASE": 2, "AC_2_PHASE_SPLIT": 2, "AC_3_PHASE": 3}
MINUTE: Final = timedelta(minutes=1)
TENTH: Final = Decimal("0.1")
_LARGEST_ID: Final = 2**31 - 1


def set_profile(command: Command) -> tuple[Station, Intent]:
    """PUT."""
    row = _session(command)
    _refuse_flood(command, row)
    asked = decode(SetChargingProfile, {**json.loads(command.request), "response_url": command.response_url})
    told = asked.charging_profile
    if not told.charging_profile_period:
        raise Declined("REJECTED", "a profile without periods limits nothing")
    first = told.charging_profile_period[0]
    if first.start_period:
        said = choices().value("PROFILE-LATE-START", station=row.station.identity)  # decision: PROFILE-LATE-START
        if said == "reject":
            raise Declined("REJECTED", "the first period begins later than the profile, which OCPP cannot say")
        first.start_period = 0
    phases = PHASES.get(json.loads(row.location)["connector_power_type"])
    periods = tuple(Period(one.start_period, Decimal(one.limit), phases=phases) for one in told.charging_profile_period)
    if said := flaw(periods):
        raise Declined("REJECTED", said)
    least = None if told.min_charging_rate is None else Decimal(told.min_charging_rate)
    start = _plain(told.start_date_time)
    schedule = Schedule(Unit(told.charging_rate_unit.value), periods, start, told.duration, least)
    profile = ChargingProfile(
        _number(row), 0, Purpose.TX, Kind.ABSOLUTE if start else Kind.RELATIVE, (schedule,),
        transaction=row.transaction_id or str(row.wire_id),
    )  # fmt: skip
    return row.station, InstallProfile(profile, _place(row))


def ask_profile(command: Command) -> tuple[Station, Intent]:
    """GET."""
    row = _session(command)
    duration = min(int(json.loads(command.request)["duration"]), LONGEST_ASKED)
    return row.station, AskSchedule(_place(row), duration)


def clear_profile(command: Command) -> tuple[Station, Intent]:
    """DELETE."""
    row = _session(command)
    return row.station, ClearProfiles(_number(row))


TRANSLATORS: Final[dict[str, Callable[[Command], tuple[Station, Intent]]]] = {
    "SET_PROFILE": set_profile,
    "GET_PROFILE": ask_profile,
    "CLEAR_PROFILE": clear_profile,
}


def settled(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The station has answered, or has not: the result, and what follows from it."""
    if call.purpose == FOLLOWED:
        active = active_of(outcome, now) or _computed(call, outcome, now)
        if active is not None:
            profiles.tell_change(call.reference, active, now)
    elif call.purpose == PURPOSE:
        _tell_result(call, outcome, now)


def _tell_result(call: Call, outcome: Outcome | None, now: datetime) -> None:
    result = result_of(outcome, call.action)
    active = None
    if call.action == "GetCompositeSchedule" and outcome is not None:
        active = active_of(outcome, now) or _computed(call, outcome, now)
        result = "ACCEPTED" if active is not None else result
    body = {"result": result} | ({"profile": active} if active else {})
    if commands.settle(call.reference, result, "", body=json.dumps(body), now=now) and result == "ACCEPTED":
        _follow(call)


def result_of(outcome: Outcome | None, action: str) -> str:
    """A ChargingProfileResultType (CHP-06): a station that is silent, or had no such profile, leaves it UNKNOWN."""
    if outcome is None or (action == "ClearChargingProfile" and outcome.status == "Unknown"):
        return "UNKNOWN"
    return "ACCEPTED" if isinstance(outcome, Accepted) else "REJECTED"


def active_of(outcome: Outcome | None, now: datetime) -> dict[str, Any] | None:
    """An ActiveChargingProfile out of a composite schedule; None where the station told none."""
    if not isinstance(outcome, Accepted) or not outcome.data.get("periods"):
        return None
    told = outcome.data
    periods = [
        {"start_period": period["start"], "limit": round(Decimal(period["limit"]), 1)}
        for period in told["periods"]
        if "limit" in period
    ]
    profile: dict[str, Any] = {"charging_rate_unit": told["unit"], "charging_profile_period": periods}
    if told.get("duration") is not None:
        profile["duration"] = told["duration"]
    start = _moment(told.get("start")) or now
    return {"start_date_time": format_datetime(start), "charging_profile": profile}


def _computed(call: Call, outcome: Outcome | None, now: datetime) -> dict[str, Any] | None:
    """What we make of it ourselves, where a station has no composite schedule to tell; not where it is silent."""
    intent = calls.intent_of(call)
    if outcome is None or not isinstance(intent, AskSchedule):
        return None
    start = now.replace(microsecond=0)
    found = power.computed(call.station, intent.place.evse, start, intent.duration, intent.unit or Unit.A)
    limits = [period for period in found.periods if period.limit is not None]
    if not limits or limits[0].start:
        return None
    periods = [
        {"start_period": one.start, "limit": one.limit.quantize(TENTH, ROUND_FLOOR)}
        for one in limits
        if one.limit is not None
    ]
    profile = {"charging_rate_unit": found.asked.unit.value, "charging_profile_period": periods}
    return {
        "start_date_time": format_datetime(start),
        "charging_profile": {**profile, "duration": intent.duration},
    }


def _plain(moment: datetime | None) -> datetime | None:
    """Of datetime's own class, which is what a call is stored with."""
    return None if moment is None else datetime.combine(moment.date(), moment.timetz())


def _moment(text: str | None) -> datetime | None:
    try:
        return parse_datetime(text) if text else None
    except ValueError:
        return None


def _follow(call: Call) -> None:
    """A profile was set or taken away: whoever has ever set one for the session hears how it stands now."""
    if call.action == "GetCompositeSchedule":
        return
    command = Command.objects.select_related("receiver").get(pk=call.reference)
    setter = profiles.setter(command)
    row = find(command)
    if setter is not None and row is not None and row.state == Transaction.State.RUNNING:
        _ask_anew(row, setter, command.correlation_id, call.requested_by)


def changed_by_others(station: Station, evse: int) -> None:
    """CHP-10: somebody on the spot has changed what holds; whoever has set a profile hears how it stands now."""
    running = Transaction.objects.filter(station=station, state=Transaction.State.RUNNING)
    for row in running.filter(evse_number=evse) if evse else running:
        setter = profiles.setter_of(PartyId(station.country_code, station.party_id), str(row.session_id))
        if setter is not None:
            row.station = station
            _ask_anew(row, setter, setter.correlation_id, "")


def _ask_anew(row: Transaction, setter: Command, correlation_id: str, by: str) -> None:
    wanted = json.loads(setter.request).get("charging_profile", {}).get("duration") or LONGEST
    try:
        calls.queue(
            row.station, AskSchedule(_place(row), max(SHORTEST, min(LONGEST, wanted))), purpose=FOLLOWED,
            reference=str(setter.pk), correlation_id=correlation_id, requested_by=by,
            expires_in=MINUTE,
        )  # fmt: skip
    except NotOffered:
        return  # it took a profile and cannot tell what holds: there is nothing that we know


def find(command: Command) -> Transaction | None:
    """The transaction of the session that a command names."""
    try:
        session_id = UUID(command.session_key)
    except ValueError:
        return None
    party = command.receiver
    rows = Transaction.objects.filter(station__country_code=party.country_code, station__party_id=party.party_id)
    return rows.select_related("station").filter(session_id=session_id).first()


def _session(command: Command) -> Transaction:
    row = find(command)
    if row is None or row.state != Transaction.State.RUNNING or not row.location:
        raise Declined("UNKNOWN_SESSION", "no such session is running")
    if not _capable(row):
        raise Declined("NOT_SUPPORTED", f"the EVSE is not {CAPABLE}")  # CHP-16
    return row


def _capable(row: Transaction) -> bool:
    place = json.loads(row.location)
    location = locations.find(PartyId(row.station.country_code, row.station.party_id), place["id"])
    published = json.loads(location.document).get("evses") or [] if location else []
    return any(
        evse["uid"].upper() == place["evse_uid"].upper() and CAPABLE in (evse.get("capabilities") or [])
        for evse in published
    )


def _refuse_flood(command: Command, row: Transaction) -> None:
    """CHP-08."""
    most = choices().number("PROFILES-PER-MINUTE", station=row.station.identity)  # decision: PROFILES-PER-MINUTE
    since = command.created_at - MINUTE
    same = Command.objects.filter(kind="SET_PROFILE", receiver=command.receiver, session_key=command.session_key)
    if same.filter(created_at__gt=since, response="ACCEPTED").exclude(pk=command.pk).count() >= most:
        raise Declined("TOO_OFTEN", f"more than {most} profiles within a minute")


def _place(row: Transaction) -> Place:
    return Place(row.evse_number or 1)


def _number(row: Transaction) -> int:
    return int(row.pk) % _LARGEST_ID + 1
