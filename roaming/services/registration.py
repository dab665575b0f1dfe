"""The credentials handshake, both ways: drives the generators of `hub.handshake` and stores what they return (CRE-*).

No transaction is open while the peer is called. What a handshake changes is written in one transaction at its end, or
not at all (CRE-19); an advisory lock for each platform lets two parallel POSTs make one registration (S13).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from roaming import client
from roaming.client import Call, CallFailed, Peer
from roaming.hub import handshake
from roaming.hub.handshake import Connection, Flow, Request, Response, Terms
from roaming.models import IssuedToken, Platform
from roaming.ocpi.authorization import Encoding
from roaming.ocpi.credentials import Credentials, CredentialsRole
from roaming.ocpi.errors import HubError, MethodNotAllowed, OcpiError, Unauthorized, UnsupportedVersion
from roaming.ocpi.types import Role
from roaming.services import (
    announcements,
    claims,
    connections,
    dialects,
    notices,
    parties,
    partners,
    platforms,
    secrets,
)
from roaming.services.claims import Roles
from roaming.services.locks import Lock, held

logger = logging.getLogger(__name__)
T = TypeVar("T")

KIND_A, KIND_C = IssuedToken.Kind.A, IssuedToken.Kind.C
VERSIONS = dialects.SPOKEN  # 2.2 as the client of peers that never moved (VER-10)


def our_credentials(token: str) -> dict[str, Any]:
    """Only the HUB role: the parties behind are announced by HubClientInfo (HUB-33)."""
    hub = parties.hub()
    role = {
        "role": Role.HUB.value,
        "country_code": hub.country,
        "party_id": hub.party,
        "business_details": {"name": settings.HUB_NAME},
    }
    return {"token": token, "url": platforms.versions_url(), "roles": [role]}


# --- they ask ---------------------------------------------------------------------------------------------------------


def receive(token: IssuedToken, given: Credentials, now: datetime) -> dict[str, Any]:
    """Their POST (with TOKEN_A) or PUT (with the connection's token): our credentials with a new token C."""
    platform = token.platform
    with held(Lock.REGISTRATION, platform.pk) as free:
        if not free:
            raise MethodNotAllowed("A registration of your platform is under way")
        _check_usable(token)
        try:
            claims.check(platform, given.roles)
            terms = _terms(platform, {role.role for role in given.roles})
            connection = _run(platform, handshake.register_as_receiver(given, _encoding(platform), terms))
        except OcpiError as error:
            notices.notice(platform, "handshake", f"It tried to register: {error.message}", now)
            raise
        with transaction.atomic():
            if token.kind == KIND_A and not _burn(token):
                raise Unauthorized()
            issued = platforms.issue(platform, KIND_C)
            connections.store(platform, connection, now)
            platforms.retire(platform, issued, now)
    return our_credentials(issued)


def _check_usable(token: IssuedToken) -> None:
    """Another request may have registered with it while this one waited for the lock."""
    fresh = IssuedToken.objects.filter(pk=token.pk, revoked_at=None)
    if token.kind == KIND_A:
        fresh = fresh.filter(used_at=None)
    if not fresh.exists():
        raise Unauthorized()


def _burn(token: IssuedToken) -> bool:
    return bool(IssuedToken.objects.filter(pk=token.pk, used_at=None).update(used_at=timezone.now()))


def unregister(platform: Platform, now: datetime) -> None:
    """Their DELETE, or the end of ours."""
    with transaction.atomic():
        platforms.unregistered(platform, now)
        announcements.about(platform)


# --- we ask -----------------------------------------------------------------------------------------------------------


def prepare(versions_url: str, *, name: str, allowed_hosts: Iterable[str] = (), encoding: str = "auto") -> Platform:
    """The row of a peer that we are going to register with. Raises ValueError, in words, for a bad URL."""
    try:
        client.check_url(versions_url)
    except CallFailed as problem:
        raise ValueError(f"{versions_url[:100]} is no versions URL: {problem}") from None
    return Platform.objects.create(
        name=name, versions_url=versions_url, allowed_hosts=list(allowed_hosts), token_out_encoding=encoding
    )


def register_with(
    versions_url: str,
    token_a: str,
    *,
    name: str,
    allowed_hosts: Iterable[str] = (),
    encoding: str = "auto",
    expected: Roles = (),
) -> Platform:
    """Register at a peer that invited us. Raises OcpiError; then nothing is left of it but the journal."""
    platform = prepare(versions_url, name=name, allowed_hosts=allowed_hosts, encoding=encoding)
    try:
        register(platform, token_a, expected)
    except handshake.Unanswered:
        raise  # the peer may hold our token: keep it, and let staff look
    except Exception:
        platform.delete()
        raise
    return platform


def register(platform: Platform, token_a: str, expected: Roles = ()) -> None:
    """Our POST with the peer's TOKEN_A (CRE-02). `expected`: whom it may bring; empty: anybody new."""
    _give_new_token(
        platform,
        lambda ours: handshake.register_as_sender(
            platform.versions_url,
            token_a,
            ours,
            _encoding(platform),
            _terms(platform, claims.awaited(platform, expected)),
        ),
        expected,
    )


def rotate(platform: Platform) -> None:
    """New tokens both ways, their endpoints read again (AUT-09, VER-07). Cannot lock anyone out (CRE-19)."""
    _give_new_token(
        platform,
        lambda ours: handshake.rotate_as_sender(
            platform.versions_url,
            platform.token_out,
            ours,
            _encoding(platform),
            _terms(platform, claims.awaited(platform)),
        ),
    )


def leave(platform: Platform) -> bool:
    """Our DELETE; the connection ends whatever the peer says. Whether it took note."""
    row = platform.endpoints.filter(module="credentials").first()
    noted = False
    if row is not None:
        flow = handshake.unregister_as_sender(row.url, platform.token_out, partners.peer(platform).encoding)
        noted = _run(platform, flow)
    unregister(platform, timezone.now())
    return noted


def _give_new_token(
    platform: Platform, flow_with: Callable[[Mapping[str, Any]], Flow[Connection]], expected: Roles = ()
) -> None:
    token_b = platforms.issue(platform, KIND_C)
    try:
        connection = _run(platform, flow_with(our_credentials(token_b)))
        connection = replace(connection, roles=_admitted(platform, connection, expected))
    except handshake.Unanswered:
        raise  # whichever token the peer uses next is the right one
    except Exception:
        IssuedToken.objects.filter(digest=secrets.digest(token_b)).delete()
        raise
    now = timezone.now()
    with transaction.atomic():
        connections.store(platform, connection, now)
        platforms.retire(platform, token_b, now)


def _admitted(platform: Platform, connection: Connection, expected: Roles) -> tuple[CredentialsRole, ...]:
    """The roles in a peer's answer that it may have here; staff are told of the others (CRE-20, S14).

    One role too many does not end the connection; where a newcomer has none left, it does.
    """
    verdict = claims.judge(platform, connection.roles, expected)
    said = "; ".join(verdict.refused)
    if said:
        notices.notice(platform, "roles", f"Not taken over from its credentials: {said}", timezone.now())
    if said and not verdict.taken_over and not platform.parties.exists():
        url = connection.peer.credentials_url or ""
        _run(platform, handshake.unregister_as_sender(url, connection.token, connection.peer.encoding))
        raise handshake.Refused(f"It brought no role that it may have here: {said}")
    return verdict.taken_over


# --- both -------------------------------------------------------------------------------------------------------------


def still_alive(platform: Platform) -> bool:
    """GET versions, which has no side effects (HCI-08, VER-09)."""
    try:
        ids = partners.ids()
        partners.send(
            platform,
            "GET",
            platform.versions_url,
            ids=ids,
            module="versions",
            reason="still-alive check",
            check=True,
        )
    except CallFailed:
        return False
    return True


def _run(platform: Platform, flow: Flow[T]) -> T:
    try:
        return handshake.run(flow, lambda request: _perform(platform, request))
    except UnsupportedVersion:
        offered = ", ".join(str(version)[:20] for version in platform.offered_versions) or "none"
        logger.warning("platform %s offers no version that we speak", platform.pk)
        notices.notice(platform, "version", f"No OCPI version is shared. It offers: {offered}", timezone.now())
        raise


def _perform(platform: Platform, request: Request) -> Response:
    peer = Peer(
        token=request.token,
        hosts=client.hosts_allowed([request.url], platform.allowed_hosts),  # the flow has checked the host (S4)
        encoding=request.encoding,
        seconds=platform.request_timeout,
        platform=platform.pk,
    )
    call = Call(
        request.method, request.url, partners.ids(), body=request.body, module="credentials", reason="handshake"
    )
    try:
        answer = client.call(peer, call)
    except CallFailed as error:
        return Response(0, failed=str(error), sent=error.sent)
    try:
        envelope = answer.envelope()
    except HubError:
        return Response(answer.status)
    if request.method == "GET" and not isinstance(envelope.data, Mapping):  # versions; details are an object
        _remember_offer(platform, envelope.many())
    return Response(answer.status, envelope)


def _remember_offer(platform: Platform, versions: list[Any]) -> None:
    """For staff, where no version is shared."""
    platform.offered_versions = [one["version"] for one in versions if isinstance(one, dict) and "version" in one][:20]
    Platform.objects.filter(pk=platform.pk).update(offered_versions=platform.offered_versions)


def _encoding(platform: Platform) -> Encoding:
    return Encoding(platform.token_out_encoding)


def _terms(platform: Platform, roles: Iterable[Role]) -> Terms:
    return Terms(
        VERSIONS,
        claims.required(platform, roles),
        allowed_hosts=frozenset(host.lower() for host in platform.allowed_hosts),
    )
