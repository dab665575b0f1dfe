"""The usual sequences of messages, for people: who says what next, per family of versions, and where that is written.

Rule: a step names an action that its version has, going the way it is drawn (a test asserts it); sources are the use
cases of OCPP 2.x part 2 and the sections of 1.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

UP, DOWN = "station → CSMS", "CSMS → station"


@dataclass(frozen=True, slots=True)
class Step:
    """One message of a sequence."""

    way: str
    action: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sequence:
    """One sequence in both families of versions."""

    title: str
    source: str
    v16: tuple[Step, ...]
    v2: tuple[Step, ...]


_BOOT_16: Final = Step(UP, "BootNotification", "Accepted, Pending or Rejected; interval in seconds")
_STATES_16: Final = Step(UP, "StatusNotification", "one for each connector, and one for connector 0")

SEQUENCES: Final[Mapping[str, Sequence]] = MappingProxyType(
    {
        "boot": Sequence(
            "A station comes up",
            "1.6 §4.2; 2.x B01",
            (_BOOT_16, _STATES_16, Step(UP, "Heartbeat", "every interval")),
            (
                Step(UP, "BootNotification", "with the reason"),
                Step(UP, "StatusNotification", "one for each connector"),
                Step(UP, "Heartbeat", "every interval; 2.x may skip it while other messages flow"),
            ),
        ),
        "pending": Sequence(
            "A station is kept waiting",
            "1.6 §4.2; 2.x B02",
            (Step(UP, "BootNotification", "Pending"), Step(DOWN, "ChangeConfiguration"), Step(DOWN, "TriggerMessage")),
            (
                Step(UP, "BootNotification", "Pending"),
                Step(DOWN, "SetVariables"),
                Step(DOWN, "GetBaseReport"),
                Step(UP, "NotifyReport", "anything else is answered with SecurityError"),
                Step(DOWN, "TriggerMessage", "BootNotification"),
            ),
        ),
        "authorization": Sequence(
            "A driver presents a card",
            "1.6 §4.1; 2.x C01",
            (Step(UP, "Authorize", "idTagInfo with the verdict and the group"),),
            (Step(UP, "Authorize", "idTokenInfo with the verdict and the group"),),
        ),
        "transaction": Sequence(
            "A session from plug to unplug",
            "1.6 §4.8, §4.10; 2.x E01 to E07",
            (
                Step(UP, "StatusNotification", "Preparing"),
                Step(UP, "Authorize"),
                Step(UP, "StartTransaction", "answered with our transaction id, always"),
                Step(UP, "StatusNotification", "Charging"),
                Step(UP, "MeterValues", "every sample interval"),
                Step(UP, "StopTransaction", "acknowledged, always"),
                Step(UP, "StatusNotification", "Finishing, then Available"),
            ),
            (
                Step(UP, "StatusNotification", "Occupied"),
                Step(UP, "Authorize"),
                Step(UP, "TransactionEvent", "Started, seqNo 0, the station's own transaction id"),
                Step(UP, "TransactionEvent", "Updated, with meter values and charging states"),
                Step(UP, "TransactionEvent", "Ended, with the reason"),
                Step(UP, "StatusNotification", "Available"),
            ),
        ),
        "remote start": Sequence(
            "A session begins from afar",
            "1.6 §5.11; 2.x F01, F02",
            (
                Step(DOWN, "RemoteStartTransaction", "Accepted is no proof of a session"),
                Step(UP, "Authorize", "only if AuthorizeRemoteTxRequests is set"),
                Step(UP, "StartTransaction", "recognised by station, token and time"),
            ),
            (
                Step(DOWN, "RequestStartTransaction", "with our remoteStartId"),
                Step(UP, "Authorize", "only if AuthCtrlr.AuthorizeRemoteStart is set"),
                Step(UP, "TransactionEvent", "Started or Updated with the same remoteStartId"),
            ),
        ),
        "offline replay": Sequence(
            "A session that nobody heard of at the time",
            "1.6 §4.8, §4.10, field quirk 7; 2.x E04, E12",
            (
                Step(UP, "StartTransaction", "late, with its own time"),
                Step(UP, "MeterValues", "without a number, or with -1"),
                Step(UP, "StopTransaction", "perhaps with a number that we never gave"),
            ),
            (
                Step(UP, "TransactionEvent", "offline true, in the order of seqNo"),
                Step(DOWN, "GetTransactionStatus", "do messages wait?"),
            ),
        ),
        "reservation": Sequence(
            "An EVSE is held for a driver",
            "1.6 §5.13; 2.x H01 to H04",
            (
                Step(DOWN, "ReserveNow", "connector 0: any"),
                Step(UP, "StatusNotification", "Reserved"),
                Step(UP, "StartTransaction", "with the reservation's id"),
                Step(DOWN, "CancelReservation", "otherwise"),
            ),
            (
                Step(DOWN, "ReserveNow", "an EVSE, a connector type, or any"),
                Step(UP, "StatusNotification", "Reserved"),
                Step(UP, "TransactionEvent", "Started with the reservation's id"),
                Step(UP, "ReservationStatusUpdate", "Expired, Removed or NoTransaction otherwise"),
                Step(DOWN, "CancelReservation", "or this"),
            ),
        ),
        "firmware": Sequence(
            "New firmware",
            "1.6 security white paper; 2.x L01",
            (
                Step(DOWN, "SignedUpdateFirmware", "or UpdateFirmware without a signature"),
                Step(UP, "SignedFirmwareStatusNotification", "Downloading to Installed"),
                Step(UP, "BootNotification"),
            ),
            (
                Step(DOWN, "UpdateFirmware"),
                Step(UP, "FirmwareStatusNotification", "Downloading to Installed"),
                Step(UP, "BootNotification", "reason FirmwareUpdate"),
            ),
        ),
        "certificate": Sequence(
            "A station renews its certificate",
            "1.6 security white paper; 2.x A02, A03",
            (
                Step(DOWN, "ExtendedTriggerMessage", "SignChargePointCertificate"),
                Step(UP, "SignCertificate"),
                Step(DOWN, "CertificateSigned"),
            ),
            (
                Step(DOWN, "TriggerMessage", "SignChargingStationCertificate"),
                Step(UP, "SignCertificate"),
                Step(DOWN, "CertificateSigned"),
            ),
        ),
        "local list": Sequence(
            "A station is given the cards that may charge without a network",
            "1.6 §5.10, §5.15; 2.x D01, D02",
            (
                Step(DOWN, "GetLocalListVersion", "0: empty, -1: not supported"),
                Step(DOWN, "SendLocalList", "Full at first and after doubt, else Differential with a newer version"),
            ),
            (
                Step(DOWN, "GetLocalListVersion", "0: none"),
                Step(DOWN, "SendLocalList", "VersionMismatch: the whole list is sent anew"),
            ),
        ),
        "reset": Sequence(
            "A station starts anew",
            "1.6 §5.14; 2.x B11, B12",
            (
                Step(DOWN, "Reset", "Soft: transactions are ended properly; Hard: at once"),
                Step(UP, "StopTransaction", "for each that runs, with the reason of the reset"),
                _BOOT_16,
                _STATES_16,
            ),
            (
                Step(DOWN, "Reset", "OnIdle is Scheduled while a transaction runs"),
                Step(UP, "TransactionEvent", "Ended, for each that runs, if Immediate"),
                Step(UP, "BootNotification", "reason RemoteReset or ScheduledReset"),
                Step(UP, "StatusNotification"),
            ),
        ),
        "settings": Sequence(
            "A station's settings are read and changed",
            "1.6 §5.4, §5.8; 2.x B05 to B08",
            (
                Step(DOWN, "GetConfiguration", "without keys: all of them"),
                Step(DOWN, "ChangeConfiguration", "one key at a time; perhaps RebootRequired"),
            ),
            (
                Step(DOWN, "GetBaseReport"),
                Step(UP, "NotifyReport", "page by page: tbc says that more will come"),
                Step(DOWN, "GetVariables", "no more than ItemsPerMessage at a time"),
                Step(DOWN, "SetVariables", "a result for each; perhaps RebootRequired"),
            ),
        ),
    }
)
