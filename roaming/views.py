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
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from roaming import answers, journal
from roaming.answers import Answer
from roaming.authentication import Caller, authenticate, settled
from roaming.bodies import read_body
from roaming.incoming import Incoming
from roaming.journal import Inbound
from roaming.modules import BY_PATH, MODULES, versions
from roaming.modules.interface import VERSION, Interface, Operation, Reply
from roaming.ocpi import v22
from roaming.ocpi.errors import ClientError, MethodNotAllowed, NotFound, OcpiError, ServerError, Unauthorized
from roaming.ocpi.headers import Folded, MessageIds, Routing, read_ids, read_receiver, read_routing, read_sender
from roaming.ocpi.party import PartyId
from roaming.requests import Routed, carry_out
from roaming.services import dialects, parties

logger = logging.getLogger(__name__)


class BadRequest(ClientError):
    http_status = 400
    title = "Bad request"


def ocpi(request: Incoming) -> Answer:
    """Every method of every path below /ocpi/."""
    try:
        return answer(request) if request.names_us else _foreign(request)
    except Exception:  # everything of ours is answered in `answer`, so this is about the request itself
        logger.exception("the OCPI view failed")
        return answers.failed(ServerError(), _ids(Folded(())), Routing(), datetime.now(UTC))


def _foreign(request: Incoming) -> Answer:
    """Nobody knows whom such a request is for, so nothing is read of it."""
    logger.warning("refused: the Host header %.200r is none of ALLOWED_HOSTS", request.headers.get("host"))
    return answers.failed(BadRequest(), _ids(request.headers), Routing(), datetime.now(UTC))


def answer(request: Incoming) -> Answer:
    """One exchange: never raises, always journalled."""
    started, now = time.monotonic(), datetime.now(UTC)
    exchange = Inbound(request.method, request.url, _ids(request.headers))
    try:
        with journal.together():
            found, listed, error = _outcome(request, exchange, now)
            journal.received(
                exchange, http_status=found.status, body=found.body, listed=listed, seconds=time.monotonic() - started,
                error=error,
            )  # fmt: skip
    except Exception:  # the answer is right even where its journal is not
        logger.exception("request %s is not in the journal", exchange.ids.request_id)
    return found


def _outcome(request: Incoming, exchange: Inbound, now: datetime) -> tuple[Answer, int | None, str]:
    """The answer; of a list, how many objects; what went wrong, for the journal. Never raises."""
    listed, error, ids = None, "", exchange.ids
    try:
        reply = _reply(request, exchange, now)
        listed = reply.listed
        found = answers.rendered(reply, ids, exchange.answered, datetime.now(UTC))
    except Exception as failure:  # the one place where an exception becomes an envelope
        if not isinstance(failure, OcpiError):
            logger.exception("request %s failed", ids.request_id)
        error = f"{type(failure).__name__}: {failure}"
        found = answers.failed(failure, ids, exchange.answered, datetime.now(UTC))
    if exchange.only_http_200 and found.status in (201, 404):
        found.status = 200
    return found, listed, error


def _ids(headers: Folded) -> MessageIds:
    return read_ids(headers, str(uuid.uuid4()), str(uuid.uuid4()))


def _reply(request: Incoming, exchange: Inbound, now: Any) -> Reply:
    segments = _segments(request.below)
    if segments in ([], ["versions"], [VERSION], [v22.VERSION]):
        return _versions(request, segments, exchange, now)
    interface, path = _find([VERSION, *segments[1:]] if segments[0] == v22.VERSION else segments)
    exchange.module = interface.module.value
    if interface.routed:
        exchange.routing = _lenient_routing(request.headers)
        exchange.answered = exchange.routing.answered_by(exchange.routing.to or parties.hub())
    caller = _authenticated(request, exchange, now, invited=interface.open_to_invited)
    operation, names = _operation(request, interface.match(path))
    body = read_body(request)
    exchange.request_body = body
    routing = read_routing(request.headers) if interface.routed else Routing()
    read = datetime.now(UTC)  # a body may take its time to arrive, and what it says is known from here on
    asked = Routed(
        caller=caller, interface=interface, operation=operation, names=names, segments=path, method=operation.method,
        query=parse_qsl(request.query, keep_blank_values=True), raw_query=request.query, body=body, ids=exchange.ids,
        routing=routing, now=read,
    )  # fmt: skip
    return carry_out(asked, exchange)


def _versions(request: Incoming, segments: list[str], exchange: Inbound, now: Any) -> Reply:
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
    request: Incoming, exchange: Inbound, now: Any, *, invited: bool, reading_versions: bool = False
) -> Caller:
    caller = authenticate(request, now, reading_versions=reading_versions)
    if not invited:
        caller = settled(caller, request, now)
    exchange.platform = caller.platform.pk
    exchange.only_http_200 = caller.platform.only_http_200
    if not caller.registered and not invited:
        raise Unauthorized()  # AUT-06
    return caller


def _operation(request: Incoming, found: list[tuple[Operation, dict[str, str]]]) -> tuple[Operation, dict[str, str]]:
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
