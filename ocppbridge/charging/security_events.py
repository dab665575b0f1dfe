"""How urgent a security event is for staff (A04). The specification's "critical" only means that a station must report
it, routine restarts included; this ranking is ours: what points at an attacker or a broken trust chain is an alarm.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Urgency(StrEnum):
    """Who should look, and when."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


_ALARMS: Final = frozenset(
    {
        "AttemptedReplayAttacks",
        "InvalidCentralSystemCertificate",
        "InvalidChargePointCertificate",
        "InvalidChargingStationCertificate",
        "InvalidCsmsCertificate",
        "InvalidFirmwareSignature",
        "InvalidFirmwareSigningCertificate",
        "MaintenanceLoginFailed",
        "SecurityLogWasCleared",
        "TamperDetectionActivated",
    }
)
_ROUTINE: Final = frozenset({"FirmwareUpdated", "ResetOrReboot", "SettingSystemTime", "StartupOfTheDevice"})


def urgency(event: str) -> Urgency:
    """The urgency of an event; one that we do not know is a warning."""
    if event in _ALARMS:
        return Urgency.CRITICAL
    return Urgency.INFO if event in _ROUTINE else Urgency.WARNING
