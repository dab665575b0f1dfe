"""Commands (CMD-01 to CMD-26): received for hosted parties, passed on for others, results taken at a callback URL.

The response_url of the eMSP goes no further than here: what a CPO sees is a URL of ours, unguessable and good for one
result (HUB-29, S5). It stands on our Sender interface of the module, for results are what that is for.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from roaming.hub.commands import check_response_url, foreign_token, read_response
from roaming.hub.routing import By, FindReceiver, Forward
from roaming.modules.calling import (
    KEY,
    NOT_OFFERED,
    driving_party,
    forward_with_callback,
    hosted_party,
    passed_on,
    take_result,
)
from roaming.modules.interface import Asked, Interface, Operation, Reply
from roaming.ocpi import commands as words
from roaming.ocpi import json
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import NotFound, UnknownLocation
from roaming.ocpi.status import Status
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import commands, forwards, partners
from roaming.services.commands import Order

_KIND = "command"


def _order(asked: Asked) -> Order:
    """Raises NotFound for a command that does not exist (CMD-01) and InvalidObject for a bad one."""
    name = asked.names[_KIND]
    if name not in words.CommandType.__members__:
        raise NotFound()
    kind = words.CommandType(name)
    request = decode(words.REQUESTS[kind], asked.document)
    check_response_url(request, partners.hosts(asked.platform))
    return Order(kind.value, request, asked.document, asked.ids)


def _serve(asked: Asked) -> Reply:
    """For a party hosted here."""
    command, acceptance = commands.receive(
        _order(asked), sender=driving_party(asked), receiver=hosted_party(asked), platform=asked.platform, now=asked.now
    )
    data = _response(acceptance.response, commands.told(acceptance), acceptance.message)
    status = Status.UNKNOWN_LOCATION if acceptance.unknown_location else Status.SUCCESS
    return Reply(data, status=status, left=partial(commands.responded, command.pk))


def _forward(asked: Asked, to: Forward) -> Reply:
    order = _order(asked)
    if asked.sender is not None and (refusal := foreign_token(order.request, asked.sender)) is not None:
        return Reply(_response(refusal.response.value, 0, refusal.message))

    def passing(key: str) -> forwards.Passing:
        body = json.dump_bytes({**order.body, "response_url": f"{CALLBACKS.url}{order.kind}/{key}"})
        return passed_on(asked, asked.raw_query, body)

    return forward_with_callback(asked, to, order, passing, _read)


def _read(data: Any) -> tuple[str, int, str]:
    response = read_response(data, words.CommandResponse)
    return response.result.value, response.timeout, response.message[0].text if response.message else ""


def _missing(asked: Asked, find: FindReceiver) -> Reply | None:
    """Nobody has the location, session or reservation."""
    _order(asked)
    if find.by is By.LOCATION:
        raise UnknownLocation(data=_response("REJECTED", 0, "no such location"))  # CMD-09
    if find.by is By.SESSION:
        return Reply(_response("UNKNOWN_SESSION", 0, "no such session"))  # CMD-18
    return Reply(_response("REJECTED", 0, "no such reservation"))  # CMD-21


def _result(asked: Asked) -> Reply:
    """A CommandResult for a command that we forwarded."""
    result = decode(words.CommandResult, asked.document)
    message = result.message[0].text if result.message else ""
    return take_result(asked, asked.names[_KIND], result.result.value, message)


def _response(result: str, timeout: int, message: str = "") -> dict[str, Any]:
    response: dict[str, Any] = {"result": result, "timeout": timeout}
    if message:
        response["message"] = [{"language": "en", "text": message[:512]}]
    return response


CALLBACKS = Interface(
    ModuleID.COMMANDS, InterfaceRole.SENDER, (Operation("POST", (_KIND, KEY), _result, callback=True),)
)
INTERFACES = (
    CALLBACKS,
    Interface(
        ModuleID.COMMANDS,
        InterfaceRole.RECEIVER,
        (Operation("POST", (_KIND,), _serve, forward=_forward, missing=_missing, not_offered=NOT_OFFERED),),
    ),
)
