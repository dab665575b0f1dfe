"""Grid support (block R): the controls of distributed energy resources in OCPP 2.1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging.messages import Message
from ocppbridge.charging.outcomes import Outcome, of_status
from ocppbridge.charging.v2x_intents import SETTINGS_OF, AskDer, ClearDer, SetDer
from ocppbridge.charging.v2x_messages import DerAlarmed, DerReported, DerSwitched
from ocppbridge.versions import moments
from ocppbridge.versions.payloads import Called, present
from ocppbridge.versions.v2_results import reason

Payload = Mapping[str, Any]
_PAGE: Final = {"requestId", "tbc", "customData"}


def _report(payload: Payload) -> DerReported:
    controls = {name: value for name, value in payload.items() if name not in _PAGE}
    return DerReported(payload["requestId"], not payload.get("tbc", False), controls)


def _alarm(payload: Payload) -> DerAlarmed:
    return DerAlarmed(
        control_type=payload["controlType"],
        at=moments.read(payload["timestamp"]),
        fault=payload.get("gridEventFault"),
        ended=payload.get("alarmEnded"),
        info=payload.get("extraInfo") or None,
    )


def _switched(payload: Payload) -> DerSwitched:
    return DerSwitched(
        payload["controlId"],
        payload["started"],
        moments.read(payload["timestamp"]),
        tuple(payload.get("supersededIds", ())),
    )


def _set(intent: SetDer) -> Called:
    return "SetDERControl", {
        "isDefault": intent.default,
        "controlId": intent.control_id,
        "controlType": intent.kind,
        SETTINGS_OF.get(intent.kind, "curve"): dict(intent.settings),
    }


def _ask(intent: AskDer) -> Called:
    return "GetDERControl", present(
        requestId=intent.request_id, isDefault=intent.default, controlType=intent.kind, controlId=intent.control_id
    )


def _clear(intent: ClearDer) -> Called:
    return "ClearDERControl", present(isDefault=intent.default, controlType=intent.kind, controlId=intent.control_id)


def _set_result(payload: Payload) -> Outcome:
    """With the controls that the new one pushes aside."""
    return of_status(payload["status"], reason(payload), {"superseded": list(payload.get("supersededIds", ()))})


def _result(payload: Payload) -> Outcome:
    return of_status(payload["status"], reason(payload))


UPS: Final[Mapping[str, Callable[[Payload], Message]]] = MappingProxyType(
    {"NotifyDERAlarm": _alarm, "NotifyDERStartStop": _switched, "ReportDERControl": _report}
)
DOWNS: Final[Mapping[type, Callable[[Any], Called]]] = MappingProxyType({AskDer: _ask, ClearDer: _clear, SetDer: _set})
RESULTS: Final[Mapping[str, Callable[[Payload], Outcome]]] = MappingProxyType(
    {"ClearDERControl": _result, "GetDERControl": _result, "SetDERControl": _set_result}
)
