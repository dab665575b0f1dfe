"""The functional blocks of OCPP 2.x, and the block of every action of every version (1.6 mapped onto the same)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

BLOCKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "A": "Security",
        "B": "Provisioning",
        "C": "Authorization",
        "D": "Local authorization list",
        "E": "Transactions",
        "F": "Remote control",
        "G": "Availability",
        "H": "Reservation",
        "I": "Tariff and cost",
        "J": "Meter values",
        "K": "Smart charging",
        "L": "Firmware",
        "M": "ISO 15118 certificates",
        "N": "Diagnostics",
        "O": "Display message",
        "P": "Data transfer",
        "Q": "Bidirectional power transfer",
        "R": "DER control",
        "S": "Battery swapping",
    }
)

_ACTIONS: Final = {
    "A": "CertificateSigned SecurityEventNotification SignCertificate",
    "B": "BootNotification ChangeConfiguration GetBaseReport GetConfiguration GetReport GetVariables NotifyReport "
    "Reset SetNetworkProfile SetVariables",
    "C": "Authorize ClearCache NotifySettlement NotifyWebPaymentStarted VatNumberValidation",
    "D": "GetLocalListVersion SendLocalList",
    "E": "GetTransactionStatus StartTransaction StopTransaction TransactionEvent",
    "F": "ExtendedTriggerMessage RemoteStartTransaction RemoteStopTransaction RequestStartTransaction "
    "RequestStopTransaction TriggerMessage UnlockConnector",
    "G": "ChangeAvailability Heartbeat StatusNotification",
    "H": "CancelReservation ReservationStatusUpdate ReserveNow",
    "I": "ChangeTransactionTariff ClearTariffs CostUpdated GetTariffs SetDefaultTariff",
    "J": "MeterValues",
    "K": "ClearChargingProfile ClearedChargingLimit GetChargingProfiles GetCompositeSchedule NotifyChargingLimit "
    "NotifyEVChargingNeeds NotifyEVChargingSchedule NotifyPriorityCharging PullDynamicScheduleUpdate "
    "ReportChargingProfiles SetChargingProfile UpdateDynamicSchedule UsePriorityCharging",
    "L": "FirmwareStatusNotification PublishFirmware PublishFirmwareStatusNotification "
    "SignedFirmwareStatusNotification SignedUpdateFirmware UnpublishFirmware UpdateFirmware",
    "M": "DeleteCertificate Get15118EVCertificate GetCertificateChainStatus GetCertificateStatus "
    "GetInstalledCertificateIds InstallCertificate",
    "N": "AdjustPeriodicEventStream ClearVariableMonitoring ClosePeriodicEventStream CustomerInformation "
    "DiagnosticsStatusNotification GetDiagnostics GetLog GetMonitoringReport GetPeriodicEventStream "
    "LogStatusNotification NotifyCustomerInformation NotifyEvent NotifyMonitoringReport NotifyPeriodicEventStream "
    "OpenPeriodicEventStream SetMonitoringBase SetMonitoringLevel SetVariableMonitoring",
    "O": "ClearDisplayMessage GetDisplayMessages NotifyDisplayMessages SetDisplayMessage",
    "P": "DataTransfer",
    "Q": "AFRRSignal NotifyAllowedEnergyTransfer",
    "R": "ClearDERControl GetDERControl NotifyDERAlarm NotifyDERStartStop ReportDERControl SetDERControl",
    "S": "BatterySwap RequestBatterySwap",
}
BLOCK_OF: Final[Mapping[str, str]] = MappingProxyType(
    {action: letter for letter, actions in _ACTIONS.items() for action in actions.split()}
)
