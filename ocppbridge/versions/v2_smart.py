"""OCPP 2.0.1 and 2.1: what stations say about power (block K) → the domain's messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ocppbridge.charging.smart_messages import LimitCleared, LimitSet, PriorityChanged, ProfilesReported
from ocppbridge.charging.tokens import Place
from ocppbridge.versions.profiles import read_profile
from ocppbridge.versions.schedules import read_schedule

Payload = Mapping[str, Any]


def _place(payload: Payload) -> Place:
    return Place(max(payload.get("evseId", 0), 0))


def _limit(payload: Payload) -> LimitSet:
    limit = payload["chargingLimit"]
    return LimitSet(
        source=limit["chargingLimitSource"],
        place=_place(payload),
        schedules=tuple(read_schedule(one) for one in payload.get("chargingSchedule", ())),
        grid_critical=limit.get("isGridCritical"),
        local_generation=limit.get("isLocalGeneration"),
    )


def _report(payload: Payload) -> ProfilesReported:
    return ProfilesReported(
        request_id=payload["requestId"],
        source=payload["chargingLimitSource"],
        place=_place(payload),
        profiles=tuple(read_profile(one) for one in payload["chargingProfile"]),
        last=not payload.get("tbc", False),
    )


UPS: Final[Mapping[str, Callable[[Payload], Any]]] = {
    "ClearedChargingLimit": lambda payload: LimitCleared(payload["chargingLimitSource"], _place(payload)),
    "NotifyChargingLimit": _limit,
    "ReportChargingProfiles": _report,
}
UPS_21: Final[Mapping[str, Callable[[Payload], Any]]] = {
    "NotifyPriorityCharging": lambda payload: PriorityChanged(payload["transactionId"], payload["activated"]),
}
