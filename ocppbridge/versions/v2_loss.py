"""What OCPP 2.0.1 and 2.1 and the domain cannot tell each other; a test measures that this is all of it.

A key with `*.` stands for that field wherever it occurs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ocppbridge.versions import payment_loss, upkeep_loss, v2x_loss
from ocppbridge.versions.dialect import Losses

_VENDOR: Final = "what vendors add without being asked; it stays in the journal"
_ERRORS: Final = "2.x tells errors by NotifyEvent of a component, not with the state"
_METER: Final = "2.x has no meterStart and meterStop; they are readings with a context"
_COUNTS: Final = "the meter is part of the device model in 2.x"
_21: Final = "new in 2.1"
_AUTHORIZE_ONLY: Final = "told in the answer to Authorize only"

_NOT_TAKEN: Final = {"*.customData": _VENDOR}
_NOT_SAID: Final[Mapping[str, str]] = {
    "Booted.box_serial_number": "2.x has one serial number",
    "Booted.meter_serial_number": _COUNTS,
    "Booted.meter_type": _COUNTS,
    "Ended.meter_stop": _METER,
    "Metered.transaction": "readings of a transaction come in TransactionEvent",
    "Started.meter_start": _METER,
    "StateChanged.error_code": _ERRORS,
    "StateChanged.info": _ERRORS,
    "StateChanged.vendor_error_code": _ERRORS,
    "StateChanged.vendor_id": _ERRORS,
}
_NOT_SAYABLE: Final[Mapping[str, str]] = {
    "EventTaken.authorization.allowed_transfer": _AUTHORIZE_ONLY,
    "EventTaken.authorization.certificate_status": _AUTHORIZE_ONLY,
    "EventTaken.authorization.tariff": _AUTHORIZE_ONLY,
    "ReportSome.variables.attribute": "GetReport always reports all attributes",
    "AskSchedule.place.connector": "a schedule is an EVSE's",
    "Reserve.place.connector": "an EVSE is reserved, not one of its connectors",
    "SendList.entries.authorization.allowed_transfer": _AUTHORIZE_ONLY,
    "SendList.entries.authorization.certificate_status": _AUTHORIZE_ONLY,
    "SendList.entries.authorization.tariff": _AUTHORIZE_ONLY,
    "InstallProfile.place.connector": "a profile is an EVSE's",
    "AskProfiles.place.connector": "a profile is an EVSE's",
    "ClearProfiles.place.connector": "a profile is an EVSE's",
    "StartCharging.place.connector": "a start names the EVSE; the driver takes the connector that fits",
    "StartTaken": "the station chooses the id of a transaction; the start is answered by EventTaken",
}

LOSSES_21: Final = Losses(
    not_taken=_NOT_TAKEN,
    not_said={**_NOT_SAID, **upkeep_loss.NOT_SAID_2},
    not_sayable={**_NOT_SAYABLE, **upkeep_loss.NOT_SAYABLE_2, **v2x_loss.NOT_SAYABLE_21},
)
LOSSES_201: Final = Losses(
    not_taken=_NOT_TAKEN,
    not_said={
        **_NOT_SAID,
        **upkeep_loss.NOT_SAID_201,
        **payment_loss.NOT_SAID_201,
        "CertificateRequested.request_id": _21,
        "CertificateRequested.root_hash": _21,
        "*.cost": _21,
        "LimitSet.local_generation": _21,
        "PriorityChanged": _21,
        **v2x_loss.NOT_SAID_201,
        "*.evse_sleep": _21,
        "*.limits": _21,
        "*.operation_mode": _21,
        "*.preconditioning": _21,
        "*.tariff_id": _21,
    },
    not_sayable={
        **_NOT_SAYABLE,
        **upkeep_loss.NOT_SAYABLE_201,
        **payment_loss.NOT_SAYABLE_201,
        "AskTariffs": _21,
        "Authorization.allowed_transfer": _21,
        "Authorization.tariff": _21,
        "AwaitPayment": _21,
        "ChangeTariff": _21,
        "ClearTariffs": _21,
        "DeliverCertificate.request_id": _21,
        "EventTaken.limits": _21,
        "SetTariff": _21,
        "UsePriority": _21,
        **v2x_loss.NOT_SAYABLE_201,
    },
)
