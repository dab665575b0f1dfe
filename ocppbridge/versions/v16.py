"""OCPP 1.6J with the security extension, as a dialect."""

from __future__ import annotations

from typing import Final

from ocppbridge.versions import v16_upkeep
from ocppbridge.versions.dialect import Dialect
from ocppbridge.versions.v16_down import DOWNS, REPLIES
from ocppbridge.versions.v16_loss import LOSSES
from ocppbridge.versions.v16_results import RESULTS
from ocppbridge.versions.v16_up import UPS

TO_STATION: Final = frozenset(
    {
        "CancelReservation",
        "CertificateSigned",
        "ChangeAvailability",
        "ChangeConfiguration",
        "ClearCache",
        "ClearChargingProfile",
        "DataTransfer",
        "DeleteCertificate",
        "ExtendedTriggerMessage",
        "GetCompositeSchedule",
        "GetConfiguration",
        "GetDiagnostics",
        "GetInstalledCertificateIds",
        "GetLocalListVersion",
        "GetLog",
        "InstallCertificate",
        "RemoteStartTransaction",
        "RemoteStopTransaction",
        "ReserveNow",
        "Reset",
        "SendLocalList",
        "SetChargingProfile",
        "SignedUpdateFirmware",
        "TriggerMessage",
        "UnlockConnector",
        "UpdateFirmware",
    }
)

V16: Final = Dialect(
    version="1.6",
    subprotocol="ocpp1.6",
    ups={**UPS, **v16_upkeep.UPS},
    noted=frozenset(),
    declined={},
    replies=REPLIES,
    downs={**DOWNS, **v16_upkeep.DOWNS},
    results={**RESULTS, **v16_upkeep.RESULTS},
    to_station=TO_STATION,
    losses=LOSSES,
)
