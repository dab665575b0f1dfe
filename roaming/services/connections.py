"""What a handshake brought, stored at once: version, token, endpoints, roles (CRE-03, CRE-08, CRE-19)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from roaming.hub.handshake import Connection, Peer
from roaming.models import Endpoint, Party, Platform
from roaming.ocpi.credentials import CredentialsRole
from roaming.services import announcements, leaving, plans

_BROUGHT = (
    "versions_url", "version", "offered_versions", "token_out", "token_out_encoding", "status", "status_since",
    "timeouts_in_a_row", "retry_at", "next_probe_at", "last_seen_at",
)  # fmt: skip


def store(platform: Platform, connection: Connection, now: datetime) -> None:
    """Call it inside the transaction that issues the new token."""
    peer = connection.peer
    platform.versions_url, platform.version = peer.versions_url, peer.version
    platform.offered_versions = list(peer.offered)
    platform.token_out, platform.token_out_encoding = connection.token, peer.encoding.value
    back, offline = platform.status != Platform.Status.CONNECTED, platform.status == Platform.Status.OFFLINE
    if back:
        platform.status, platform.status_since = Platform.Status.CONNECTED, now
    platform.timeouts_in_a_row, platform.retry_at, platform.next_probe_at = 0, None, None
    platform.last_seen_at = now
    platform.save(update_fields=_BROUGHT)  # not what the peer's own requests changed meanwhile
    _store_endpoints(platform, peer)
    news = _store_roles(platform, connection.roles, now)
    plans.plan(platform, now)
    leaving.moved(platform.parties.all() if back and not offline else news)
    if back:
        announcements.about(platform)
    for party in [] if back else news:  # new tokens are nobody else's business
        announcements.changed(party, now)


def _store_endpoints(platform: Platform, peer: Peer) -> None:
    """What staff set by hand stays (peers 6)."""
    platform.endpoints.filter(overridden=False).delete()
    kept = set(platform.endpoints.values_list("module", "role"))
    Endpoint.objects.bulk_create(
        Endpoint(platform=platform, module=module, role=role.value, url=url)
        for (module, role), url in peer.endpoints.items()
        if (module, role.value) not in kept and len(module) <= 36
    )


def _store_roles(platform: Platform, roles: Iterable[CredentialsRole], now: datetime) -> list[Party]:
    """Those that are here since now, or no longer."""
    here = set(Party.objects.filter(platform=platform, withdrawn_at=None, hub_says="").values_list("pk", flat=True))
    news, listed = [], set()
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
                "hub_says": "",
                "withdrawn_at": None,
            },
        )
        listed.add(row.pk)
        if row.pk not in here:
            news.append(row)
    if listed:
        gone = Party.objects.filter(pk__in=here - listed)  # not those behind it, if a hub
        gone.update(withdrawn_at=now)
        news.extend(gone)
    return news


def set_status(platform: Platform, status: Platform.Status, now: datetime) -> None:
    """Of a platform that has no connection yet, or none any more."""
    with transaction.atomic():
        Platform.objects.filter(pk=platform.pk).update(status=status, status_since=now)
        platform.status, platform.status_since = status, now
        announcements.about(platform)
