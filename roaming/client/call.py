"""One request, one answer. See the package's docstring for what is guaranteed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

from roaming import journal
from roaming.client import exchange, guard
from roaming.client.deadlines import Flight, watch
from roaming.client.errors import CallFailed, Forbidden
from roaming.client.slashes import slashes
from roaming.ocpi import envelope
from roaming.ocpi.authorization import Encoding, format_authorization
from roaming.ocpi.errors import HubError
from roaming.ocpi.headers import MessageIds, Routing


@dataclass(frozen=True)
class Peer:
    """Whom a call is for: what it presents (empty: no token), where that may go, how long it may take."""

    token: str = field(repr=False)
    hosts: frozenset[str]
    encoding: Encoding = Encoding.BASE64
    seconds: float = 15.0
    platform: int | None = None
    bare_success: bool = False  # its 2xx without a body is an acceptance


@dataclass(frozen=True)
class Call:
    method: str
    url: str
    ids: MessageIds
    routing: Routing = Routing()  # noqa: RUF009  # frozen
    body: bytes | None = None
    module: str = ""
    reason: str = ""  # the routing decision, in words, for the journal
    headers: Mapping[str, str] = field(default_factory=dict)  # beside OCPI's own


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    bare_success: bool = False

    def envelope(self) -> envelope.Envelope:
        """Raises HubError where the body is no OCPI answer; of a failure, what HTTP says tells more than the body."""
        succeeded = 200 <= self.status < 300
        if self.bare_success and succeeded and not self.body.strip():
            return envelope.BARE
        try:
            return envelope.read(self.body)
        except HubError:
            if succeeded:
                raise
            raise HubError(f"The peer answered HTTP {self.status} and no OCPI envelope") from None

    @property
    def ocpi_status(self) -> int | None:
        try:
            return self.envelope().status_code
        except HubError:
            return None


def call(peer: Peer, request: Call, *, resolve: guard.Resolver = guard.resolve) -> Answer:
    """Raises CallFailed. `resolve` is there for tests of names that change their address (S2)."""
    started = time.monotonic()
    try:
        answer = _follow_slash(peer, request, resolve)
    except CallFailed as error:
        journal.sent(
            peer.platform, request, error=f"{type(error).__name__}: {error}", seconds=time.monotonic() - started
        )
        raise
    journal.sent(peer.platform, request, answer=answer, seconds=time.monotonic() - started)
    return answer


def hosts_allowed(own: Iterable[str], extra: Iterable[str]) -> frozenset[str]:
    """Hosts of the URLs that a peer registered with, and those that staff named (S4)."""
    named = {urlsplit(url).hostname or "" for url in own} | {host.lower() for host in extra}
    return frozenset(named - {""})


def is_host_of(host: str, hosts: Iterable[str]) -> bool:
    """The host itself or one below it."""
    return any(host == one or host.endswith(f".{one}") for one in hosts)


def _follow_slash(peer: Peer, request: Call, resolve: guard.Resolver) -> Answer:
    """A 307 or 308 that only adds or drops a slash is followed once: frameworks do that (S3, peers 2)."""
    url = slashes.known(request.url)
    with watch.flight(peer.seconds) as flight:
        answer = _once(peer, request, url, flight, resolve)
        target = answer.headers.get("Location", "")
        if answer.status in (307, 308) and _only_a_slash(url, target):
            there = urlsplit(url)._replace(path=urlsplit(target).path).geturl()
            answer = _once(peer, request, there, flight, resolve)
            slashes.learn(request.url, there)
        return answer


def _only_a_slash(url: str, target: str) -> bool:
    try:
        here, there = urlsplit(url), urlsplit(target)
    except ValueError:
        return False
    same_place = not there.netloc or (there.scheme, there.netloc) == (here.scheme, here.netloc)
    return (
        same_place
        and there.query in ("", here.query)
        and there.path != here.path
        and there.path.rstrip("/") == here.path.rstrip("/")
    )


def _once(peer: Peer, request: Call, url: str, flight: Flight, resolve: guard.Resolver) -> Answer:
    parts = guard.check_url(url)
    host = parts.hostname or ""
    if not is_host_of(host, peer.hosts):
        raise Forbidden(f"{host} is not a host of this partner")
    response = exchange.once(
        flight, request.method, url, _headers(peer, request), request.body, settings.OUTBOUND_ALLOW, resolve
    )
    return Answer(response.status, response.headers, response.body, peer.bare_success)


def _headers(peer: Peer, request: Call) -> dict[str, str]:
    headers = {
        "Accept": "application/json",
        "User-Agent": "ocpi-roaming-hub",
        **request.ids.headers(),
        **request.routing.headers(),
        **request.headers,
    }
    if peer.token:
        headers["Authorization"] = format_authorization(peer.token, peer.encoding)
    if request.body is not None:
        headers["Content-Type"] = "application/json"  # TRA-02
    return headers
