"""The credentials handshake, both ways: drives the generators of `hub.handshake` and stores what they return (CRE-*).

No transaction is open while the peer is called. What a handshake changes is written in one transaction at its end, or
not at all (CRE-19); an advisory lock for each platform lets two parallel POSTs make one registration (S13).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from roaming import client
from roaming.client import Call, CallFailed, Peer
from roaming.hub import handshake
from roaming.hub.handshake import Connection, Flow, Request, Response, Terms
from roaming.models import Endpoint, IssuedToken, Party, Platform
from roaming.ocpi.authorization import Encoding
from roaming.ocpi.credentials import Credentials, CredentialsRole
from roaming.ocpi.errors import HubError, MethodNotAllowed, Unauthorized, UnsupportedVersion
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.services import announcements, parties, partners, platforms, pulls, secrets
from roaming.services.locks import Lock, held

logger = logging.getLogger(__name__)
T = TypeVar("T")

KIND_A, KIND_C = IssuedToken.Kind.A, IssuedToken.Kind.C
VERSIONS = ("2.2.1",)


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
        _check_roles(platform, token, given.roles)
        connection = _run(platform, handshake.register_as_receiver(given, _encoding(platform), _terms(platform)))
        with transaction.atomic():
            if token.kind == KIND_A and not _burn(token):
                raise Unauthorized()
            issued = platforms.issue(platform, KIND_C)
            _store(platform, connection, now)
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


def _check_roles(platform: Platform, token: IssuedToken, roles: Iterable[CredentialsRole]) -> None:
    invited = [
        (PartyId(one["country_code"], one["party_id"]), Role(one["role"]))
        for issued in platform.issued_tokens.filter(kind=KIND_A)
        for one in issued.allowed_roles
    ]
    own = [_claim(party) for party in Party.objects.filter(platform=platform)] if invited else []
    others = Party.objects.exclude(platform=platform).exclude(platform__status=Platform.Status.UNREGISTERED)
    taken = [_claim(party) for party in others]
    handshake.check_roles(roles, hub=parties.hub(), allowed=[*invited, *own], taken=taken)


def _claim(party: Party) -> tuple[PartyId, Role]:
    return parties.party_id(party), Role(party.role)


def unregister(platform: Platform, now: datetime) -> None:
    """Their DELETE, or the end of ours."""
    with transaction.atomic():
        platforms.unregistered(platform, now)
        announcements.about(platform)


# --- we ask -----------------------------------------------------------------------------------------------------------


def register_with(
    versions_url: str, token_a: str, *, name: str, allowed_hosts: Iterable[str] = (), encoding: str = "auto"
) -> Platform:
    """Register at a peer that invited us. Raises OcpiError; then nothing is left of it but the journal."""
    platform = Platform.objects.create(
        name=name, versions_url=versions_url, allowed_hosts=list(allowed_hosts), token_out_encoding=encoding
    )
    try:
        _give_new_token(
            platform,
            lambda ours: handshake.register_as_sender(
                versions_url, token_a, ours, Encoding(encoding), _terms(platform)
            ),
        )
    except handshake.Unanswered:
        raise  # the peer may hold our token: keep it, and let staff look
    except Exception:
        platform.delete()
        raise
    return platform


def rotate(platform: Platform) -> None:
    """New tokens both ways, their endpoints read again (AUT-09, VER-07). Cannot lock anyone out (CRE-19)."""
    _give_new_token(
        platform,
        lambda ours: handshake.rotate_as_sender(
            platform.versions_url, platform.token_out, ours, _encoding(platform), _terms(platform)
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


def _give_new_token(platform: Platform, flow_with: Callable[[Mapping[str, Any]], Flow[Connection]]) -> None:
    token_b = platforms.issue(platform, KIND_C)
    try:
        connection = _run(platform, flow_with(our_credentials(token_b)))
    except handshake.Unanswered:
        raise  # whichever token the peer uses next is the right one
    except Exception:
        IssuedToken.objects.filter(digest=secrets.digest(token_b)).delete()
        raise
    now = timezone.now()
    with transaction.atomic():
        _store(platform, connection, now)
        platforms.retire(platform, token_b, now)


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
        logger.warning("platform %s offers no version that we speak", platform.pk)
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
    if request.url.rstrip("/").endswith("versions"):
        _remember_offer(platform, envelope.many())
    return Response(answer.status, envelope)


def _remember_offer(platform: Platform, versions: list[Any]) -> None:
    """For staff, where no version is shared."""
    platform.offered_versions = [one["version"] for one in versions if isinstance(one, dict) and "version" in one][:20]
    Platform.objects.filter(pk=platform.pk).update(offered_versions=platform.offered_versions)


def _encoding(platform: Platform) -> Encoding:
    return Encoding(platform.token_out_encoding)


def _terms(platform: Platform) -> Terms:
    return Terms(versions=VERSIONS, allowed_hosts=frozenset(host.lower() for host in platform.allowed_hosts))


def _store(platform: Platform, connection: Connection, now: datetime) -> None:
    """Everything that a handshake brought, at once."""
    peer = connection.peer
    platform.versions_url, platform.version = peer.versions_url, peer.version
    platform.offered_versions = list(peer.offered)
    platform.token_out, platform.token_out_encoding = connection.token, peer.encoding.value
    platform.status, platform.status_since = Platform.Status.CONNECTED, now
    platform.timeouts_in_a_row, platform.retry_at, platform.next_probe_at = 0, None, None
    platform.last_seen_at = now
    platform.save()
    _store_endpoints(platform, peer)
    _store_roles(platform, connection.roles, now)
    pulls.plan(platform, now)
    announcements.about(platform)


def _store_endpoints(platform: Platform, peer: handshake.Peer) -> None:
    """What staff set by hand stays (peers 6)."""
    platform.endpoints.filter(overridden=False).delete()
    kept = set(platform.endpoints.values_list("module", "role"))
    Endpoint.objects.bulk_create(
        Endpoint(platform=platform, module=module, role=role.value, url=url)
        for (module, role), url in peer.endpoints.items()
        if (module, role.value) not in kept and len(module) <= 36
    )


def _store_roles(platform: Platform, roles: Iterable[CredentialsRole], now: datetime) -> None:
    listed = set()
    for role in roles:
        details: Any = role.business_details
        row, _ = Party.objects.update_or_create(
            country_code=role.party.country,
            party_id=role.party.party,
            role=role.role.value,
            defaults={
                "platform": platform,
                "spelled": f"{role.country_code}/{role.party_id}",
                "name": details.name,
                "business_details": {"name": details.name, "website": details.website},
                "withdrawn_at": None,
            },
        )
        listed.add(row.pk)
    if listed:
        Party.objects.filter(platform=platform, withdrawn_at=None).exclude(pk__in=listed).update(withdrawn_at=now)
