"""The one view of all OCPI endpoints: find the operation, authenticate, parse, route, carry it out, journal.

Paths are matched here instead of by Django, because each works with, without and with doubled slash for every method
(TRA-13), an unknown one is an envelope (ENV-04), and what is mounted is data. Whatever goes wrong leaves through
`answers.failed`; nothing below /ocpi/ is ever HTML.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views import defaults

from roaming import answers, journal
from roaming.authentication import Caller, authenticate, settled
from roaming.bodies import read_body
from roaming.journal import Inbound
from roaming.modules import BY_PATH, MODULES, versions
from roaming.modules.interface import VERSION, Interface, Operation, Reply
from roaming.ocpi import v22
from roaming.ocpi.errors import ClientError, MethodNotAllowed, NotFound, OcpiError, ServerError, Unauthorized
from roaming.ocpi.headers import Folded, Routing, read_ids, read_receiver, read_routing, read_sender
from roaming.ocpi.party import PartyId
from roaming.requests import Routed, carry_out
from roaming.services import dialects, parties

logger = logging.getLogger(__name__)


class BadRequest(ClientError):
    http_status = 400
    title = "Bad request"


def is_ocpi(path: str) -> bool:
    return path.startswith("/ocpi") and path[5:6] in ("", "/")


def ocpi(request: HttpRequest) -> HttpResponseBase:
    """Every method of every path below /ocpi/."""
    try:
        return answer(request, request.path_info[len("/ocpi/") :])
    except Exception:  # everything of ours is answered in `answer`, so this is about the request itself
        logger.exception("the OCPI view failed")
        ids = read_ids({}, str(uuid.uuid4()), str(uuid.uuid4()))
        return answers.failed(ServerError(), ids, Routing(), timezone.now())[0]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """What Django itself refuses before any view (a foreign Host header, for one), as an envelope below /ocpi/."""
    if not is_ocpi(request.path_info):
        return defaults.bad_request(request, exception)
    ids = read_ids(request.headers, str(uuid.uuid4()), str(uuid.uuid4()))
    return answers.failed(BadRequest(), ids, Routing(), timezone.now())[0]


def answer(request: HttpRequest, rest: str) -> HttpResponseBase:
    """One exchange: never raises, always journalled."""
    started, now = time.monotonic(), timezone.now()
    heads = _heads(request)
    ids = read_ids(heads, str(uuid.uuid4()), str(uuid.uuid4()))
    exchange = Inbound(request.method or "", request.get_full_path(), ids)
    listed: int | None = None
    error = ""
    try:
        reply = _reply(request, heads, rest, exchange, now)
        listed = reply.listed
        response, body = answers.rendered(reply, ids, exchange.answered, timezone.now())
    except Exception as failure:  # the one place where an exception becomes an envelope
        if not isinstance(failure, OcpiError):
            logger.exception("request %s failed", ids.request_id)
        error = f"{type(failure).__name__}: {failure}"
        response, body = answers.failed(failure, ids, exchange.answered, timezone.now())
    if exchange.only_http_200 and response.status_code in (201, 404):
        response.status_code = 200
    try:
        journal.received(
            exchange, http_status=response.status_code, body=body, listed=listed, seconds=time.monotonic() - started,
            error=error,
        )  # fmt: skip
    except Exception:  # the answer is right even where its journal is not
        logger.exception("request %s is not in the journal", ids.request_id)
    return response


def _reply(request: HttpRequest, heads: Folded, rest: str, exchange: Inbound, now: Any) -> Reply:
    segments = _segments(rest)
    if segments in ([], ["versions"], [VERSION], [v22.VERSION]):
        return _versions(request, segments, exchange, now)
    interface, path = _find([VERSION, *segments[1:]] if segments[0] == v22.VERSION else segments)
    exchange.module = interface.module.value
    if interface.routed:
        exchange.routing = _lenient_routing(heads)
        exchange.answered = exchange.routing.answered_by(exchange.routing.to or parties.hub())
    caller = _authenticated(request, exchange, now, invited=interface.open_to_invited)
    operation, names = _operation(request, interface.match(path))
    body = read_body(request)
    exchange.request_body = body
    routing = read_routing(heads) if interface.routed else Routing()
    read = timezone.now()  # a body may take its time to arrive, and what it says is known from here on
    asked = Routed(
        caller=caller, interface=interface, operation=operation, names=names, segments=path, method=operation.method,
        query=parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True),
        raw_query=request.META.get("QUERY_STRING", ""), body=body, ids=exchange.ids, routing=routing, now=read,
    )  # fmt: skip
    return carry_out(asked, exchange)


def _heads(request: HttpRequest) -> Folded:
    sent = request.META.items()
    return Folded((name[5:].replace("_", "-"), value) for name, value in sent if name.startswith("HTTP_"))


def _versions(request: HttpRequest, segments: list[str], exchange: Inbound, now: Any) -> Reply:
    exchange.module = "versions"
    caller = _authenticated(request, exchange, now, invited=True, reading_versions=True)
    if request.method != "GET":
        raise MethodNotAllowed(allowed=("GET",))
    if segments in ([], ["versions"]):
        return Reply(versions.versions(caller.platform))
    if segments[0] not in dialects.offered_to(caller.platform):
        raise NotFound()
    return Reply(versions.told(caller.platform, MODULES, segments[0]))


def _segments(rest: str) -> list[str]:
    """Slashes may be doubled where careless clients join URLs: before and after everything, and behind an endpoint."""
    return [] if not rest.strip("/") else rest.strip("/").split("/")


def _find(segments: list[str]) -> tuple[Interface, list[str]]:
    """The interface, and what stands below it: whether that is a path, only a caller that we know is told (S12)."""
    for length in (2, 3):
        interface = BY_PATH.get(tuple(segments[:length]))
        if interface is not None:
            below = segments[length:]
            while below and below[0] == "":
                below = below[1:]
            return interface, below
    raise NotFound()


def _authenticated(
    request: HttpRequest, exchange: Inbound, now: Any, *, invited: bool, reading_versions: bool = False
) -> Caller:
    caller = authenticate(request, now, reading_versions=reading_versions)
    if not invited:
        caller = settled(caller, request, now)
    exchange.platform = caller.platform.pk
    exchange.only_http_200 = caller.platform.only_http_200
    if not caller.registered and not invited:
        raise Unauthorized()  # AUT-06
    return caller


def _operation(request: HttpRequest, found: list[tuple[Operation, dict[str, str]]]) -> tuple[Operation, dict[str, str]]:
    for operation, names in found:
        if operation.method == request.method:
            return operation, names
    raise MethodNotAllowed(allowed=tuple(sorted({operation.method for operation, _ in found})))  # STA-05


def _lenient_routing(heads: Folded) -> Routing:
    """For the swapped headers of an error (HUB-05): what can be read of them."""
    return Routing(to=_readable(read_receiver, heads), sender=_readable(read_sender, heads))


def _readable(read: Callable[[Folded], PartyId | None], heads: Folded) -> PartyId | None:
    try:
        return read(heads)
    except OcpiError:
        return None
