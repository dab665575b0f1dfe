"""What the CPO side answers to a command at once, before any station is asked (CMD-02, CMD-09 to CMD-26).

Theory: a command is checked against what we know without the station: whose token or session it is, whether the place
exists and can do it. The answer is a CommandResponseType; ACCEPTED means that it is passed on, and then `evse_uid` and
`connector_id` say where to. What breaks the object's own rules raises instead (2001), and so does an unknown location
(2003, with REJECTED inside). The token's validity is never looked at: the eMSP has authorized it (CMD-10).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from roaming.ocpi.commands import (
    Command,
    CommandResponseType,
    CommandResultType,
    ReserveNow,
    StartSession,
    UnlockConnector,
)
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import HubError, InvalidObject, OcpiError, UnknownLocation
from roaming.ocpi.locations import Capability, Evse, Location, Status
from roaming.ocpi.party import PartyId
from roaming.ocpi.sessions import FINAL, Session
from roaming.ocpi.types import NO_DATA, same

R = TypeVar("R")  # an answer at once, of a command or a charging profile

ACCEPTED, REJECTED = CommandResponseType.ACCEPTED, CommandResponseType.REJECTED
NOT_SUPPORTED, UNKNOWN_SESSION = CommandResponseType.NOT_SUPPORTED, CommandResponseType.UNKNOWN_SESSION

_NEEDS: dict[type[Command], Capability] = {
    StartSession: Capability.REMOTE_START_STOP_CAPABLE,
    ReserveNow: Capability.RESERVABLE,
    UnlockConnector: Capability.UNLOCK_CAPABLE,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    response: CommandResponseType
    message: str = ""
    evse_uid: str | None = None  # where it goes, in the owner's spelling
    connector_id: str | None = None
    result: CommandResultType | None = None  # set where the result is known already, without asking the station


def at_location(
    command: StartSession | ReserveNow | UnlockConnector, sender: PartyId, location: Location | None
) -> Verdict:
    """START_SESSION, RESERVE_NOW and UNLOCK_CONNECTOR at a location of ours, None if there is no such location."""
    if (refusal := foreign_token(command, sender)) is not None:
        return refusal
    if location is None:
        raise UnknownLocation(data={"result": REJECTED, "timeout": 0})  # CMD-09
    places = [evse for evse in location.evses or () if evse.status is not Status.REMOVED]
    if command.evse_uid is not None:
        places = [evse for evse in places if same(evse.uid, command.evse_uid)]
    if not places:
        return Verdict(REJECTED, "no such EVSE at this location")
    able = [evse for evse in places if _NEEDS[type(command)] in (evse.capabilities or ())]
    if not able:
        return Verdict(NOT_SUPPORTED, f"not {_NEEDS[type(command)]}")  # CMD-26
    if len(able) > 1:
        if isinstance(command, ReserveNow):
            return Verdict(ACCEPTED)  # CMD-19: any of them; whoever knows which is free chooses
        return Verdict(REJECTED, "the location has several EVSEs: name one")  # CMD-15
    return _at_evse(command, able[0])


def foreign_token(command: Command, sender: PartyId) -> Verdict | None:
    """REJECTED where the token is another party's (CMD-13): by our own CPOs, and by the hub for everybody's, since a
    session is billed to its token's owner."""
    if not isinstance(command, StartSession | ReserveNow):
        return None
    owner = PartyId(command.token.country_code, command.token.party_id)
    return None if owner == sender else Verdict(REJECTED, f"the token belongs to {owner}")


def stop(sender: PartyId, session: Session | None) -> Verdict:
    """STOP_SESSION of a session of ours, None if there is no such session (CMD-18)."""
    if session is None:
        return Verdict(UNKNOWN_SESSION, "no such session")
    if PartyId(session.cdr_token.country_code, session.cdr_token.party_id) != sender:
        return Verdict(REJECTED, "the session belongs to another party")
    if session.status in FINAL:
        return Verdict(UNKNOWN_SESSION, "the session has ended")
    evse = None if session.evse_uid == NO_DATA else session.evse_uid
    connector = None if session.connector_id == NO_DATA else session.connector_id
    return Verdict(ACCEPTED, evse_uid=evse, connector_id=connector)


def cancel(reservation_known: bool) -> Verdict:
    """CANCEL_RESERVATION: known means made by this sender; another's is as unknown as none (CMD-20, CMD-21)."""
    if reservation_known:
        return Verdict(ACCEPTED)
    return Verdict(ACCEPTED, "no such reservation", result=CommandResultType.UNKNOWN_RESERVATION)


def check_response_url(command: Command, hosts: Collection[str]) -> None:
    """The result goes to the sender's own hosts or nowhere (S5); `hosts` also covers what is below them."""
    try:
        host = urlsplit(command.response_url).hostname or ""
    except ValueError:
        raise InvalidObject("/response_url", "cannot be read") from None
    if not any(host == one or host.endswith(f".{one}") for one in hosts):
        raise InvalidObject("/response_url", f"{host} is not a host that we know of you")


def read_response(data: Any, kind: type[R], *, timeout: int = 30, longest: int = 600) -> R:
    """A remote CPO's answer at once, with a timeout that can be worked with: peers leave it out or send days, of which
    the longest counts, as a result that comes within what was promised is one. Raises HubError (4000) where it is none:
    it is the receiver's fault, not of the one who asked (HUB-26)."""
    given = data.get("timeout") if isinstance(data, dict) else None
    usable = min(given, longest) if type(given) is int and given > 0 else timeout
    try:
        return decode(kind, {**data, "timeout": usable} if isinstance(data, dict) else data)
    except OcpiError as error:
        raise HubError(f"The receiver's {kind.__name__} is not usable: {error.message}") from None


def _at_evse(command: StartSession | ReserveNow | UnlockConnector, evse: Evse) -> Verdict:
    if isinstance(command, ReserveNow):
        return Verdict(ACCEPTED, evse_uid=evse.uid)
    if command.connector_id is None:
        if Capability.START_SESSION_CONNECTOR_REQUIRED in (evse.capabilities or ()):
            raise InvalidObject("/connector_id", "is required at this EVSE")  # CMD-14
        only = evse.connectors[0].id if len(evse.connectors) == 1 else None
        return Verdict(ACCEPTED, evse_uid=evse.uid, connector_id=only)
    for connector in evse.connectors:
        if same(connector.id, command.connector_id):
            return Verdict(ACCEPTED, evse_uid=evse.uid, connector_id=connector.id)
    return Verdict(REJECTED, "no such connector at this EVSE")
