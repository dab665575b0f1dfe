"""OCPP 1.6, blocks L and N: firmware and diagnostics, with and without the security extension.

Rule: a signed update is the extension's SignedUpdateFirmware; an unsigned one knows no request id and no time to
install, and its answer says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging import upkeep_intents as intents
from ocppbridge.charging import upkeep_messages as messages
from ocppbridge.charging.intents import NotOffered
from ocppbridge.charging.outcomes import Accepted, Outcome, of_status
from ocppbridge.charging.upkeep_messages import UpkeepMessage
from ocppbridge.versions import moments
from ocppbridge.versions.payloads import Called, present

Payload = Mapping[str, Any]


def _update(intent: intents.UpdateFirmware) -> Called:
    again = present(retries=intent.retries, retryInterval=intent.retry_interval)
    at = moments.write(intent.retrieve_at)
    if intent.signature is None or intent.certificate is None:
        if intent.install_at is not None:
            raise NotOffered("an OCPP 1.6 station installs unsigned firmware as soon as it has it")
        return "UpdateFirmware", {"location": intent.location, "retrieveDate": at, **again}
    firmware = present(
        location=intent.location,
        retrieveDateTime=at,
        installDateTime=moments.write(intent.install_at) if intent.install_at else None,
        signingCertificate=intent.certificate,
        signature=intent.signature,
    )
    return "SignedUpdateFirmware", {"requestId": intent.request_id, "firmware": firmware, **again}


UPS: Final[Mapping[str, Callable[[Payload], UpkeepMessage]]] = MappingProxyType(
    {
        "DiagnosticsStatusNotification": lambda payload: messages.LogProgressed(
            payload["status"], kind="DiagnosticsLog"
        ),
        "FirmwareStatusNotification": lambda payload: messages.FirmwareProgressed(payload["status"]),
        "LogStatusNotification": lambda payload: messages.LogProgressed(payload["status"], payload.get("requestId")),
        "SignedFirmwareStatusNotification": lambda payload: messages.FirmwareProgressed(
            payload["status"], payload.get("requestId")
        ),
    }
)
DOWNS: Final[Mapping[type, Callable[[Any], Called]]] = MappingProxyType({intents.UpdateFirmware: _update})
RESULTS: Final[Mapping[str, Callable[[Payload], Outcome]]] = MappingProxyType(
    {
        "SignedUpdateFirmware": lambda payload: of_status(payload["status"]),
        "UpdateFirmware": lambda payload: Accepted("Accepted"),
    }
)
