"""The verbs of blocks L, N and O in one list."""

from __future__ import annotations

from ocppbridge.charging.firmware_intents import PublishFirmware, UnpublishFirmware, UpdateFirmware
from ocppbridge.charging.information_intents import AskCustomer, Display, HideMessage, ListMessages, ShowMessage, Text
from ocppbridge.charging.monitoring_intents import (
    AdjustStream,
    ClearMonitors,
    ListStreams,
    Monitor,
    Pace,
    ReportMonitors,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
)

UpkeepIntent = (
    UpdateFirmware
    | PublishFirmware
    | UnpublishFirmware
    | SetMonitoringBase
    | SetMonitoringLevel
    | SetMonitors
    | ClearMonitors
    | ReportMonitors
    | AdjustStream
    | ListStreams
    | AskCustomer
    | ShowMessage
    | ListMessages
    | HideMessage
)

__all__ = [
    "AdjustStream",
    "AskCustomer",
    "ClearMonitors",
    "Display",
    "HideMessage",
    "ListMessages",
    "ListStreams",
    "Monitor",
    "Pace",
    "PublishFirmware",
    "ReportMonitors",
    "SetMonitoringBase",
    "SetMonitoringLevel",
    "SetMonitors",
    "ShowMessage",
    "Text",
    "UnpublishFirmware",
    "UpdateFirmware",
    "UpkeepIntent",
]
