"""Carrying out a routed request: what `hub.routing` decides, done (HUB-06 to HUB-19).

Serve and Broadcast are the module's own operation; Forward passes it on, unless the operation has a way of its own;
FindReceiver looks the key up and decides again; Reject raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from roaming.authentication import Caller
from roaming.hub import routing
from roaming.hub.routing import AskAll, Broadcast, Decision, FindReceiver, Forward, Reject, Request, Serve
from roaming.journal import Inbound
from roaming.modules.interface import Asked, Interface, Operation, Reply
from roaming.modules.relay import pass_on
from roaming.ocpi import json
from roaming.ocpi.errors import ModuleNotOffered, NotFound
from roaming.ocpi.headers import MessageIds, Routing
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.ocpi.versions import ModuleID
from roaming.services import dialects, finding, guessing, hops, limits, next_pages, parties
from roaming.services.parties import Directory

_IDS = ("location_id", "session_id", "tariff_id", "token_uid", "command", "cdr_id")


@dataclass(frozen=True)
class Routed:
    """A request that was found, authenticated and read."""

    caller: Caller
    interface: Interface
    operation: Operation
    names: dict[str, str]
    segments: Sequence[str]
    method: str
    query: Sequence[tuple[str, str]]
    raw_query: str
    body: bytes
    ids: MessageIds
    routing: Routing
    now: datetime


def carry_out(routed: Routed, exchange: Inbound) -> Reply:
    routed = _continued(_understood(routed))
    request = _request(routed)
    if routed.operation.limit is None:
        return _carried_out(routed, request, exchange)
    limits.count(f"{request.module} {request.method}:{routed.caller.platform.pk}", *routed.operation.limit)
    with guessing.watched(routed.caller.platform, routed.now) as told:
        return told(_carried_out(routed, request, exchange))


def _carried_out(routed: Routed, request: Request, exchange: Inbound) -> Reply:
    if routed.operation.callback or not routed.interface.routed:
        return routed.operation.handle(_asked(routed, request, None, None, None))
    caller = routed.caller
    directory = Directory(routed.now, {caller.platform.pk: caller.parties})
    decision = routing.route(request, directory)
    if isinstance(decision, FindReceiver):
        readers = directory.of_platform(request.platform, decision.sender)
        owners = finding.owners(decision, readers, routed.now)
        if not owners and routed.operation.missing is not None:
            exchange.decision = f"nobody has this {decision.by}"
            asked = _asked(routed, request, directory, directory.hub, decision.sender)
            exchange.answered = Routing(to=decision.sender, sender=directory.hub)
            reply = routed.operation.missing(asked, decision)
            if reply is not None:
                return reply
        decision = routing.found(request, decision, owners, directory)
    exchange.decision = _words(decision)
    exchange.answered = routing.answer_routing(request, decision, directory.hub)
    return _act(routed, request, decision, directory)


def _act(routed: Routed, request: Request, decision: Decision, directory: Directory) -> Reply:
    match decision:
        case Serve(party, sender):
            return routed.operation.handle(_asked(routed, request, directory, party, sender))
        case Broadcast(_, sender):
            return routed.operation.handle(_asked(routed, request, directory, directory.hub, sender))
        case Forward(party, _, _, sender):
            _count_hop(routed, request, directory)
            asked = _asked(routed, request, directory, party, sender)
            return (routed.operation.forward or pass_on)(asked, decision)
        case AskAll(_, sender) if routed.operation.ask_all is not None:
            return routed.operation.ask_all(_asked(routed, request, directory, directory.hub, sender), decision)
        case Reject(ModuleNotOffered()) if routed.operation.not_offered is not None:
            return routed.operation.not_offered
        case Reject(error):
            raise error
    raise NotFound()


def _understood(routed: Routed) -> Routed:
    """A peer of OCPI 2.2 leaves the token's owner out of sessions and CDRs (VER-10)."""
    platform, module = routed.caller.platform, routed.interface.module
    if not dialects.is_old(platform) or routed.method in ("GET", "DELETE") or not routed.body:
        return routed
    payer = None if routed.routing.to == parties.hub() else routed.routing.to
    said = json.loads(routed.body)
    meant = dialects.taken(platform, module, said, payer)
    return routed if meant is said or meant == said else replace(routed, body=json.dump_bytes(meant))


def _continued(routed: Routed) -> Routed:
    """The next page of a list that was passed on is where its first page was (PAG-17)."""
    if not routed.interface.routed or routed.method != "GET" or routed.routing.to not in (None, parties.hub()):
        return routed
    party = next_pages.receiver(routed.query)
    return routed if party is None else replace(routed, routing=replace(routed.routing, to=party))


def _count_hop(routed: Routed, request: Request, directory: Directory) -> None:
    """Between two clients nothing can go round; between hubs it can (S35)."""
    if all(seat.role is not Role.HUB for seat in directory.seats_on(request.platform)):
        return
    said = b"" if request.module in (ModuleID.COMMANDS, ModuleID.CHARGINGPROFILES) else routed.body
    query = "" if request.module is ModuleID.CHARGINGPROFILES else routed.raw_query
    hops.count(
        routed.ids.correlation_id,
        [routed.method, request.module, request.interface, str(routed.routing), *routed.segments, query, said],
    )


def _request(routed: Routed) -> Request:
    names = routed.names
    return Request(
        method=routed.method,
        module=routed.interface.module,
        interface=routed.interface.role,
        platform=routed.caller.platform.pk,
        routing=routed.routing,
        owner=_owner(names),
        id=next((names[name] for name in _IDS if name in names), None),
        token_type=next((value for key, value in routed.query if key == "type" and value), "RFID"),
        body=_parsed(routed),
    )


def _parsed(routed: Routed) -> Any:
    """Writes have a JSON body (STA-01); authorize may go without. Where nothing is routed the operation reads it."""
    if not routed.interface.routed or routed.method in ("GET", "DELETE"):
        return None
    if routed.method == "POST" and not routed.body and "token_uid" in routed.names:
        return None
    return json.loads(routed.body)


def _owner(names: dict[str, str]) -> PartyId | None:
    if "country_code" not in names:
        return None
    try:
        return PartyId(names["country_code"], names["party_id"])
    except ValueError:
        raise NotFound() from None


def _asked(
    routed: Routed, request: Request, directory: Directory | None, party: PartyId | None, sender: PartyId | None
) -> Asked:
    """`directory`: None where nothing is routed."""
    readers = [] if directory is None else directory.of_platform(request.platform, sender)
    return Asked(
        caller=routed.caller,
        request=request,
        names=routed.names,
        query=routed.query,
        body=routed.body,
        ids=routed.ids,
        now=routed.now,
        interface=routed.interface,
        segments=routed.segments,
        raw_query=routed.raw_query,
        party=party,
        sender=sender,
        readers=readers,
    )


def _words(decision: Decision) -> str:
    """For the journal."""
    match decision:
        case Serve(party):
            return f"serve as {party}"
        case Forward(party, _, platform):
            return f"forward to {party} on platform {platform}"
        case Broadcast():
            return "broadcast"
        case AskAll(seats):
            return f"ask {len(seats)} eMSPs"
        case Reject(error):
            return f"reject {int(error.status)}"
    return "find the receiver"
