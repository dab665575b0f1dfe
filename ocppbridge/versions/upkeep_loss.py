"""What the versions and the domain cannot tell each other in blocks L, N and O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_16: Final = "new in 2.0.1"
_21: Final = "new in 2.1"

NOT_SAID_2: Final[Mapping[str, str]] = {"LogProgressed.kind": "the request id says which log it is"}
NOT_SAID_201: Final[Mapping[str, str]] = {
    **NOT_SAID_2,
    "FirmwareProgressed.reason": _21,
    "LogProgressed.reason": _21,
    "PublishProgressed.reason": _21,
    "StreamClosed": _21,
    "StreamOpening": _21,
    "StreamTold": _21,
}
NOT_SAID_16: Final[Mapping[str, str]] = {
    "CustomerPart": _16,
    "DisplaysPart": _16,
    "FirmwareProgressed.reason": _21,
    "LogProgressed.reason": _21,
    "MonitorsPart": _16,
    "PublishProgressed": _16,
    "StreamClosed": _21,
    "StreamOpening": _21,
    "StreamTold": _21,
}

NOT_SAYABLE_2: Final[Mapping[str, str]] = {
    "ReportMonitors.variables.attribute": "a monitor is on a variable, whatever the attribute",
    "SetMonitors.monitors.variable.attribute": "a monitor is on a variable, whatever the attribute",
    "ShowMessage.display.component.attribute": "a display is a component, not a variable of it",
    "ShowMessage.display.component.name": "a display is a component, not a variable of it",
}
NOT_SAYABLE_201: Final[Mapping[str, str]] = {**NOT_SAYABLE_2, "AdjustStream": _21, "ListStreams": _21}
NOT_SAYABLE_16: Final[Mapping[str, str]] = {
    "AdjustStream": _21,
    "AskCustomer": _16,
    "ClearMonitors": _16,
    "HideMessage": _16,
    "ListMessages": _16,
    "ListStreams": _21,
    "PublishFirmware": _16,
    "ReportMonitors": _16,
    "SetMonitoringBase": _16,
    "SetMonitoringLevel": _16,
    "SetMonitors": _16,
    "ShowMessage": _16,
    "UnpublishFirmware": _16,
    "UpdateFirmware.request_id": "an unsigned 1.6 update has no id; what is told of it is about the last one",
}
