"""OCPP 1.6: what a station's answers to our calls mean. Answers with nothing but a status need no entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging.outcomes import Accepted, Outcome, Refused, of_status
from ocppbridge.versions import schedules

Payload = Mapping[str, Any]


def _configuration(payload: Payload) -> Outcome:
    settings = {entry["key"]: entry.get("value") for entry in payload.get("configurationKey", ())}
    locked = [entry["key"] for entry in payload.get("configurationKey", ()) if entry["readonly"]]
    unknown = list(payload.get("unknownKey", ()))
    return Accepted("Accepted", data={"values": settings, "read_only": locked, "unknown": unknown})


def _diagnostics(payload: Payload) -> Outcome:
    name = payload.get("fileName")
    return Accepted("Accepted", data={"file": name}) if name else Refused("NoFile", "nothing to upload")


RESULTS: Final[Mapping[str, Callable[[Payload], Outcome]]] = MappingProxyType(
    {
        "DataTransfer": lambda payload: of_status(payload["status"], data={"data": payload.get("data")}),
        "GetCompositeSchedule": schedules.told_16,
        "GetConfiguration": _configuration,
        "GetDiagnostics": _diagnostics,
        "GetInstalledCertificateIds": lambda payload: of_status(
            payload["status"], data={"certificates": list(payload.get("certificateHashData", ()))}
        ),
        # TC_042: -1 means that the station has no local list, 0 that the list is empty.
        "GetLocalListVersion": lambda payload: (
            Accepted("Accepted", data={"version": payload["listVersion"]})
            if payload["listVersion"] >= 0
            else of_status("NotSupported")
        ),
        "GetLog": lambda payload: of_status(payload["status"], data={"file": payload.get("filename")}),
    }
)
