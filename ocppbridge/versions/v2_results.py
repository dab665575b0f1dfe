"""OCPP 2.0.1 and 2.1: what a station's answers to our calls mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging.outcomes import Accepted, Outcome, of_status
from ocppbridge.versions import schedules

Payload = Mapping[str, Any]


def reason(payload: Payload) -> str:
    """statusInfo as one line."""
    info = payload.get("statusInfo") or {}
    return ": ".join(filter(None, (info.get("reasonCode"), info.get("additionalInfo"))))


def status(*names: str) -> Callable[[Payload], Outcome]:
    """A reader of answers that have a status, a reason, and the named fields to tell."""

    def read(payload: Payload) -> Outcome:
        told = {name: payload[name] for name in names if name in payload}
        return of_status(payload["status"], reason(payload), told)

    return read


def _variables(results: Sequence[Payload]) -> Outcome:
    """One outcome for a batch: Accepted if all were, else the first that was not; each entry stands in the data."""
    entries = [dict(entry) for entry in results]
    worst = next((entry for entry in entries if entry["attributeStatus"] != "Accepted"), None)
    info = {"statusInfo": worst.get("attributeStatusInfo")} if worst else {}
    return of_status(worst["attributeStatus"] if worst else "Accepted", reason(info), {"results": entries})


def _certificates(payload: Payload) -> Outcome:
    """Every certificate with its use; those of a chain stand beside the one that they lead to (M03)."""
    found = [
        {"use": entry["certificateType"], **hashes}
        for entry in payload.get("certificateHashDataChain", ())
        for hashes in (entry["certificateHashData"], *entry.get("childCertificateHashData", ()))
    ]
    return of_status(payload["status"], reason(payload), {"certificates": found})


RESULTS: Final[Mapping[str, Callable[[Payload], Outcome]]] = MappingProxyType(
    {
        "CancelReservation": status(),
        "CertificateSigned": status(),
        "ChangeAvailability": status(),
        "ClearCache": status(),
        "ClearChargingProfile": status(),
        "CostUpdated": lambda payload: Accepted("Accepted"),
        "DataTransfer": status("data"),
        "DeleteCertificate": status(),
        "GetBaseReport": status(),
        "GetChargingProfiles": status(),
        "GetCompositeSchedule": schedules.told_2,
        "GetInstalledCertificateIds": _certificates,
        "GetLocalListVersion": lambda payload: Accepted("Accepted", data={"version": payload["versionNumber"]}),
        "GetLog": status("filename"),
        "GetReport": status(),
        "GetTransactionStatus": lambda payload: Accepted(
            "Accepted", data={"ongoing": payload.get("ongoingIndicator"), "queued": payload["messagesInQueue"]}
        ),
        "GetVariables": lambda payload: _variables(payload["getVariableResult"]),
        "InstallCertificate": status(),
        "RequestStartTransaction": status("transactionId"),
        "RequestStopTransaction": status(),
        "ReserveNow": status(),
        "Reset": status(),
        "SendLocalList": status(),
        "SetChargingProfile": status(),
        "SetNetworkProfile": status(),
        "SetVariables": lambda payload: _variables(payload["setVariableResult"]),
        "TriggerMessage": status(),
        "UnlockConnector": status(),
    }
)
