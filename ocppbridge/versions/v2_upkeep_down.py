"""OCPP 2.0.1 and 2.1, blocks L, N and O: our intents → what a station understands. 2.1 only adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ocppbridge.charging import upkeep_intents as intents
from ocppbridge.charging.intents import NotOffered, Variable
from ocppbridge.versions import moments
from ocppbridge.versions.payloads import Called, amount, present
from ocppbridge.versions.v2_down import component, evse, id_token


def _update(intent: intents.UpdateFirmware) -> Called:
    firmware = present(
        location=intent.location,
        retrieveDateTime=moments.write(intent.retrieve_at),
        installDateTime=moments.write(intent.install_at) if intent.install_at else None,
        signingCertificate=intent.certificate,
        signature=intent.signature,
    )
    return "UpdateFirmware", present(
        requestId=intent.request_id,
        firmware=firmware,
        retries=intent.retries,
        retryInterval=intent.retry_interval,
    )


def _publish(intent: intents.PublishFirmware) -> Called:
    return "PublishFirmware", present(
        requestId=intent.request_id,
        location=intent.location,
        checksum=intent.checksum,
        retries=intent.retries,
        retryInterval=intent.retry_interval,
    )


def _pace(pace: intents.Pace | None) -> dict[str, Any] | None:
    return None if pace is None else present(interval=pace.interval, values=pace.at_once)


def _monitors(intent: intents.SetMonitors) -> Called:
    data = [
        component(one.variable)
        | present(
            id=one.monitor_id,
            type=one.type,
            value=amount(one.value),
            severity=one.severity,
            transaction=one.transaction,
            periodicEventStream=_pace(one.pace),
        )
        for one in intent.monitors
    ]
    return "SetVariableMonitoring", {"setMonitoringData": data}


def _monitors_201(intent: intents.SetMonitors) -> Called:
    if any(one.pace is not None for one in intent.monitors):
        raise NotOffered("an OCPP 2.0.1 station has no periodic event streams")
    return _monitors(intent)


def _which(variable: Variable) -> dict[str, Any]:
    """A component alone where no variable is named (N02.FR.08)."""
    named = component(variable)
    return named if variable.name else {"component": named["component"]}


def _report(intent: intents.ReportMonitors) -> Called:
    return "GetMonitoringReport", present(
        requestId=intent.request_id,
        componentVariable=[_which(one) for one in intent.variables] or None,
        monitoringCriteria=list(intent.criteria) or None,
    )


def _customer(intent: intents.AskCustomer) -> Called:
    return "CustomerInformation", present(
        requestId=intent.request_id,
        report=intent.report,
        clear=intent.clear,
        idToken=id_token(intent.token),
        customerCertificate=dict(intent.certificate) or None,
        customerIdentifier=intent.identifier,
    )


def _text(text: intents.Text) -> dict[str, Any]:
    return present(format=text.format, language=text.language, content=text.content)


def _show(intent: intents.ShowMessage) -> Called:
    shown = intent.display
    if not shown.texts:
        raise NotOffered("a message has a text")
    first, *more = shown.texts
    message = present(
        id=shown.message_id,
        priority=shown.priority,
        state=shown.state,
        startDateTime=moments.write(shown.start) if shown.start else None,
        endDateTime=moments.write(shown.end) if shown.end else None,
        transactionId=shown.transaction,
        message=_text(first),
        messageExtra=[_text(text) for text in more] or None,
        display=_display(shown.component),
    )
    return "SetDisplayMessage", {"message": message}


def _display(variable: Variable | None) -> dict[str, Any] | None:
    if variable is None:
        return None
    return present(name=variable.component, instance=variable.component_instance, evse=evse(variable.place))


def _show_201(intent: intents.ShowMessage) -> Called:
    if len(intent.display.texts) > 1:
        raise NotOffered("an OCPP 2.0.1 station shows a message in one language")
    return _show(intent)


def _list(intent: intents.ListMessages) -> Called:
    return "GetDisplayMessages", present(
        requestId=intent.request_id, id=list(intent.ids) or None, priority=intent.priority, state=intent.state
    )


Downs = Mapping[type, Callable[[Any], Called]]
_DOWNS: Final[Downs] = {
    intents.AskCustomer: _customer,
    intents.ClearMonitors: lambda intent: ("ClearVariableMonitoring", {"id": list(intent.ids)}),
    intents.HideMessage: lambda intent: ("ClearDisplayMessage", {"id": intent.message_id}),
    intents.ListMessages: _list,
    intents.PublishFirmware: _publish,
    intents.ReportMonitors: _report,
    intents.SetMonitoringBase: lambda intent: ("SetMonitoringBase", {"monitoringBase": intent.base}),
    intents.SetMonitoringLevel: lambda intent: ("SetMonitoringLevel", {"severity": intent.severity}),
    intents.UnpublishFirmware: lambda intent: ("UnpublishFirmware", {"checksum": intent.checksum}),
    intents.UpdateFirmware: _update,
}
DOWNS_201: Final[Downs] = MappingProxyType(
    {**_DOWNS, intents.SetMonitors: _monitors_201, intents.ShowMessage: _show_201}
)
DOWNS_21: Final[Downs] = MappingProxyType(
    {
        **_DOWNS,
        intents.AdjustStream: lambda intent: (
            "AdjustPeriodicEventStream",
            {"id": intent.stream_id, "params": _pace(intent.pace)},
        ),
        intents.ListStreams: lambda intent: ("GetPeriodicEventStream", {}),
        intents.SetMonitors: _monitors,
        intents.ShowMessage: _show,
    }
)
