"""What routing is told (Request) and what it answers (the decisions). The rules are in `routing.py`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from roaming.hub.addressing import PartyId, Role, Roles, Seat
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.headers import Routing
from roaming.ocpi.versions import InterfaceRole, ModuleID

NO_HEADERS = Routing()


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    module: ModuleID
    interface: InterfaceRole
    platform: int  # whose token was presented
    routing: Routing = NO_HEADERS
    owner: PartyId | None = None  # country and party in the URL of a client-owned object
    id: str | None = None  # the object, session, token or command named in the URL; None for a list
    token_type: str = "RFID"  # ?type= of token URLs (TOK-02)
    body: Any = None  # parsed; looked into only where the decision depends on it


class By(StrEnum):
    """What the receiver is to be found by."""

    TOKEN = "token"  # uid and type -> the eMSP that owns it
    LOCATION = "location"  # id -> its CPO
    SESSION = "session"  # id -> its CPO
    RESERVATION = "reservation"  # the sender's reservation id -> the CPO it was made at
    SESSION_TOKEN = "session_token"  # the owner's session id -> the eMSP of its token
    PROFILE = "profile"  # the owner's session id -> who set its charging profile


@dataclass(frozen=True, slots=True)
class Serve:
    """Answer it ourselves: as the hub, or as a party hosted here."""

    party: PartyId
    sender: PartyId | None = None


@dataclass(frozen=True, slots=True)
class Forward:
    """Send it to the same module and interface of that platform, from and to unchanged, and pass on the answer."""

    party: PartyId
    role: Role
    platform: int
    sender: PartyId


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Store it, answer as the hub, and let every platform in these roles have it, from the hub (HUB-08, HUB-11)."""

    roles: Roles
    sender: PartyId


@dataclass(frozen=True, slots=True)
class FindReceiver:
    """Look the key up and call `found`."""

    by: By
    key: str
    sender: PartyId
    token_type: str = ""


@dataclass(frozen=True, slots=True)
class AskAll:
    """A card that nobody has pushed: ask these eMSPs in parallel, the first ALLOWED wins (HUB-17, TOK-27)."""

    seats: tuple[Seat, ...]
    sender: PartyId


@dataclass(frozen=True, slots=True)
class Reject:
    error: OcpiError


Decision = Serve | Forward | Broadcast | FindReceiver | AskAll | Reject
