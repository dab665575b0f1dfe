"""Registration, rotation and the end of a connection, as generators (CRE-01 to CRE-23, VER-01 to VER-08).

Theory: each flow yields a Request and is sent the Response; it returns what to store, or raises an OcpiError and then
nothing has changed. It never sees a socket, a clock or a database. Whoever runs it (see `run`) sends the token where
`Request.url` says and nowhere else.

    we are asked (receiver)  their POST or PUT → GET versions, GET details with B → answer with C      CRE-03, CRE-08
    we ask (sender)          GET versions, GET details with A → POST with B → their answer holds C     CRE-02, CRE-04
    rotation (sender)        the same with the present token and PUT                                   AUT-09, VER-07
    end                      DELETE                                                                    CRE-11

Peers differ in how they read the Authorization header: Base64 is tried first, then the raw token, and what worked is
part of the result (AUT-03, S10, peers 11). A version or endpoint on a host that is neither the one of the versions URL
nor named by staff is not called (S4). Invalid entries of lists are passed over, not fatal (TRA-06, VER-08).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from roaming.ocpi import json
from roaming.ocpi.authorization import Encoding, is_token
from roaming.ocpi.credentials import Credentials, CredentialsRole
from roaming.ocpi.decoding import decode
from roaming.ocpi.envelope import Envelope
from roaming.ocpi.errors import (
    InvalidObject,
    MissingEndpoints,
    OcpiError,
    UnsupportedVersion,
    UnusableApi,
)
from roaming.ocpi.party import PartyId
from roaming.ocpi.status import Status
from roaming.ocpi.types import Role
from roaming.ocpi.versions import Endpoint, InterfaceRole, ModuleID, Version, highest_common

T = TypeVar("T")
Interface = tuple[str, InterfaceRole]


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    token: str = field(repr=False)
    encoding: Encoding
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """`envelope` is None where the body was none. No answer at all is `failed`."""

    http_status: int
    envelope: Envelope | None = None
    failed: str = ""
    sent: bool = True  # of a failed one: whether the peer may have seen the request


Flow = Generator[Request, Response, T]


class Refused(UnusableApi):
    """The peer said no: nothing has changed on either side."""


class Unanswered(UnusableApi):
    """The peer may have taken what we sent: both tokens have to be kept until one is used (CRE-19)."""


@dataclass(frozen=True, slots=True)
class Peer:
    """What a peer's versions endpoint led to."""

    versions_url: str
    version: str
    offered: tuple[str, ...]
    endpoints: Mapping[Interface, str]
    encoding: Encoding

    @property
    def credentials_url(self) -> str | None:
        return self.endpoints.get((ModuleID.CREDENTIALS, InterfaceRole.SENDER))


@dataclass(frozen=True, slots=True)
class Connection:
    """What to store once a handshake has succeeded."""

    peer: Peer
    roles: tuple[CredentialsRole, ...]  # those that could be read
    token: str = field(repr=False)  # the one to present to the peer from now on


@dataclass(frozen=True, slots=True)
class Terms:
    """What we expect of every peer."""

    versions: tuple[str, ...] = ("2.2.1",)
    required: frozenset[Interface] = frozenset()
    allowed_hosts: frozenset[str] = frozenset()  # beside the host of the versions URL


DEFAULT = Terms()


def run(flow: Flow[T], perform: Callable[[Request], Response]) -> T:
    """Drive a flow to its end."""
    try:
        request = next(flow)
        while True:
            request = flow.send(perform(request))
    except StopIteration as end:
        result: T = end.value
        return result


def discover(versions_url: str, token: str, encoding: Encoding = Encoding.AUTO, terms: Terms = DEFAULT) -> Flow[Peer]:
    """Versions and version details. Raises UnusableApi (3001), UnsupportedVersion (3002), MissingEndpoints (3003)."""
    spelling = Encoding.RAW if encoding is Encoding.RAW else Encoding.BASE64
    response = yield Request("GET", versions_url, token, spelling)
    if encoding is Encoding.AUTO and not response.failed and not _accepted(response):
        second = yield Request("GET", versions_url, token, Encoding.RAW)
        if _accepted(second):
            response, spelling = second, Encoding.RAW
    listed = _readable(Version, _data(response, "versions").many())
    chosen = highest_common(terms.versions, listed)
    if chosen is None:
        raise UnsupportedVersion(f"We speak {', '.join(terms.versions)}")
    _check_host(chosen.url, versions_url, terms)
    response = yield Request("GET", chosen.url, token, spelling)
    details = _data(response, "version details").one()
    found = _endpoints(details)
    for url in found.values():
        _check_host(url, versions_url, terms)
    if missing := sorted(f"{module} {role}" for module, role in terms.required - found.keys()):
        raise MissingEndpoints(f"Required endpoints are missing: {', '.join(missing)}")
    return Peer(versions_url, chosen.version, tuple(version.version for version in listed), found, spelling)


def register_as_receiver(
    given: Credentials, encoding: Encoding = Encoding.AUTO, terms: Terms = DEFAULT
) -> Flow[Connection]:
    """Their POST or PUT: fetch their endpoints with the token they gave, even if nothing changed (CRE-03, CRE-08)."""
    peer = yield from discover(given.url, given.token, encoding, terms)
    return Connection(peer, tuple(given.roles), given.token)


def register_as_sender(
    versions_url: str, token_a: str, ours: Mapping[str, Any], encoding: Encoding = Encoding.AUTO, terms: Terms = DEFAULT
) -> Flow[Connection]:
    """Our POST. `ours` is our Credentials object with the token B that we issue. Nothing is posted to a peer that
    lacks what we need (CRE-13)."""
    return (yield from _exchange("POST", versions_url, token_a, ours, encoding, terms))


def rotate_as_sender(
    versions_url: str, token: str, ours: Mapping[str, Any], encoding: Encoding = Encoding.AUTO, terms: Terms = DEFAULT
) -> Flow[Connection]:
    """Our PUT: new tokens both ways, or news of our endpoints or roles (AUT-09, VER-07)."""
    return (yield from _exchange("PUT", versions_url, token, ours, encoding, terms))


def unregister_as_sender(credentials_url: str, token: str, encoding: Encoding = Encoding.BASE64) -> Flow[bool]:
    """Our DELETE. True if the peer took note; what it says does not keep the connection alive (CRE-11)."""
    response = yield Request("DELETE", credentials_url, token, encoding)
    return _accepted(response) or response.http_status in (204, 401, 404, 405)


def check_roles(
    roles: Iterable[CredentialsRole],
    *,
    hub: PartyId,
    allowed: Collection[tuple[PartyId, Role]],
    taken: Collection[tuple[PartyId, Role]],
) -> None:
    """Who may register as whom (S14, CRE-20): `allowed` is what the invitation names (empty: anybody new), `taken` is
    what other platforms and our own hosted parties have. Raises InvalidObject."""
    for index, role in enumerate(roles):
        claimed = (role.party, role.role)
        if role.party == hub:
            raise InvalidObject(f"/roles/{index}", f"{role.party} is this hub")
        if claimed in taken:
            raise InvalidObject(f"/roles/{index}", f"{role.party} is already connected as {role.role}")
        if claimed not in allowed and (allowed or role.role is Role.HUB):
            raise InvalidObject(f"/roles/{index}", f"{role.party} was not invited as {role.role}")


def _exchange(
    method: str, versions_url: str, token: str, ours: Mapping[str, Any], encoding: Encoding, terms: Terms
) -> Flow[Connection]:
    peer = yield from discover(versions_url, token, encoding, terms)
    if peer.credentials_url is None:
        raise MissingEndpoints("The peer has no credentials endpoint")
    response = yield Request(method, peer.credentials_url, token, peer.encoding, json.dump_bytes(ours))
    theirs = _answered(response, method).one()
    token_c = theirs.get("token") if isinstance(theirs, Mapping) else None
    if not isinstance(token_c, str) or not is_token(token_c):
        raise Unanswered(f"The answer to {method} credentials holds no usable token")
    return Connection(peer, tuple(_readable(CredentialsRole, theirs.get("roles"))), token_c)


def _accepted(response: Response) -> bool:
    return response.envelope is not None and response.envelope.accepted(response.http_status)


def _data(response: Response, what: str) -> Envelope:
    if response.failed:
        raise UnusableApi(f"Your {what} endpoint: {response.failed}")
    envelope = response.envelope
    if envelope is None or not _accepted(response):
        raise UnusableApi(f"Your {what} endpoint answered {_said(response)}")
    return envelope


def _answered(response: Response, method: str) -> Envelope:
    """An answer that is no answer leaves open what the peer did; a clear refusal does not."""
    if response.failed:
        failure = Unanswered if response.sent else Refused
        raise failure(f"{method} credentials: {response.failed}")
    envelope = response.envelope
    if envelope is not None and _accepted(response):
        return envelope
    broke = envelope is not None and envelope.status_code == Status.SERVER_ERROR  # some say so with HTTP 200 (peers 10)
    unclear = broke or response.http_status >= 500 or (envelope is None and response.http_status < 300)
    raise (Unanswered if unclear else Refused)(f"{method} credentials was answered with {_said(response)}")


def _said(response: Response) -> str:
    envelope = response.envelope
    if envelope is None:
        return f"HTTP {response.http_status} and no OCPI envelope"
    return f"HTTP {response.http_status}, OCPI {envelope.status_code} {envelope.status_message[:200]}".rstrip()


def _endpoints(details: Any) -> dict[Interface, str]:
    """By module and role; `credentials` is listed with any role or none (VER-03)."""
    listed = details.get("endpoints") if isinstance(details, Mapping) else None
    found: dict[Interface, str] = {}
    for item in listed if isinstance(listed, list) else []:
        either = isinstance(item, Mapping) and item.get("identifier") == ModuleID.CREDENTIALS
        for endpoint in _readable(Endpoint, [{**item, "role": InterfaceRole.SENDER} if either else item]):
            found.setdefault((endpoint.identifier, endpoint.role), endpoint.url)
    if not found:
        raise MissingEndpoints("Your version details list no usable endpoint")
    return found


def _readable(kind: type[T], items: Any) -> list[T]:
    """Those that can be read."""
    found = []
    for item in items if isinstance(items, list) else []:
        try:
            found.append(decode(kind, item))
        except OcpiError:
            continue
    return found


def _check_host(url: str, versions_url: str, terms: Terms) -> None:
    """S4: the versions URL's own host, one below it, or one that staff named."""
    try:
        host, known = urlsplit(url).hostname or "", {urlsplit(versions_url).hostname or "", *terms.allowed_hosts}
    except ValueError:
        raise UnusableApi(f"Your URL {url[:100]} cannot be read") from None
    if not any(host == one or host.endswith(f".{one}") for one in known if one):
        raise UnusableApi(f"{host} is not a host that we know of you")
