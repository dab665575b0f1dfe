"""The routing decision: what the hub does with a request, from its headers, its URL and, last, its content.

Theory of operation. A request reaches our interface of a functional module. Its `to` headers say what kind it is:

    to = a party       direct        serve it if the party is hosted here, else forward it (HUB-06, HUB-07)
    to = the hub       a write is a broadcast to the opposite roles (HUB-08), for what is meant for everyone only
                       (HUB-13); a GET on a Sender interface is GET ALL, answered from what we store (HUB-18);
                       a GET on a Receiver interface means nothing (HUB-12)
    to is absent       open routing: the content names the receiver (HUB-15, HUB-17). Peers that know no routing
                       headers push and pull like this too, so what names nobody is taken as addressed to the hub

Before that, whoever it is for: the sender must be a party of the platform whose token was presented (HUB-27), in a
role that may call this interface, speaking about its own objects (COO-07, COO-09). Its own CDR it reads at the URL that
we gave it, whomever it names: no receiver knows that URL (HUB-30). After that: a receiver that the sender has no
agreement with looks exactly like one that does not exist (HUB-32, S24).

Where the content holds a key instead of a party (a location id, a session id, a token uid) the answer is FindReceiver:
the caller looks it up and comes back with `found()`. Nothing here does input or output; `route` never raises.
The table in tests/roaming/hub/test_routing.py is the specification of this file, one line per situation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from roaming.hub.addressing import ConnectionStatus, Directory, PartyId, Role, Seat, facing
from roaming.hub.verdicts import AskAll, Broadcast, By, Decision, FindReceiver, Forward, Reject, Request, Serve
from roaming.ocpi.errors import (
    InvalidObject,
    InvalidParameter,
    ModuleNotOffered,
    NotFound,
    OcpiError,
    ReceiverUnreachable,
    UnknownReceiver,
    UnknownToken,
)
from roaming.ocpi.headers import FROM_PARTY, TO_PARTY, Routing
from roaming.ocpi.versions import CONFIGURATION_MODULES, InterfaceRole, ModuleID

__all__ = [
    "AskAll",
    "Broadcast",
    "By",
    "Decision",
    "FindReceiver",
    "Forward",
    "Reject",
    "Request",
    "Serve",
    "answer_routing",
    "found",
    "route",
]

SENDER, RECEIVER = InterfaceRole.SENDER, InterfaceRole.RECEIVER
FOR_EVERYONE = frozenset({ModuleID.LOCATIONS, ModuleID.TARIFFS, ModuleID.TOKENS})


def route(request: Request, directory: Directory) -> Decision:
    if request.module in CONFIGURATION_MODULES:
        return Serve(directory.hub)
    try:
        sender = _sender(request, directory)
        _check_entitled(request, sender, directory)
        _check_owner(request, sender, directory)
        to = request.routing.to
        if _is_kept(request):
            return Serve(to or directory.hub, sender)
        if to is None:
            return _open(request, sender, directory)
        if to == directory.hub:
            return _to_hub(request, sender, directory)
        return _to_party(request, sender, to, directory)
    except OcpiError as error:
        return Reject(error)


def found(request: Request, looked_up: FindReceiver, owners: Collection[PartyId], directory: Directory) -> Decision:
    """The decision once the caller knows whose the key is: nobody's, one party's, or several."""
    if len(owners) > 1:
        return Reject(InvalidParameter(TO_PARTY, f"several parties have this {looked_up.by}; name the one you mean"))
    try:
        for owner in owners:
            return _to_party(request, looked_up.sender, owner, directory)
    except OcpiError as error:
        return Reject(error)
    if looked_up.by is not By.TOKEN:
        return Reject(UnknownReceiver(f"Nobody here has this {looked_up.by}"))
    asked = tuple(
        seat
        for seat in directory.open_auth(looked_up.sender)
        if seat.platform != request.platform and _reachable(seat, request)
    )
    return AskAll(asked, looked_up.sender) if asked else Reject(UnknownToken())


def answer_routing(request: Request, decision: Decision, hub: PartyId) -> Routing:
    """The routing headers of the answer (HUB-05, HUB-16); none on configuration modules (HUB-02)."""
    if request.module in CONFIGURATION_MODULES:
        return Routing()
    sender = request.routing.sender if isinstance(decision, Reject) else decision.sender
    responder = decision.party if isinstance(decision, Serve | Forward) else request.routing.to or hub
    return Routing(to=sender, sender=responder)


def _sender(request: Request, directory: Directory) -> PartyId:
    """HUB-27: nothing else in OCPI stops one party from speaking as another."""
    parties = {seat.party for seat in directory.seats_on(request.platform)}
    named = request.routing.sender
    if named in parties:
        return named
    if named is not None:
        raise InvalidParameter(FROM_PARTY, f"{named} is not a party of your platform")
    if len(parties) != 1:
        raise InvalidParameter(FROM_PARTY, "is required, for your platform has several parties")
    return parties.pop()


def _check_entitled(request: Request, sender: PartyId, directory: Directory) -> None:
    """An eMSP pushes no locations (S21). A hub passes on for everybody."""
    callers, _ = facing(request.module, request.interface)
    roles = {seat.role for seat in directory.seats_on(request.platform) if seat.party == sender}
    if not roles & {*callers, Role.HUB}:
        raise NotFound()


def _check_owner(request: Request, sender: PartyId, directory: Directory) -> None:
    """URL, header and body have to name one owner; where they disagree nothing is picked silently (COO-07, COO-09)."""
    owner = request.owner
    if owner is not None:
        if all(seat.party != owner for seat in directory.seats_on(request.platform)):
            raise NotFound()
        if owner != sender and not _is_hub(request, directory):
            raise InvalidParameter(FROM_PARTY, f"{sender} does not own the objects of {owner} in the URL")
    if request.interface is RECEIVER and request.module is not ModuleID.COMMANDS:
        _check_body_owner(request, owner or sender)


def _check_body_owner(request: Request, owner: PartyId) -> None:
    named = _party(request.body)
    if named is not None and named != owner:
        raise InvalidObject("/party_id", f"{named} in the body, {owner} outside it")


def _to_hub(request: Request, sender: PartyId, directory: Directory) -> Decision:
    if request.method == "GET":
        if request.interface is RECEIVER:
            raise InvalidParameter(TO_PARTY, "GET cannot be broadcast: name the party you mean")
        return Serve(directory.hub, sender)
    if _is_authorize(request):
        return _open(request, sender, directory)
    return _broadcast(request, sender)


def _broadcast(request: Request, sender: PartyId) -> Decision:
    if request.module not in FOR_EVERYONE or request.interface is SENDER:
        raise InvalidParameter(TO_PARTY, f"{request.module} are not for everyone: name the party you mean")
    _, receivers = facing(request.module, request.interface)
    return Broadcast(receivers, sender)


def _open(request: Request, sender: PartyId, directory: Directory) -> Decision:
    """HUB-17, one rule a line."""
    module, interface, reading = request.module, request.interface, request.method == "GET"
    if module is ModuleID.COMMANDS:
        return _command(request, sender)
    if module is ModuleID.CHARGINGPROFILES:
        return FindReceiver(By.SESSION if interface is RECEIVER else By.PROFILE, request.id or "", sender)
    if _is_authorize(request):
        return FindReceiver(By.TOKEN, request.id or "", sender, request.token_type)
    if interface is SENDER and not reading:  # charging_preferences
        return FindReceiver(By.SESSION, request.id or "", sender)
    if module is ModuleID.LOCATIONS and interface is SENDER and request.id is not None:
        return FindReceiver(By.LOCATION, request.id, sender)
    if reading:  # a list, or what the hub holds of the sender's own objects
        return Serve(directory.hub, sender)
    if module in FOR_EVERYONE:
        return _broadcast(request, sender)
    return _billed(request, sender, directory)


def _command(request: Request, sender: PartyId) -> Decision:
    match request.id:
        case "STOP_SESSION":
            return FindReceiver(By.SESSION, _text(request.body, "session_id"), sender)
        case "CANCEL_RESERVATION":
            return FindReceiver(By.RESERVATION, _text(request.body, "reservation_id"), sender)
        case _:
            return FindReceiver(By.LOCATION, _text(request.body, "location_id"), sender)


def _billed(request: Request, sender: PartyId, directory: Directory) -> Decision:
    """A session or CDR is for the owner of its token; a PATCH may leave the token out."""
    token = request.body.get("cdr_token") if isinstance(request.body, Mapping) else None
    if token is None and request.method == "PATCH":
        return FindReceiver(By.SESSION_TOKEN, request.id or "", sender)
    payer = _party(token)
    if payer is None:
        raise InvalidObject("/cdr_token", "country_code and party_id are needed to find the receiver")
    return _to_party(request, sender, payer, directory)


def _to_party(request: Request, sender: PartyId, party: PartyId, directory: Directory) -> Decision:
    _, receivers = facing(request.module, request.interface)
    seats = [seat for seat in directory.seats_of(party) if seat.role in receivers]
    if _is_hub(request, directory):  # no way back on the link it came from (HUB-28)
        seats = [seat for seat in seats if seat.platform != request.platform]
    if not seats or not directory.may_talk(_speaker(request, sender, directory), party, request.module):
        raise UnknownReceiver()
    if any(seat.hosted for seat in seats):
        return Serve(party, sender)
    connected = [seat for seat in seats if seat.connection is ConnectionStatus.CONNECTED]
    if not connected:
        raise ReceiverUnreachable()
    offering = [
        (receivers.index(seat.role), seat.platform, seat.role)
        for seat in connected
        if seat.platform is not None and _reachable(seat, request)
    ]
    if not offering:
        raise ModuleNotOffered()
    _, platform, role = min(offering)
    return Forward(party, role, platform, sender)


def _reachable(seat: Seat, request: Request) -> bool:
    offered = (request.module, request.interface) in seat.offers
    return offered and seat.connection is ConnectionStatus.CONNECTED


def _is_hub(request: Request, directory: Directory) -> bool:
    return any(seat.role is Role.HUB for seat in directory.seats_on(request.platform))


def _speaker(request: Request, sender: PartyId, directory: Directory) -> PartyId:
    """A hub that passes on what it was told speaks for the owner: the agreement is his (HUB-28)."""
    return request.owner if request.owner is not None and _is_hub(request, directory) else sender


def _is_kept(request: Request) -> bool:
    return request.module is ModuleID.CDRS and request.interface is RECEIVER and request.method == "GET"


def _is_authorize(request: Request) -> bool:
    return request.module is ModuleID.TOKENS and request.interface is SENDER and request.method == "POST"


def _party(document: Any) -> PartyId | None:
    """The party that an object names, if it names one."""
    if not isinstance(document, Mapping):
        return None
    country, party = document.get("country_code"), document.get("party_id")
    try:
        return PartyId(country, party) if isinstance(country, str) and isinstance(party, str) else None
    except ValueError:
        return None


def _text(document: Any, field: str) -> str:
    value = document.get(field) if isinstance(document, Mapping) else None
    if not isinstance(value, str) or not value:
        raise InvalidObject(f"/{field}", "the required field is missing")
    return value
