"""Passing a request on as it is, and the answer back (HUB-21, HUB-22, HUB-31, PAG-17, HUB-30).

The receiver's envelope goes back byte for byte. Of its headers those of paging and the Location of a CDR are kept, the
URLs turned into ours: the caller has no token for the host behind the hub.
"""

from __future__ import annotations

import logging
from typing import Any

from django.utils import timezone

from roaming.hub.routing import Forward
from roaming.models import Platform
from roaming.modules.interface import Asked, Reply
from roaming.ocpi import json
from roaming.ocpi.envelope import Envelope
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.headers import LIMIT, LINK, LOCATION, RETRY_AFTER, TOTAL_COUNT
from roaming.ocpi.patch import merge
from roaming.ocpi.types import Role
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.services import acceptances, copies, dialects, forwards, next_pages, notices, objects
from roaming.services.cdrs import CDRS
from roaming.services.forwards import Passing
from roaming.services.objects import Kind
from roaming.services.outgoing import KINDS
from roaming.services.sessions import SESSIONS

logger = logging.getLogger(__name__)

_KEPT: dict[ModuleID, Kind[Any]] = {ModuleID.SESSIONS: SESSIONS, ModuleID.CDRS: CDRS}
_OWN = 3  # segments that name an object: country, party, id
_PASSED_BACK = (TOTAL_COUNT, LIMIT, RETRY_AFTER)


def pass_on(asked: Asked, to: Forward) -> Reply:
    passing = Passing(
        module=asked.request.module,
        interface=asked.request.interface,
        method=asked.request.method,
        segments=asked.segments,
        query=asked.raw_query,
        body=asked.body or None,
        correlation_id=asked.ids.correlation_id,
        url=next_pages.url(asked.query, to),
    )
    passed = forwards.pass_on(to, passing)
    answer, envelope = passed.answer, passed.envelope
    taken = envelope.accepted(answer.status)
    kept = taken and _remember(asked, to)
    if taken and any(party.role == Role.HUB.value for party in asked.caller.parties):
        acceptances.note(to, asked.request, tuple(asked.segments[_OWN:]), timezone.now())
    headers = {name: answer.headers[name] for name in _PASSED_BACK if name in answer.headers}
    posted = asked.request.module is ModuleID.CDRS and asked.request.method == "POST"
    if posted and (kept or LOCATION in answer.headers):  # CDR-03: also where the receiver names none, for we keep it
        headers[LOCATION] = our_cdr_url(asked)
    body = answer.body
    if not body.strip():  # which this receiver may mean as a yes; the caller is due an envelope (ENV-01)
        return Reply(http_status=200 if answer.status == 204 else answer.status, headers=headers)
    if asked.request.method != "GET" or asked.segments:
        body, envelope = forwards.unwrapped(body, envelope)
    listed = len(envelope.many()) if asked.request.method == "GET" and isinstance(envelope.data, list) else None
    if listed is not None and (link := next_pages.link(_list(asked), to, passed.url, answer.headers, listed)):
        headers[LINK] = link
    whole = body if envelope.data is None else _as_shown(asked, to, passed.receiver, body, envelope)
    return Reply(http_status=answer.status, whole=whole, status=envelope.status_code, headers=headers, listed=listed)


def _list(asked: Asked) -> str:
    return asked.interface.url.rstrip("/")


def _as_shown(asked: Asked, to: Forward, receiver: Platform, body: bytes, envelope: Envelope) -> bytes:
    """As the caller is shown the same objects by us: what an agreement changes holds whoever answers (TAR-30)."""
    kind = KINDS.get(asked.request.module)
    if kind is None or asked.request.method != "GET" or asked.request.interface is not InterfaceRole.SENDER:
        return body
    shown = copies.of(kind, asked.platform, asked.readers, asked.now)
    if shown.plain and not dialects.is_old(receiver):
        return body

    def one(document: Any) -> Any:
        if not isinstance(document, dict):
            return document
        document = dialects.taken(receiver, kind.module, document)
        return shown.part(document, to.party) if len(asked.segments) > 1 else shown.content(document)

    data = [one(item) for item in envelope.data] if isinstance(envelope.data, list) else one(envelope.data)
    return json.dump_bytes({**json.loads(body), "data": data})


def _remember(asked: Asked, to: Forward) -> bool:
    """Sessions and CDRs that passed through are kept for the two whom they concern: for GET ALL, for commands that name
    the session, and for the CPO that asks for its CDR again. What its receiver took and we cannot read is not kept."""
    kind = _KEPT.get(asked.request.module)
    if kind is None or asked.request.interface is not InterfaceRole.RECEIVER or asked.request.method == "GET":
        return False
    owner, document = asked.request.owner or to.sender, asked.document
    now = timezone.now()  # its receiver has taken time: a list read meanwhile must not be the last that could show it
    try:
        if asked.request.method == "PATCH":
            objects.change(
                kind, owner, asked.request.id or "", lambda stored: merge(stored, document, kind.module),
                source=asked.platform, now=now, tell=False,
            )  # fmt: skip
        else:
            objects.store(kind, owner, asked.body, source=asked.platform, now=now, addressee=to.party, tell=False)
    except OcpiError as error:
        name = asked.request.id or (document.get("id") if isinstance(document, dict) else None)
        said = f"was passed on to {to.party} and taken, and is not kept here: {error.message}"
        logger.info("%s %s %s", kind.module, name, said)
        words = f"{str(name)[:50]!r} of {owner} in {kind.module} {said}"
        notices.notice(asked.platform, f"{kind.module}_not_kept", words, asked.now)  # CDR-32
        return False
    return True


def our_cdr_url(asked: Asked) -> str:
    document = asked.document
    return f"{asked.interface.url}{document['country_code']}/{document['party_id']}/{document['id']}"
