"""What OCPP 1.6 and the domain cannot tell each other; a test measures that this is all of it, and that it is so.

A key with `*.` stands for that field wherever it occurs.
"""

from __future__ import annotations

from typing import Final

from ocppbridge.versions import payment_loss, upkeep_loss, v2x_loss
from ocppbridge.versions.dialect import Losses

_PNC: Final = "ISO 15118 came with 2.0.1; over 1.6 it travels in DataTransfer"
_COURSE: Final = "1.6 tells the course of a session by StatusNotification only"
_21: Final = "new in 2.1"
_KEY: Final = "a 1.6 configuration key has a name and a value, nothing else"
_ONE_WAY: Final = "1.6 keeps one way to its CSMS, outside the protocol"
_LIMITS: Final = "a 1.6 station does not tell who else limits it"
_DISPLAY: Final = "1.6 has no texts, languages or priorities in idTagInfo"

LOSSES: Final = Losses(
    not_said={
        **upkeep_loss.NOT_SAID_16,
        "AuthorizeAsked.certificate": _PNC,
        "AuthorizeAsked.certificate_hashes": _PNC,
        **v2x_loss.NOT_SAID_16,
        **payment_loss.NOT_SAID_16,
        "Booted.reason": "1.6 does not say why a station booted",
        "CertificateRequested.certificate_type": "a 1.6 station has one certificate of its own",
        "CertificateRequested.request_id": _21,
        "CertificateRequested.root_hash": _21,
        "Ended.place": "StopTransaction names the transaction only",
        "Ended.reservation_id": "told by StartTransaction",
        "EventsSeen": "1.6 tells states and faults by StatusNotification",
        "LimitCleared": _LIMITS,
        "LimitSet": _LIMITS,
        "PriorityChanged": _21,
        "ProfilesReported": "a 1.6 station does not tell its profiles, only the schedule they make",
        "ReportPart": "1.6 has configuration keys instead of a device model",
        "ReservationChanged": "1.6 tells the end of a reservation by the state of the connector",
        "Started.readings": "StartTransaction has meterStart only",
        "Started.transaction": "the id is ours to give, in the answer",
        "Updated": _COURSE,
        "*.cable_max_current": "new in 2.0.1",
        "*.charging_state": _COURSE,
        "*.cost": _21,
        "*.evse_sleep": _21,
        "*.limits": _21,
        "*.offline": "a 1.6 replay looks like a late message",
        "*.operation_mode": _21,
        "*.phases_used": "new in 2.0.1",
        "*.preconditioning": _21,
        "*.remote_start_id": "a remote start is recognised by station, token and time",
        "*.seconds_charging": "new in 2.0.1",
        "*.seq_no": "1.6 does not number its messages, so nothing shows that one is missing",
        "*.tariff_id": _21,
        "*.trigger": "1.6 does not say why it sends",
    },
    not_sayable={
        **upkeep_loss.NOT_SAYABLE_16,
        "AwaitPayment": _21,
        "ChangeTariff": _21,
        "ClearTariffs": _21,
        "SetTariff": _21,
        "AskTariffs": _21,
        "AskProfiles": "a 1.6 station does not tell its profiles, only the schedule they make",
        "UsePriority": _21,
        **v2x_loss.NOT_SAYABLE_16,
        **payment_loss.NOT_SAYABLE_16,
        "AskTransaction": "1.6 has no GetTransactionStatus; a lost stop is found by its silence",
        "DeliverCertificate.certificate_type": "a 1.6 station has one certificate of its own",
        "DeliverCertificate.request_id": _21,
        "EventTaken.limits": _21,
        "EventTaken.total_cost": "1.6 has no costs; in California they travel in DataTransfer",
        "PreferNetworks": _ONE_WAY,
        "RaiseProfile.network": _ONE_WAY,
        "RaiseProfile.slot": _ONE_WAY,
        "ReportSettings": "all keys are read by ReadVariables without a name",
        "ReportSome": "1.6 has configuration keys instead of a device model",
        "SetNetwork": _ONE_WAY,
        "StartCharging.group.value": "RemoteStartTransaction has no parentIdTag; the answer to Authorize tells it",
        "StartCharging.remote_start_id": "a remote start is recognised by station, token and time",
        "TellCost": "1.6 has no costs; in California they travel in DataTransfer",
        "Verdict.reason": "1.6 has no statusInfo",
        "*.additional": "an idTag is a plain text",
        "*.allowed_transfer": _21,
        "*.certificate_status": _PNC,
        "*.language": _DISPLAY,
        "*.message": _DISPLAY,
        "*.priority": _DISPLAY,
        "*.tariff": _21,
        "*.type": "an idTag is a plain text",
        "*.variable.attribute": _KEY,
        "*.variable.component": _KEY,
        "*.variable.place.connector": _KEY,
        "*.variable.place.evse": _KEY,
        "*.variables.attribute": _KEY,
        "*.variables.component": _KEY,
        "*.variables.place.connector": _KEY,
        "*.variables.place.evse": _KEY,
    },
)
