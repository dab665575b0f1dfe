"""ChargingProfiles (CHP-01 to CHP-19): asked of the session's CPO, answered at once, the result at a callback URL.

PUT says in its body what GET and DELETE say in their query (CHP-02, CHP-03). What a CPO tells by itself about a profile
that changed (CHP-10) is passed on to whoever set it, the owner of the session's token if nobody did.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from roaming.hub.commands import read_response
from roaming.hub.routing import FindReceiver, Forward
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
from roaming.ocpi import chargingprofiles as words
from roaming.ocpi import json
from roaming.ocpi.decoding import decode
from roaming.ocpi.errors import InvalidParameter, NotFound
from roaming.ocpi.types import HttpUrl
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import commands, forwards, partners, profiles
from roaming.services.commands import Order
from roaming.services.profiles import ProfileRequest

_SESSION = "session_id"
_SECONDS = re.compile(r"0*[1-9][0-9]{0,8}", re.ASCII)


class _Query(Struct):
    response_url: HttpUrl


_RESULTS: dict[str, type[Any]] = {
    "SET_PROFILE": words.ChargingProfileResult,
    "GET_PROFILE": words.ActiveChargingProfileResult,
    "CLEAR_PROFILE": words.ClearProfileResult,
}


def _order(asked: Asked) -> Order:
    method = asked.request.method
    body: dict[str, Any] = {}
    if method == "PUT":
        body = asked.document
        response_url = decode(words.SetChargingProfile, body).response_url
    else:
        response_url = decode(_Query, dict(asked.query)).response_url
        body = {name: value for name, value in asked.query if name != "response_url"}
    if method == "GET" and not _SECONDS.fullmatch(asked.parameter("duration")):
        raise InvalidParameter("duration", "is required, in whole seconds")
    if not partners.is_host_of(asked.platform, response_url):
        raise InvalidParameter("response_url", "is not on a host that we know of you")  # S5
    return profiles.order(method, ProfileRequest(asked.names[_SESSION], response_url), body, asked.ids)


def _serve(asked: Asked) -> Reply:
    result, timeout, command = profiles.receive(
        _order(asked), sender=driving_party(asked), receiver=hosted_party(asked), platform=asked.platform, now=asked.now
    )
    left = partial(commands.responded, command) if command else None
    return Reply({"result": result, "timeout": timeout}, left=left)


def _forward(asked: Asked, to: Forward) -> Reply:
    order = _order(asked)

    def passing(key: str) -> forwards.Passing:
        callback = f"{CALLBACKS.url}{order.kind}/{key}"
        if asked.request.method == "PUT":
            return passed_on(asked, asked.raw_query, json.dump_bytes({**order.body, "response_url": callback}))
        query = [(name, callback if name == "response_url" else value) for name, value in asked.query]
        return passed_on(asked, urlencode(query), None)

    return forward_with_callback(asked, to, order, passing, _read)


def _read(data: Any) -> tuple[str, int, str]:
    response = read_response(data, words.ChargingProfileResponse)
    return response.result.value, response.timeout, ""


def _missing(asked: Asked, find: FindReceiver) -> Reply | None:
    _order(asked)
    return Reply({"result": "UNKNOWN_SESSION", "timeout": 0})


def _result(kind: str) -> Callable[[Asked], Reply]:
    def handle(asked: Asked) -> Reply:
        return take_result(asked, kind, decode(_RESULTS[kind], asked.document).result.value)

    return handle


def _active(asked: Asked) -> Reply:
    """No eMSP is hosted here: an ActiveChargingProfile is always for another platform."""
    raise NotFound()


CALLBACKS = Interface(
    ModuleID.CHARGINGPROFILES,
    InterfaceRole.SENDER,
    (
        *(Operation("POST", (f"={kind}", KEY), _result(kind), callback=True) for kind in _RESULTS),
        Operation("PUT", (_SESSION,), _active),
    ),
)
INTERFACES = (
    CALLBACKS,
    Interface(
        ModuleID.CHARGINGPROFILES,
        InterfaceRole.RECEIVER,
        tuple(
            Operation(method, (_SESSION,), _serve, forward=_forward, missing=_missing, not_offered=NOT_OFFERED)
            for method in ("PUT", "GET", "DELETE")
        ),
    ),
)
