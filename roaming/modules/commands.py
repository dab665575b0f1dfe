"""Commands (CMD-01 to CMD-26): received for hosted parties, passed on for others, results taken at a callback URL.

The response_url of the eMSP goes no further than here: what a CPO sees is a URL of ours, unguessable and good for one
result (HUB-29, S5). It stands on our Sender interface of the module, for results are what that is for.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils import timezone

from roaming.hub.commands import check_response_url, read_response
from roaming.hub.routing import By, FindReceiver, Forward
from roaming.models import Party
from roaming.modules.interface import Asked, Interface, Operation, Reply
from roaming.ocpi import commands as words
from roaming.ocpi import json
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import NotFound, OcpiError, UnknownLocation
from roaming.ocpi.party import PartyId
from roaming.ocpi.status import Status
from roaming.ocpi.types import Role
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import commands, forwards, partners
from roaming.services.commands import Order

_KIND = "command"
_KEY = "key"


def _order(asked: Asked) -> Order:
    """Raises NotFound for a command that does not exist (CMD-01) and InvalidObject for a bad one."""
    name = asked.names[_KIND]
    if name not in words.CommandType.__members__:
        raise NotFound()
    kind = words.CommandType(name)
    request = decode(words.REQUESTS[kind], asked.document)
    check_response_url(request, partners.peer(asked.platform).hosts)
    return Order(kind, request, asked.document, asked.ids)


def _serve(asked: Asked) -> Reply:
    """For a party hosted here."""
    order = _order(asked)
    receiver = Party.objects.get(
        country_code=_of(asked.party).country, party_id=_of(asked.party).party, role=Role.CPO.value
    )
    command, acceptance = commands.receive(
        order, sender=_sender(asked), receiver=receiver, platform=asked.platform, now=asked.now
    )
    data = _response(acceptance.response, commands.told(acceptance), acceptance.message)
    status = Status.UNKNOWN_LOCATION if acceptance.unknown_location else Status.SUCCESS
    return Reply(data, status=status, left=partial(commands.responded, command.pk))


def _forward(asked: Asked, to: Forward) -> Reply:
    """With a callback of ours in place of the response_url; the receiver's answer goes back as it came."""
    order = _order(asked)
    receiver = Party.objects.get(country_code=to.party.country, party_id=to.party.party, role=to.role.value)
    command, key = commands.forward(
        order, sender=_sender(asked), receiver=receiver, platform=asked.platform, now=asked.now
    )
    body = json.dump_bytes({**order.body, "response_url": f"{CALLBACKS.url}{order.kind.value}/{key}"})
    correlation_id = asked.ids.correlation_id
    passing = forwards.Passing(
        ModuleID.COMMANDS, InterfaceRole.RECEIVER, "POST", asked.segments, asked.raw_query, body, correlation_id
    )
    try:
        answer, envelope = forwards.pass_on(to, passing)
        if envelope.accepted(answer.status):
            response = read_response(envelope.one())
            message = response.message[0].text if response.message else ""
            commands.forwarded(command, response.result.value, message, response.timeout, timezone.now())
        else:
            commands.forwarded(command, "REJECTED", envelope.status_message, 0, timezone.now())
    except OcpiError as error:
        commands.forwarded(command, "REJECTED", error.message, 0, timezone.now())
        raise
    return Reply(
        http_status=answer.status, whole=answer.body, status=envelope.status_code,
        left=partial(commands.responded, command.pk),
    )  # fmt: skip


def _missing(asked: Asked, find: FindReceiver) -> Reply | None:
    """Nobody has the location, session or reservation."""
    _order(asked)
    if find.by is By.LOCATION:
        raise UnknownLocation(data=_response("REJECTED", 0, "no such location"))  # CMD-09
    if find.by is By.SESSION:
        return Reply(_response("UNKNOWN_SESSION", 0, "no such session"))  # CMD-18
    return Reply(_response("REJECTED", 0, "no such reservation"))  # CMD-21


def _result(asked: Asked) -> Reply:
    """A CommandResult for a command that we forwarded: from the addressed receiver, once, in time (S5, S32)."""
    command = commands.find_waiting(asked.names[_KEY])
    if command is None or command.receiver.platform_id != asked.platform.pk or command.kind != asked.names[_KIND]:
        raise NotFound()
    result = decode(words.CommandResult, asked.document)
    message = result.message[0].text if result.message else ""
    if not commands.settle(command.pk, result.result.value, message, body=asked.body.decode(), now=asked.now):
        raise NotFound()
    return Reply()


def _sender(asked: Asked) -> Party:
    """The driving role that commands; a party has one of them at least, or routing had refused it."""
    driving = [party for party in asked.readers if party.role != Role.CPO.value]
    return driving[0]


def _of(party: PartyId | None) -> PartyId:
    if party is None:
        raise NotFound()
    return party


def _response(result: str, timeout: int, message: str = "") -> dict[str, Any]:
    response: dict[str, Any] = {"result": result, "timeout": timeout}
    if message:
        response["message"] = [{"language": "en", "text": message[:512]}]
    return response


CALLBACKS = Interface(
    ModuleID.COMMANDS, InterfaceRole.SENDER, (Operation("POST", (_KIND, _KEY), _result),), routed=False
)
INTERFACES = (
    CALLBACKS,
    Interface(
        ModuleID.COMMANDS,
        InterfaceRole.RECEIVER,
        (Operation("POST", (_KIND,), _serve, forward=_forward, missing=_missing),),
    ),
)
