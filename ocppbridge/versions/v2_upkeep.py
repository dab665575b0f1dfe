"""OCPP 2.0.1 and 2.1, blocks L, N and O: what a station says of them, and what its answers to our calls mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging import upkeep_messages as messages
from ocppbridge.charging.outcomes import Accepted, Outcome, of_status
from ocppbridge.charging.upkeep_messages import UpkeepMessage
from ocppbridge.versions import moments
from ocppbridge.versions.v2_results import reason, status

Payload = Mapping[str, Any]


def _page(payload: Payload) -> dict[str, Any]:
    return {
        "request_id": payload["requestId"],
        "seq_no": payload["seqNo"],
        "at": moments.read(payload["generatedAt"]),
        "last": not payload.get("tbc", False),
    }


def _opening(payload: Payload) -> messages.StreamOpening:
    stream = payload["constantStreamData"]
    pace = stream["params"]
    return messages.StreamOpening(
        stream["id"], stream["variableMonitoringId"], pace.get("interval"), pace.get("values")
    )


def _told(payload: Payload) -> messages.StreamTold:
    values = tuple((Decimal(str(one["t"])), one["v"]) for one in payload["data"])
    return messages.StreamTold(payload["id"], payload["pending"], moments.read(payload["basetime"]), values)


UPS: Final[Mapping[str, Callable[[Payload], UpkeepMessage]]] = MappingProxyType(
    {
        "FirmwareStatusNotification": lambda payload: messages.FirmwareProgressed(
            payload["status"], payload.get("requestId"), reason(payload)
        ),
        "LogStatusNotification": lambda payload: messages.LogProgressed(
            payload["status"], payload.get("requestId"), reason=reason(payload)
        ),
        "NotifyCustomerInformation": lambda payload: messages.CustomerPart(**_page(payload), data=payload["data"]),
        "NotifyDisplayMessages": lambda payload: messages.DisplaysPart(
            payload["requestId"], not payload.get("tbc", False), tuple(payload.get("messageInfo", ()))
        ),
        "NotifyMonitoringReport": lambda payload: messages.MonitorsPart(
            **_page(payload), entries=tuple(payload.get("monitor", ()))
        ),
        "PublishFirmwareStatusNotification": lambda payload: messages.PublishProgressed(
            payload["status"], payload.get("requestId"), tuple(payload.get("location", ())), reason(payload)
        ),
    }
)
UPS_21: Final[Mapping[str, Callable[[Payload], UpkeepMessage]]] = MappingProxyType(
    {
        "ClosePeriodicEventStream": lambda payload: messages.StreamClosed(payload["id"]),
        "NotifyPeriodicEventStream": _told,
        "OpenPeriodicEventStream": _opening,
    }
)


def _each(field: str) -> Callable[[Payload], Outcome]:
    """One outcome for a batch: Accepted if all were, else the first that was not; each entry stands in the data."""

    def read(payload: Payload) -> Outcome:
        entries = [dict(entry) for entry in payload[field]]
        worst = next((entry for entry in entries if entry["status"] != "Accepted"), entries[0])
        return of_status(worst["status"], data={"results": entries})

    return read


def _listed(payload: Payload) -> Outcome:
    """O03.FR.02: Unknown says that there is no such message, which is an answer like any other."""
    return Accepted("Unknown") if payload["status"] == "Unknown" else status()(payload)


RESULTS: Final[Mapping[str, Callable[[Payload], Outcome]]] = MappingProxyType(
    {
        "ClearDisplayMessage": status(),
        "ClearVariableMonitoring": _each("clearMonitoringResult"),
        "CustomerInformation": status(),
        "GetDisplayMessages": _listed,
        "GetMonitoringReport": status(),
        "PublishFirmware": status(),
        "SetDisplayMessage": status(),
        "SetMonitoringBase": status(),
        "SetMonitoringLevel": status(),
        "SetVariableMonitoring": _each("setMonitoringResult"),
        "UnpublishFirmware": status(),
        "UpdateFirmware": status(),
    }
)
RESULTS_21: Final[Mapping[str, Callable[[Payload], Outcome]]] = MappingProxyType(
    {
        "AdjustPeriodicEventStream": status(),
        "GetPeriodicEventStream": lambda payload: Accepted(
            "Accepted", data={"streams": [dict(one) for one in payload.get("constantStreamData", ())]}
        ),
    }
)
