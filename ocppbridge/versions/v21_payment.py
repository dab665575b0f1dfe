"""OCPP 2.1: settlements and VAT numbers (C18 to C25), battery swaps (block S)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging.battery_intents import SwapBatteries
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.payment_messages import Battery, BatterySwapped, Settled, VatNumberAsked
from ocppbridge.charging.payment_replies import SettlementTaken, VatNumberJudged
from ocppbridge.versions import moments
from ocppbridge.versions.payloads import Called, figure, present, status_info
from ocppbridge.versions.v2_down import id_token
from ocppbridge.versions.v2_results import status
from ocppbridge.versions.v2_up import token

Payload = Mapping[str, Any]


def _settled(payload: Payload) -> Settled:
    return Settled(
        payload["pspRef"],
        payload["status"],
        figure(payload["settlementAmount"]),
        moments.read(payload["settlementTime"]),
        payload.get("transactionId") or None,
        payload.get("statusInfo") or None,
        payload.get("receiptId") or None,
        payload.get("receiptUrl") or None,
        payload.get("vatCompany"),
        payload.get("vatNumber") or None,
    )


def _battery(payload: Payload) -> Battery:
    made = payload.get("productionDate")
    return Battery(
        payload["evseId"],
        payload["serialNumber"],
        figure(payload["soC"]),
        figure(payload["soH"]),
        moments.read(made) if made else None,
        payload.get("vendorInfo") or None,
    )


def _swapped(payload: Payload) -> BatterySwapped:
    batteries = tuple(map(_battery, payload["batteryData"]))
    return BatterySwapped(payload["eventType"], payload["requestId"], token(payload["idToken"]), batteries)


def _judged(reply: VatNumberJudged) -> dict[str, Any]:
    return present(
        vatNumber=reply.number,
        status="Accepted" if reply.accepted else "Rejected",
        evseId=reply.evse,
        company=reply.company and dict(reply.company),
        statusInfo=status_info(reply.reason),
    )


UPS: Final[Mapping[str, Callable[[Payload], Any]]] = MappingProxyType(
    {
        "BatterySwap": _swapped,
        "NotifySettlement": _settled,
        "VatNumberValidation": lambda payload: VatNumberAsked(payload["vatNumber"], payload.get("evseId")),
    }
)
REPLIES: Final[Mapping[type, Callable[[Any], dict[str, Any]]]] = MappingProxyType(
    {
        SettlementTaken: lambda reply: present(receiptId=reply.receipt_id, receiptUrl=reply.receipt_url),
        VatNumberJudged: _judged,
    }
)
DOWNS: Final[Mapping[type, Callable[[Any], Called]]] = MappingProxyType(
    {
        SwapBatteries: lambda intent: (
            "RequestBatterySwap",
            {"requestId": intent.request_id, "idToken": id_token(intent.token)},
        )
    }
)
RESULTS: Final[Mapping[str, Callable[[Payload], Outcome]]] = MappingProxyType({"RequestBatterySwap": status()})
