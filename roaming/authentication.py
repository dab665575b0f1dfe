"""Who is calling: `Authorization: Token …` → the platform that we issued the token to (AUT-01 to AUT-07).

Every failure is the same 401: no header, another scheme, an unknown, expired, revoked or blocked token (S12). A peer's
encoding is whichever it used first (S10). Wrong tokens are counted by address (S16); a right one always passes, so
that nobody is shut out by a neighbour behind the same address.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from django.conf import settings

from roaming.incoming import Incoming
from roaming.models import IssuedToken, Party, Platform
from roaming.ocpi.authorization import Encoding, candidates
from roaming.ocpi.errors import Unauthorized
from roaming.services import callers, known, limits, notices, platforms, presence, secrets

WRONG_PER_MINUTE = 20
PATIENCE = 3.0  # seconds

_OPEN = (Platform.Status.INVITED, Platform.Status.CONNECTED, Platform.Status.OFFLINE)


@dataclass(frozen=True)
class Caller:
    platform: Platform
    token: IssuedToken
    presented: str
    parties: list[Party]  # of the platform, but for those that are withdrawn

    @property
    def registered(self) -> bool:
        return self.token.kind == IssuedToken.Kind.C


def authenticate(request: Incoming, now: datetime, *, reading_versions: bool = False) -> Caller:
    """Raises Unauthorized or TooManyRequests.

    Who is `reading_versions` may be in a handshake that fails yet: until it is over the older tokens live (CRE-19).
    """
    caller = _caller(request.headers.get("authorization"), now)
    if caller is None or _lacks(caller, request, now):
        limits.count(f"wrong-token:{address_of(request)}", WRONG_PER_MINUTE, 60)
        raise Unauthorized()
    if caller.registered:
        if not reading_versions:
            platforms.used(caller.token, now)
        presence.heard(caller.platform, now)
    return caller


def settled(caller: Caller, request: Incoming, now: datetime) -> Caller:
    """A peer that has answered our registration may ask for lists before we have stored what it answered: it waits.

    It would be shown what somebody without a party sees, and believe that it has seen everything. Raises Unauthorized.
    """
    until = time.monotonic() + PATIENCE
    while caller.registered and caller.platform.status == Platform.Status.INVITED:
        if time.monotonic() >= until:
            raise Unauthorized()
        pause()
        caller = authenticate(request, now)
    return caller


def pause() -> None:
    """Long enough for another process to get on."""
    time.sleep(0.02)


def _lacks(caller: Caller, request: Incoming, now: datetime) -> bool:
    """Whether the right token is not enough (S19). Staff are told: it may be in wrong hands."""
    platform = caller.platform
    if not (platform.client_networks or platform.client_certificates or platform.second_factor):
        return False
    proxied = _is_proxy(request.address)
    certificate = request.headers.get(settings.CLIENT_CERTIFICATE_HEADER.lower()) if proxied else None
    reason = callers.missing(platform, address_of(request), certificate, request.headers.get("totp"), now)
    if reason:
        notices.notice(platform, "elsewhere", f"A request with its token {reason}.", now)
    return bool(reason)


def _caller(header: str | None, now: datetime) -> Caller | None:
    meant = candidates(header)
    digests = {digest: (text, encoding) for text, encoding in meant for digest in secrets.digests(text)}
    found = [one for one in known.by_digest(digests) if _holds(one.token, now)]
    if len(found) != 1 or not any(secrets.same(found[0].token.digest, digest) for digest in digests):
        return None
    token = found[0].token
    if token.kind == IssuedToken.Kind.A and token.used_at is not None:
        return None
    text, encoding = digests[token.digest]
    return Caller(token.platform, token, text, found[0].parties) if _fits(token.platform, encoding, token) else None


def _holds(token: IssuedToken, now: datetime) -> bool:
    in_time = token.expires_at is None or token.expires_at > now
    return in_time and token.revoked_at is None and token.platform.status in _OPEN


def _fits(platform: Platform, encoding: Encoding, token: IssuedToken) -> bool:
    """AUTO is fixed by the first success of the connection's own token; afterwards only that spelling is right."""
    if platform.token_encoding != Platform.TokenEncoding.AUTO:
        return platform.token_encoding == encoding.value
    if token.kind == IssuedToken.Kind.C:
        Platform.objects.filter(pk=platform.pk, token_encoding=Platform.TokenEncoding.AUTO).update(
            token_encoding=encoding.value
        )
    return True


def address_of(request: Incoming) -> str:
    """The caller's address; X-Forwarded-For is believed from configured proxies only (S16)."""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return forwarded if forwarded and _is_proxy(request.address) else request.address


def _is_proxy(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in settings.TRUSTED_PROXIES)
