"""Bidirectional charging (block Q) and the needs of cars (K15 to K18): OCPP 2.1, and what 2.0.1 has of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging.charging_profiles import AMOUNTS
from ocppbridge.charging.messages import Message
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.setpoints import Setpoints
from ocppbridge.charging.v2x_intents import AllowTransfer, SignalGrid, UpdateSetpoint
from ocppbridge.charging.v2x_messages import EvScheduleTold, NeedsTold, SetpointPulled
from ocppbridge.charging.v2x_replies import NeedsTaken, SetpointGiven
from ocppbridge.versions import moments
from ocppbridge.versions.payloads import Called, amount, present
from ocppbridge.versions.v2_results import status

Payload = Mapping[str, Any]


def _needs(payload: Payload) -> NeedsTold:
    needs, told = payload["chargingNeeds"], payload.get("timestamp")
    departure = needs.get("departureTime")
    return NeedsTold(
        evse=payload["evseId"],
        requested=needs["requestedEnergyTransfer"],
        at=moments.read(told) if told else None,
        available=tuple(needs.get("availableEnergyTransfer", ())),
        control_mode=needs.get("controlMode"),
        mobility=needs.get("mobilityNeedsMode"),
        departure=moments.read(departure) if departure else None,
        most_tuples=payload.get("maxScheduleTuples"),
        ac=needs.get("acChargingParameters", {}),
        dc=needs.get("dcChargingParameters", {}),
        v2x=needs.get("v2xChargingParameters", {}),
        der=needs.get("derChargingParameters", {}),
        offer=needs.get("evEnergyOffer", {}),
    )


def _schedule(payload: Payload) -> EvScheduleTold:
    return EvScheduleTold(
        evse=payload["evseId"],
        base=moments.read(payload["timeBase"]),
        schedule=payload["chargingSchedule"],
        selected=payload.get("selectedChargingScheduleId"),
        tolerance_accepted=payload.get("powerToleranceAcceptance"),
    )


def figures(said: Setpoints) -> dict[str, int | float]:
    """A ChargingScheduleUpdateType; the names on the wire have capitals before L2 and L3."""
    return {AMOUNTS[name]: amount(value) for name, value in said.said().items()}


def needs_taken(reply: NeedsTaken) -> dict[str, Any]:
    """NotifyEVChargingNeedsResponse."""
    return present(status=reply.status, statusInfo=_why(reply.code, reply.reason))


def needs_taken_201(reply: NeedsTaken) -> dict[str, Any]:
    """2.0.1 has no word for "there will be none": while one is being thought of, the station uses what it has."""
    said = "Processing" if reply.status == "NoChargingProfile" else reply.status
    return present(status=said, statusInfo=_why(reply.code, reply.reason[:512]))


def setpoint_given(reply: SetpointGiven) -> dict[str, Any]:
    """PullDynamicScheduleUpdateResponse."""
    if reply.figures is None:
        return present(status="Rejected", statusInfo=_why("NoProfile", reply.reason))
    return {"status": "Accepted", "scheduleUpdate": figures(reply.figures)}


def _why(code: str, text: str) -> dict[str, str] | None:
    return present(reasonCode=code, additionalInfo=text[:1024] or None) if code else None


def _allow(intent: AllowTransfer) -> Called:
    return "NotifyAllowedEnergyTransfer", {
        "transactionId": intent.transaction,
        "allowedEnergyTransfer": list(intent.transfers),
    }


def _update(intent: UpdateSetpoint) -> Called:
    return "UpdateDynamicSchedule", {
        "chargingProfileId": intent.profile_id,
        "scheduleUpdate": figures(intent.figures),
    }


def _signal(intent: SignalGrid) -> Called:
    return "AFRRSignal", {"timestamp": moments.write(intent.at), "signal": intent.signal}


UPS_201: Final[Mapping[str, Callable[[Payload], Message]]] = MappingProxyType(
    {"NotifyEVChargingNeeds": _needs, "NotifyEVChargingSchedule": _schedule}
)
UPS: Final[Mapping[str, Callable[[Payload], Message]]] = MappingProxyType(
    {**UPS_201, "PullDynamicScheduleUpdate": lambda payload: SetpointPulled(payload["chargingProfileId"])}
)
REPLIES: Final[Mapping[type, Callable[[Any], dict[str, Any]]]] = MappingProxyType(
    {NeedsTaken: needs_taken, SetpointGiven: setpoint_given}
)
DOWNS: Final[Mapping[type, Callable[[Any], Called]]] = MappingProxyType(
    {AllowTransfer: _allow, UpdateSetpoint: _update, SignalGrid: _signal}
)
RESULTS: Final[Mapping[str, Callable[[Payload], Outcome]]] = MappingProxyType(
    {"AFRRSignal": status(), "NotifyAllowedEnergyTransfer": status(), "UpdateDynamicSchedule": status()}
)
