"""Charging profiles and the calls about them, in each version's words (block K).

2.0.1 and 2.1 share one writer: what 2.0.1 has no word for, its schema refuses. 1.6 has three purposes, one schedule a
profile, and numbers for transactions; it keeps no profiles that can be asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ocppbridge.charging import intents
from ocppbridge.charging.charging_profiles import ChargingProfile, Kind, Purpose, Recurrency
from ocppbridge.charging.intents import NotOffered
from ocppbridge.charging.tokens import Place
from ocppbridge.versions import moments
from ocppbridge.versions.payloads import Called, present
from ocppbridge.versions.schedules import read_schedule, schedule, schedule_16

_PURPOSE_16: Final = {
    Purpose.STATION_MAX: "ChargePointMaxProfile",
    Purpose.TX_DEFAULT: "TxDefaultProfile",
    Purpose.TX: "TxProfile",
}
_ONLY_21: Final = ("max_offline", "invalid_after_offline", "update_interval", "updated_at", "price_signature")
_PERIODS_16: Final = frozenset({"start", "limit", "phases"})
_SCHEDULES_16: Final = frozenset({"unit", "periods", "start", "duration", "minimum"})


def _shared(profile: ChargingProfile) -> dict[str, Any]:
    return present(
        stackLevel=profile.level,
        chargingProfilePurpose=profile.purpose.value,
        chargingProfileKind=profile.kind.value,
        recurrencyKind=profile.recurrency.value if profile.recurrency else None,
        validFrom=moments.write(profile.valid_from) if profile.valid_from else None,
        validTo=moments.write(profile.valid_to) if profile.valid_to else None,
    )


def profile_2(profile: ChargingProfile) -> dict[str, Any]:
    """A ChargingProfileType. Schedules without an id of their own are counted on from the profile's."""
    updated = profile.updated_at
    return {
        "id": profile.profile_id,
        **_shared(profile),
        **present(
            transactionId=profile.transaction,
            maxOfflineDuration=profile.max_offline,
            invalidAfterOfflineDuration=profile.invalid_after_offline,
            dynUpdateInterval=profile.update_interval,
            dynUpdateTime=moments.write(updated) if updated else None,
            priceScheduleSignature=profile.price_signature,
        ),
        "chargingSchedule": [
            {"id": profile.profile_id + n if one.schedule_id is None else one.schedule_id, **schedule(one)}
            for n, one in enumerate(profile.schedules)
        ],
    }


def profile_16(profile: ChargingProfile) -> dict[str, Any]:
    """csChargingProfiles. Raises NotOffered for what 1.6 has no word for, rather than leave a limit out."""
    if profile.purpose not in _PURPOSE_16:
        raise NotOffered(f"an OCPP 1.6 station has no {profile.purpose.value}")
    if profile.kind is Kind.DYNAMIC:
        raise NotOffered("an OCPP 1.6 station has no dynamic profiles")
    if len(profile.schedules) != 1:
        raise NotOffered("an OCPP 1.6 profile has one schedule")
    number = profile.transaction
    if number is not None and not number.isdecimal():
        raise NotOffered("an OCPP 1.6 transaction id is a number")
    _refuse(profile, _ONLY_21)
    for one in profile.schedules:
        _refuse(one, frozenset(one.__slots__) - _SCHEDULES_16 - {"schedule_id"})
        for period in one.periods:
            _refuse(period, frozenset(period.__slots__) - _PERIODS_16)
    return {
        "chargingProfileId": profile.profile_id,
        **_shared(profile),
        "chargingProfilePurpose": _PURPOSE_16[profile.purpose],
        **present(transactionId=int(number) if number is not None else None),
        "chargingSchedule": schedule_16(profile.schedule),
    }


def _refuse(part: Any, names: Any) -> None:
    said = sorted(name for name in names if getattr(part, name) not in (None, (), False))
    if said:
        raise NotOffered(f"an OCPP 1.6 station has no {said[0]}")


def read_profile(payload: Mapping[str, Any]) -> ChargingProfile:
    """A ChargingProfileType of 2.x."""
    stamps = {name: payload.get(name) for name in ("validFrom", "validTo", "dynUpdateTime")}
    moment = {name: moments.read(value) if value else None for name, value in stamps.items()}
    recurrency = payload.get("recurrencyKind")
    return ChargingProfile(
        profile_id=payload["id"],
        level=payload["stackLevel"],
        purpose=Purpose(payload["chargingProfilePurpose"]),
        kind=Kind(payload["chargingProfileKind"]),
        schedules=tuple(read_schedule(one) for one in payload["chargingSchedule"]),
        recurrency=Recurrency(recurrency) if recurrency else None,
        valid_from=moment["validFrom"],
        valid_to=moment["validTo"],
        transaction=payload.get("transactionId"),
        max_offline=payload.get("maxOfflineDuration"),
        invalid_after_offline=payload.get("invalidAfterOfflineDuration"),
        update_interval=payload.get("dynUpdateInterval"),
        updated_at=moment["dynUpdateTime"],
        price_signature=payload.get("priceScheduleSignature"),
    )


def read_profile_16(payload: Mapping[str, Any]) -> ChargingProfile:
    """csChargingProfiles of 1.6, as a station understands it."""
    purpose = payload["chargingProfilePurpose"]
    number = payload.get("transactionId")
    return read_profile(
        {
            **payload,
            "id": payload["chargingProfileId"],
            "chargingProfilePurpose": Purpose.STATION_MAX if purpose == "ChargePointMaxProfile" else purpose,
            "chargingSchedule": [payload["chargingSchedule"]],
            "transactionId": None if number is None else str(number),
        }
    )


# Calls


def _install_16(intent: intents.InstallProfile, connector: int) -> Called:
    profile = profile_16(intent.profile)
    return "SetChargingProfile", {"connectorId": connector, "csChargingProfiles": profile}


def _clear_16(intent: intents.ClearProfiles, connector: int) -> Called:
    purpose = intent.purpose
    if purpose is not None and purpose not in _PURPOSE_16:
        raise NotOffered(f"an OCPP 1.6 station has no {purpose.value}")
    return "ClearChargingProfile", present(
        id=intent.profile_id,
        connectorId=connector if intent.place is not None else None,
        chargingProfilePurpose=_PURPOSE_16[purpose] if purpose else None,
        stackLevel=intent.level,
    )


def _ask_16(intent: intents.AskSchedule, connector: int) -> Called:
    unit = intent.unit.value if intent.unit else None
    return "GetCompositeSchedule", present(connectorId=connector, duration=intent.duration, chargingRateUnit=unit)


def downs_16(connector: Callable[[Place], int]) -> dict[type, Callable[[Any], Called]]:
    """1.6; `connector` says the connectorId of a place."""
    return {
        intents.AskSchedule: lambda intent: _ask_16(intent, connector(intent.place)),
        intents.ClearProfiles: lambda intent: _clear_16(intent, connector(intent.place) if intent.place else 0),
        intents.InstallProfile: lambda intent: _install_16(intent, connector(intent.place)),
    }


def _clear(intent: intents.ClearProfiles) -> Called:
    criteria = present(
        evseId=intent.place.evse if intent.place else None,
        chargingProfilePurpose=intent.purpose.value if intent.purpose else None,
        stackLevel=intent.level,
    )
    # K10.FR.02: by id, or by criteria.
    if intent.profile_id is not None and criteria:
        raise NotOffered("an OCPP 2.x station clears a profile by its id or by criteria, not by both")
    return "ClearChargingProfile", present(
        chargingProfileId=intent.profile_id, chargingProfileCriteria=criteria or None
    )


def _ask_profiles(intent: intents.AskProfiles) -> Called:
    criterion = present(
        chargingProfilePurpose=intent.purpose.value if intent.purpose else None,
        stackLevel=intent.level,
        chargingProfileId=list(intent.profile_ids) or None,
        chargingLimitSource=list(intent.sources) or None,
    )
    evse = intent.place.evse if intent.place else None
    return "GetChargingProfiles", present(requestId=intent.request_id, evseId=evse, chargingProfile=criterion)


def _ask(intent: intents.AskSchedule) -> Called:
    unit = intent.unit.value if intent.unit else None
    asked = present(evseId=intent.place.evse, duration=intent.duration, chargingRateUnit=unit)
    return "GetCompositeSchedule", asked


DOWNS_2: Final[Mapping[type, Callable[[Any], Called]]] = {
    intents.AskProfiles: _ask_profiles,
    intents.AskSchedule: _ask,
    intents.ClearProfiles: _clear,
    intents.InstallProfile: lambda intent: (
        "SetChargingProfile",
        {"evseId": intent.place.evse, "chargingProfile": profile_2(intent.profile)},
    ),
}
DOWNS_21: Final[Mapping[type, Callable[[Any], Called]]] = {
    intents.UsePriority: lambda intent: (
        "UsePriorityCharging",
        {"transactionId": intent.transaction, "activate": intent.activate},
    ),
}
