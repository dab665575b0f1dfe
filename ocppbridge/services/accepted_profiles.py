"""Charging profiles that stations have accepted: what such a one replaces goes, and it is there (K01.FR.05).

A whole site may accept at once: the first of each station is written with the first of all others, in two statements.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from ocppbridge.charging.charging_profiles import ChargingProfile
from ocppbridge.charging.intents import InstallProfile
from ocppbridge.models import Call, InstalledProfile
from ocppbridge.services import bulk

OURS: Final = "CSO"
_REPLACED: Final = """
DELETE FROM ocppbridge_installedprofile p USING jsonb_to_recordset(%s::jsonb) AS v(
    station_id bigint, profile_id integer, evse_number integer, purpose text, level integer, transaction_id text
)
WHERE p.station_id = v.station_id AND p.source = 'CSO' AND p.profile_id <> v.profile_id AND p.purpose = v.purpose
    AND p.evse_number = v.evse_number AND p.level = v.level AND p.transaction_id = v.transaction_id
"""


class Taken(NamedTuple):
    """Which profile, by which call, when."""

    call: Call
    intent: InstallProfile
    at: datetime


def dump(profile: ChargingProfile) -> dict[str, Any]:
    """As the column keeps it, and staff and programs read it: what it does not say is left out."""
    said = _spoken(msgspec.to_builtins(profile))
    said["schedules"] = [
        _spoken(schedule) | {"periods": [_spoken(period) for period in schedule["periods"]]}
        for schedule in said["schedules"]
    ]
    return said


def _spoken(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in (None, (), [])}


def columns(profile: ChargingProfile, evse: int) -> dict[str, Any]:
    """What a row says of a profile, whoever has set it."""
    return {
        "evse_number": evse,
        "level": profile.level,
        "purpose": profile.purpose.value,
        "kind": profile.kind.value,
        "transaction_id": profile.transaction or "",
        "profile": dump(profile),
    }


def keep(taken: Sequence[Taken]) -> None:
    """In the order in which each station has accepted them."""
    before = Counter[int]()
    together: defaultdict[int, list[Taken]] = defaultdict(list)
    for one in taken:
        together[before[one.call.station_id]].append(one)
        before[one.call.station_id] += 1
    for of_each_station in together.values():
        rows = [_row(one) for one in of_each_station]
        bulk.fetch(_REPLACED, rows)
        bulk.insert(InstalledProfile, rows, known_by=("station_id", "profile_id"))


def _row(one: Taken) -> Mapping[str, Any]:
    profile = one.intent.profile
    return {
        "station_id": one.call.station_id, "profile_id": profile.profile_id,
        **columns(profile, one.intent.place.evse), "source": OURS, "wanted": True, "drift": "",
        "set_for": one.call.purpose, "requested_by": one.call.requested_by, "accepted_at": one.at,
    }  # fmt: skip
