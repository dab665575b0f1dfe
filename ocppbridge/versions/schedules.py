"""Charging profiles of one transaction and composite schedules, which all versions spell nearly alike (block K)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocppbridge.charging import intents
from ocppbridge.charging.outcomes import Outcome, of_status
from ocppbridge.versions import moments
from ocppbridge.versions.payloads import Called, amount, present


def schedule(limits: intents.Limits) -> dict[str, Any]:
    """A ChargingSchedule."""
    return present(
        startSchedule=moments.write(limits.start) if limits.start else None,
        duration=limits.duration,
        chargingRateUnit=limits.unit,
        minChargingRate=None if limits.minimum is None else amount(limits.minimum),
        chargingSchedulePeriod=[
            present(startPeriod=period.start, limit=amount(period.limit), numberPhases=period.phases)
            for period in limits.periods
        ],
    )


def _profile(intent: intents.SetProfile) -> dict[str, Any]:
    return {
        "stackLevel": intent.level,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Absolute" if intent.limits.start else "Relative",
    }


def set_16(intent: intents.SetProfile, connector: int) -> Called:
    """SetChargingProfile of 1.6."""
    if not intent.transaction.isdecimal():
        raise intents.NotOffered("an OCPP 1.6 transaction id is a number")
    profile = {
        **_profile(intent),
        "chargingProfileId": intent.profile_id,
        "transactionId": int(intent.transaction),
        "chargingSchedule": schedule(intent.limits),
    }
    return "SetChargingProfile", {"connectorId": connector, "csChargingProfiles": profile}


def set_2(intent: intents.SetProfile) -> Called:
    """SetChargingProfile of 2.x; a profile of one schedule."""
    profile = {
        **_profile(intent),
        "id": intent.profile_id,
        "transactionId": intent.transaction,
        "chargingSchedule": [{"id": intent.profile_id, **schedule(intent.limits)}],
    }
    return "SetChargingProfile", {"evseId": intent.place.evse, "chargingProfile": profile}


def ask_16(intent: intents.AskSchedule, connector: int) -> Called:
    """GetCompositeSchedule of 1.6."""
    asked = present(connectorId=connector, duration=intent.duration, chargingRateUnit=intent.unit)
    return "GetCompositeSchedule", asked


def ask_2(intent: intents.AskSchedule) -> Called:
    """GetCompositeSchedule of 2.x."""
    asked = present(evseId=intent.place.evse, duration=intent.duration, chargingRateUnit=intent.unit)
    return "GetCompositeSchedule", asked


def told_16(payload: Mapping[str, Any]) -> Outcome:
    """The composite schedule in the domain's words; nothing where the station tells none."""
    told = payload.get("chargingSchedule")
    start = payload.get("scheduleStart") or (told or {}).get("startSchedule")
    return of_status(payload["status"], data=_limits(told, start) if told else {})


def told_2(payload: Mapping[str, Any]) -> Outcome:
    """The same of 2.x."""
    told = payload.get("schedule")
    reason = (payload.get("statusInfo") or {}).get("reasonCode", "")
    return of_status(payload["status"], reason, _limits(told, told.get("scheduleStart")) if told else {})


def _limits(told: Mapping[str, Any], start: str | None) -> dict[str, Any]:
    periods = [
        {"start": period["startPeriod"], "limit": str(period["limit"])}
        for period in told["chargingSchedulePeriod"]
        if period.get("limit") is not None  # 2.1: a period may say something else than a limit
    ]
    return present(start=start, duration=told.get("duration"), unit=told["chargingRateUnit"], periods=periods)
