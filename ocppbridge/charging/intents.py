"""What we want of a station: version-neutral verbs, each turned into a call by the dialect's `down`.

Rule: a verb says what is wanted, never how a version spells it. What a version cannot say raises NotOffered with the
reason, or, where the rest still makes sense without it, stands in the dialect's loss table. RawCall is the way around
for staff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from ocppbridge.charging import upkeep_intents
from ocppbridge.charging.battery_intents import SwapBatteries
from ocppbridge.charging.charging_profiles import ChargingProfile
from ocppbridge.charging.profile_intents import AskProfiles, AskSchedule, ClearProfiles, InstallProfile, UsePriority
from ocppbridge.charging.replies import Authorization
from ocppbridge.charging.security_intents import (
    CertificateUse,
    ChangePassword,
    DeleteCertificate,
    DeliverCertificate,
    FetchLog,
    InstallCertificate,
    ListCertificates,
    PreferNetworks,
    RaiseProfile,
)
from ocppbridge.charging.setting_intents import (
    ReadVariables,
    ReportSettings,
    ReportSome,
    SetNetwork,
    Variable,
    WriteVariables,
)
from ocppbridge.charging.tariff_intents import (
    AskTariffs,
    AwaitPayment,
    ChangeTariff,
    ClearTariffs,
    SetTariff,
    TellCost,
)
from ocppbridge.charging.tokens import STATION, IdToken, Place
from ocppbridge.charging.upkeep_intents import *  # noqa: F403  # blocks L, N and O list their own
from ocppbridge.charging.upkeep_intents import UpkeepIntent
from ocppbridge.charging.v2x_intents import AllowTransfer, AskDer, ClearDer, SetDer, SignalGrid, UpdateSetpoint


class NotOffered(Exception):
    """The station's version has no such thing, or cannot say it this way."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class When(StrEnum):
    """How soon a reset happens."""

    NOW = "now"
    IDLE = "when idle"
    RESUME = "now, and resume the transactions"


@dataclass(frozen=True, slots=True)
class StartCharging:
    """Remote start; `remote_start_id` comes back in 2.x's TransactionEvent, `profile` is the transaction's."""

    token: IdToken
    remote_start_id: int
    place: Place | None = None
    group: IdToken | None = None
    profile: ChargingProfile | None = None


@dataclass(frozen=True, slots=True)
class StopCharging:
    """Remote stop of a transaction by the id that the station knows it by."""

    transaction: str


@dataclass(frozen=True, slots=True)
class Unlock:
    """Release the cable."""

    place: Place


@dataclass(frozen=True, slots=True)
class Reset:
    """Restart the station, or one EVSE of it (2.x)."""

    when: When = When.IDLE
    evse: int | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """Ask for a message now; `what` is 2.1's word for it."""

    what: str
    place: Place = STATION
    custom: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeAvailability:
    """Take out of service, or put back."""

    operative: bool
    place: Place = STATION


@dataclass(frozen=True, slots=True)
class Reserve:
    """Hold an EVSE, a connector type, or any, for a token. `reservation_id` is ours (OCP-04)."""

    reservation_id: int
    token: IdToken
    until: datetime
    place: Place | None = None
    connector_type: str | None = None
    group: IdToken | None = None


@dataclass(frozen=True, slots=True)
class CancelReservation:
    """Let go of a reservation."""

    reservation_id: int


@dataclass(frozen=True, slots=True)
class ClearCache:
    """Forget cached authorizations."""


@dataclass(frozen=True, slots=True)
class AskListVersion:
    """Which version of the local list does it hold?"""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One token of a local list; without an authorization it is taken off (differential)."""

    token: IdToken
    authorization: Authorization | None = None


@dataclass(frozen=True, slots=True)
class SendList:
    """Replace the local list, or change it (D01)."""

    version: int
    entries: tuple[ListEntry, ...] = ()
    full: bool = True


@dataclass(frozen=True, slots=True)
class AskTransaction:
    """Is it still running, and do messages wait? (E14); without an id: do any wait?"""

    transaction: str | None = None


@dataclass(frozen=True, slots=True)
class SendData:
    """DataTransfer to the station."""

    vendor: str
    message: str | None = None
    data: Any = None


@dataclass(frozen=True, slots=True)
class RawCall:
    """Any call, in the station's own version, checked against its schema and sent unchanged."""

    action: str
    payload: Mapping[str, Any] = field(default_factory=dict)


Intent = (
    StartCharging
    | StopCharging
    | Unlock
    | Reset
    | Trigger
    | ChangeAvailability
    | ReadVariables
    | WriteVariables
    | ReportSettings
    | ReportSome
    | SetNetwork
    | Reserve
    | CancelReservation
    | ClearCache
    | AskListVersion
    | SendList
    | AskTransaction
    | TellCost
    | SendData
    | ChangePassword
    | RaiseProfile
    | PreferNetworks
    | DeliverCertificate
    | InstallCertificate
    | ListCertificates
    | DeleteCertificate
    | FetchLog
    | InstallProfile
    | ClearProfiles
    | AskProfiles
    | AskSchedule
    | UsePriority
    | SetTariff
    | AskTariffs
    | ClearTariffs
    | ChangeTariff
    | AwaitPayment
    | SwapBatteries
    | AllowTransfer
    | UpdateSetpoint
    | SignalGrid
    | SetDer
    | AskDer
    | ClearDer
    | UpkeepIntent
    | RawCall
)

__all__ = [
    "AllowTransfer",
    "AskDer",
    "AskListVersion",
    "AskProfiles",
    "AskSchedule",
    "AskTariffs",
    "AskTransaction",
    "AwaitPayment",
    "CancelReservation",
    "CertificateUse",
    "ChangeAvailability",
    "ChangePassword",
    "ChangeTariff",
    "ClearCache",
    "ClearDer",
    "ClearProfiles",
    "ClearTariffs",
    "DeleteCertificate",
    "DeliverCertificate",
    "FetchLog",
    "InstallCertificate",
    "InstallProfile",
    "Intent",
    "ListCertificates",
    "ListEntry",
    "NotOffered",
    "PreferNetworks",
    "RaiseProfile",
    "RawCall",
    "ReadVariables",
    "ReportSettings",
    "ReportSome",
    "Reserve",
    "Reset",
    "SendData",
    "SendList",
    "SetDer",
    "SetNetwork",
    "SetTariff",
    "SignalGrid",
    "StartCharging",
    "StopCharging",
    "SwapBatteries",
    "TellCost",
    "Trigger",
    "Unlock",
    "UpdateSetpoint",
    "UsePriority",
    "Variable",
    "When",
    "WriteVariables",
]
__all__ += upkeep_intents.__all__
