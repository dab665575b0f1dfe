"""Calling a partner platform: its endpoint for an interface, its token, its hosts, its time-out (AUT-10, TRA-14).

Every answer and every time-out is told to `presence`, which decides who is OFFLINE.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from urllib.parse import quote, urlencode, urlsplit

from django.utils import timezone

from roaming import client
from roaming.client import Answer, Call, Peer
from roaming.models import Endpoint, Platform
from roaming.ocpi.authorization import Encoding
from roaming.ocpi.errors import ModuleNotOffered
from roaming.ocpi.headers import MessageIds, Routing
from roaming.ocpi.versions import InterfaceRole, ModuleID
from roaming.postgres.questions import Question, find, whole, whole_row_of
from roaming.services import dialects, notices, presence

_PLATFORM = -1  # what stands in the question for the real one


def endpoints(platform: Platform) -> list[Endpoint]:
    """All that it has."""
    return find(Endpoint, platform_id=platform.pk)


def with_endpoints(pk: int) -> tuple[Platform, list[Endpoint]]:
    """A platform and all that it has, in one statement."""
    rows, own = _together().ask({_PLATFORM: pk}), len(whole(Platform))
    if not rows:
        raise Platform.DoesNotExist(pk)
    platform = whole_row_of(Platform, rows[0][:own])
    return platform, [whole_row_of(Endpoint, row[own:]) for row in rows if row[own] is not None]


@cache
def _together() -> Question:
    rows = Platform.objects.filter(pk=_PLATFORM).order_by("endpoints__pk")
    return Question.of(rows.values_list(*whole(Platform), *whole(Endpoint, "endpoints__")))


def endpoint(
    platform: Platform, module: ModuleID, interface: InterfaceRole, known: Sequence[Endpoint] | None = None
) -> str:
    """Raises ModuleNotOffered. `known`: its endpoints, where they have been read."""
    for row in endpoints(platform) if known is None else known:
        if (row.module, row.role) == (module.value, interface.value):
            return row.url
    raise ModuleNotOffered()


def join(url: str, segments: Sequence[str] = (), query: Mapping[str, str] | str = "") -> str:
    """One slash between the parts, whatever the endpoint ends with (TRA-13); each segment escaped."""
    base, _, own = url.partition("?")
    path = "/".join([base.rstrip("/"), *(quote(segment, safe="") for segment in segments)]) if segments else base
    asked = "&".join(filter(None, [own, query if isinstance(query, str) else urlencode(query)]))
    return f"{path}?{asked}" if asked else path


def peer(platform: Platform, seconds: float | None = None, known: Sequence[Endpoint] | None = None) -> Peer:
    encoding = Encoding(platform.token_out_encoding)
    return Peer(
        token=platform.token_out,
        hosts=hosts(platform, known),
        encoding=Encoding.RAW if encoding is Encoding.RAW else Encoding.BASE64,
        seconds=min(seconds or platform.request_timeout, platform.request_timeout),
        platform=platform.pk,
        bare_success=platform.bare_success,
    )


def hosts(platform: Platform, known: Sequence[Endpoint] | None = None) -> frozenset[str]:
    """Where its URLs may lead. `known`: its endpoints, where they have been read."""
    overridden = [row.url for row in (endpoints(platform) if known is None else known) if row.overridden]
    return client.hosts_allowed([platform.versions_url, *overridden], platform.allowed_hosts)


def is_host_of(platform: Platform, url: str) -> bool:
    """Whether the URL is on one of the partner's hosts (S5)."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return client.is_host_of(host, hosts(platform))


def ids(correlation_id: str = "") -> MessageIds:
    """A request of our own: a fresh request id, the correlation id of what it belongs to (MID-04, MID-05)."""
    return MessageIds(str(uuid.uuid4()), correlation_id or str(uuid.uuid4()))


def send(
    platform: Platform,
    method: str,
    url: str,
    *,
    ids: MessageIds,
    module: str,
    routing: Routing | None = None,
    body: bytes | None = None,
    reason: str = "",
    seconds: float | None = None,
    check: bool = False,
    known: Sequence[Endpoint] | None = None,
) -> Answer:
    """Raises CallFailed. `check`: a still-alive check, whose failure is enough by itself (HCI-08). `known`: its
    endpoints, where they have been read."""
    said = dialects.told(platform, module, body)
    request = Call(method, url, ids, routing or Routing(), said, module, reason)
    try:
        answer = client.call(peer(platform, seconds, known), request)
    except client.Forbidden:
        raise  # never left: says nothing of the partner
    except client.CallFailed:
        presence.timed_out(platform, check=check)
        raise
    presence.answered(platform)
    if answer.status == 401:
        notices.notice(platform, "token", "It refuses our token (HTTP 401): rotating may help.", timezone.now())
    return answer
