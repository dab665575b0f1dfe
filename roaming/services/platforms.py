"""Platforms and the tokens that we issue to them: invitation, first use, rotation, suspension (CRE-01, CRE-19, S13).

Tokens are shown once, by whoever makes them; the database has their digests. The handshake itself is `registration`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from roaming.models import Delivery, IssuedToken, Party, Platform
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.services import announcements, callers, deliveries, leaving, secrets
from roaming.services.decisions import choices


@dataclass(frozen=True)
class Invitation:
    """What is handed to the partner outside of OCPI; the token is shown here and nowhere else."""

    platform: Platform
    versions_url: str
    token_a: str
    expires_at: datetime


def versions_url() -> str:
    return f"{settings.HUB_PUBLIC_URL}/ocpi/versions"


def invite(
    roles: Sequence[tuple[str | Role, PartyId]],
    *,
    name: str,
    now: datetime | None = None,
    expires_in: timedelta | None = None,
) -> Invitation:
    """A new platform that may register these roles with its TOKEN_A (S14). Raises ValueError if a role is taken."""
    if not roles:
        raise ValueError("an invitation names at least one role")
    for role, party in roles:
        _check_free(Role(role), party)
    platform = Platform.objects.create(name=name)
    return invite_again(platform, roles, now=now, expires_in=expires_in)


def invite_again(
    platform: Platform,
    roles: Sequence[tuple[str | Role, PartyId]],
    *,
    now: datetime | None = None,
    expires_in: timedelta | None = None,
) -> Invitation:
    """A fresh TOKEN_A for a platform that is not registered; earlier ones stop working."""
    now = now or timezone.now()
    days = choices().number("TOKEN-A-LIFETIME")  # decision: TOKEN-A-LIFETIME
    expires_at = now + (expires_in or timedelta(days=float(days)))
    allowed = [
        {"role": Role(role).value, "country_code": party.country, "party_id": party.party} for role, party in roles
    ]
    with transaction.atomic():
        revoke(platform, now, kind=IssuedToken.Kind.A)
        if platform.status == Platform.Status.UNREGISTERED:  # or its new token would open nothing
            _set_status(platform, Platform.Status.INVITED, now)
            announcements.about(platform)
        token = issue(platform, IssuedToken.Kind.A, expires_at=expires_at, allowed_roles=allowed)
    return Invitation(platform, versions_url(), token, expires_at)


def issue(
    platform: Platform,
    kind: IssuedToken.Kind,
    *,
    expires_at: datetime | None = None,
    allowed_roles: Sequence[Mapping[str, Any]] = (),
) -> str:
    """A new token; returned once, kept as a digest."""
    token = secrets.new_token()
    record(platform, kind, token, expires_at=expires_at, allowed_roles=allowed_roles)
    return token


def record(
    platform: Platform,
    kind: IssuedToken.Kind,
    token: str,
    *,
    expires_at: datetime | None = None,
    allowed_roles: Sequence[Mapping[str, Any]] = (),
) -> IssuedToken:
    return IssuedToken.objects.create(
        platform=platform, kind=kind, digest=secrets.digest(token), expires_at=expires_at,
        allowed_roles=list(allowed_roles),
    )  # fmt: skip


def used(token: IssuedToken, now: datetime) -> None:
    """The first request with a new connection token ends the old ones, grace or not (CRE-19, S15)."""
    if token.used_at is not None:
        return
    with transaction.atomic():
        if IssuedToken.objects.filter(pk=token.pk, used_at=None).update(used_at=now):
            others = IssuedToken.objects.filter(platform=token.platform_id, kind=IssuedToken.Kind.C, revoked_at=None)
            others.filter(pk__lt=token.pk).update(revoked_at=now)


def grace(platform: Platform) -> timedelta:
    """How long the old token works beside an unused new one."""
    return timedelta(seconds=float(choices().number("TOKEN-GRACE", partner=str(platform.pk))))  # decision: TOKEN-GRACE


def retire(platform: Platform, keep: str, now: datetime) -> None:
    """After a rotation: all connection tokens but `keep` end with the grace period."""
    ends = now + grace(platform)
    rows = IssuedToken.objects.filter(platform=platform, kind=IssuedToken.Kind.C, revoked_at=None)
    rows.exclude(digest=secrets.digest(keep)).filter(Q(expires_at=None) | Q(expires_at__gt=ends)).update(
        expires_at=ends
    )


def revoke(platform: Platform, now: datetime, kind: IssuedToken.Kind | None = None) -> int:
    rows = IssuedToken.objects.filter(platform=platform, revoked_at=None)
    return (rows if kind is None else rows.filter(kind=kind)).update(revoked_at=now)


def second_factor(platform: Platform, *, wanted: bool) -> str:
    """A new secret for one-time passwords, shown once; or none, and nobody is asked for any (S19)."""
    secret = callers.new_secret() if wanted else ""
    platform.second_factor, platform.second_secret = wanted, secret
    platform.save(update_fields=["second_factor", "second_secret"])
    return secret


def suspend(platform: Platform, now: datetime) -> None:
    """By staff: nothing in, nothing out, until resumed. What waits is kept, frozen."""
    with transaction.atomic():
        _set_status(platform, Platform.Status.SUSPENDED, now)
        Delivery.objects.filter(platform=platform, state=Delivery.State.PENDING).update(needs_put=True)
        announcements.about(platform)


def resume(platform: Platform, now: datetime) -> None:
    with transaction.atomic():
        _set_status(platform, Platform.Status.CONNECTED, now)
        Platform.objects.filter(pk=platform.pk).update(timeouts_in_a_row=0, retry_at=None)
        deliveries.wake([platform.pk])
        announcements.about(platform)


def unregistered(platform: Platform, now: datetime) -> None:
    """The connection is over (CRE-11): tokens dead on both sides, the outbox frozen, the parties remembered."""
    with transaction.atomic():
        revoke(platform, now)
        platform.token_out = ""
        platform.save(update_fields=["token_out"])
        _set_status(platform, Platform.Status.UNREGISTERED, now)


def _set_status(platform: Platform, status: Platform.Status, now: datetime) -> None:
    """In or out, never merely offline."""
    Platform.objects.filter(pk=platform.pk).update(status=status, status_since=now)
    platform.status, platform.status_since = status, now
    leaving.moved(platform.parties.all())


def _check_free(role: Role, party: PartyId) -> None:
    if str(party) == settings.HUB_PARTY:
        raise ValueError(f"{party} is the hub itself")
    taken = Party.objects.filter(country_code=party.country, party_id=party.party, role=role.value, hub_says="")
    for row in taken.exclude(platform__status=Platform.Status.UNREGISTERED).select_related("platform"):
        raise ValueError(f"{party} {role} {'is on ' + str(row.platform) if row.platform else 'is hosted here'} already")
