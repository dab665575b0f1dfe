"""Handshakes that staff ask for: a row first, carried out by a worker or the command that asked, never by the web.

A worker that dies leaves the row RUNNING with its lock free: the sweep finds it and it is done again. That is safe:
registering twice with one TOKEN_A is refused by the peer, rotating twice gives newer tokens, parting twice changes
nothing (CRE-19).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from roaming import nudges
from roaming.hub.handshake import Unanswered
from roaming.models import Handshake, IssuedToken, Platform
from roaming.ocpi.authorization import is_token
from roaming.ocpi.errors import OcpiError
from roaming.ocpi.party import PartyId
from roaming.ocpi.types import Role
from roaming.services import connections, registration
from roaming.services.claims import Roles
from roaming.services.decisions import choices
from roaming.services.locks import Lock, held

logger = logging.getLogger(__name__)

TASK = "roaming.handshake"
PAUSE = timedelta(hours=1)
ATTEMPTS = 3  # workers that may die over one row
OPEN = (Handshake.State.WAITING, Handshake.State.RUNNING)
Kind, State, Status = Handshake.Kind, Handshake.State, Platform.Status


def register(
    versions_url: str,
    token_a: str,
    *,
    name: str,
    expected: Roles = (),
    encoding: str = "auto",
    allowed_hosts: Iterable[str] = (),
    by: str = "",
) -> Handshake:
    """Register at a peer that invited us. Raises ValueError, in words, where that makes no sense."""
    _check_token(token_a)
    for row in Platform.objects.filter(versions_url=versions_url).exclude(status=Status.UNREGISTERED):
        if row.status != Status.INVITED or row.parties.exists():
            raise ValueError(f"{row} has this versions URL already")
        with transaction.atomic():  # what became of the last try is not known, and this one is another (CRE-19)
            Platform.objects.filter(pk=row.pk).update(token_out_encoding=encoding, allowed_hosts=list(allowed_hosts))
            return register_again(row, token_a, expected=expected, by=by)
    with transaction.atomic():
        platform = registration.prepare(versions_url, name=name, encoding=encoding, allowed_hosts=allowed_hosts)
        return ask(platform, Kind.REGISTER, by=by, token=token_a, expected=expected)


def register_again(platform: Platform, token_a: str, *, expected: Roles = (), by: str = "") -> Handshake:
    """With a new TOKEN_A, after a failure or a parting."""
    _check_token(token_a)
    with transaction.atomic():
        connections.set_status(platform, Status.INVITED, timezone.now())
        return ask(platform, Kind.REGISTER, by=by, token=token_a, expected=expected)


def forget(platform: Platform) -> bool:
    """Remove a platform with which there never was a connection. Whether there was none."""
    if platform.status != Status.UNREGISTERED or platform.parties.exists() or platform.token_out:
        return False
    platform.delete()
    return True


def ask(platform: Platform, kind: Handshake.Kind, *, by: str = "", token: str = "", expected: Roles = ()) -> Handshake:
    """Have it done. Raises ValueError while another handshake with the platform is open."""
    roles = [{"role": role.value, "country_code": one.country, "party_id": one.party} for one, role in expected]
    try:
        with transaction.atomic():
            row = Handshake.objects.create(
                platform=platform, kind=kind, token=token, expected_roles=roles, asked_by=by, asked_at=timezone.now()
            )
    except IntegrityError:
        raise ValueError(f"A handshake with {platform} is under way already") from None
    nudges.nudge(TASK, row.pk, queue=nudges.DELIVER)
    return row


def unfinished() -> QuerySet[Handshake]:
    """For the sweep; one that is being carried out holds its lock, and is let alone."""
    return Handshake.objects.filter(state__in=OPEN)


def carry_out(handshake_id: int) -> None:
    """Do what the row says, unless somebody else is at it."""
    row = unfinished().filter(pk=handshake_id).select_related("platform").first()
    if row is None:
        return
    with held(Lock.HANDSHAKE, row.platform_id) as free:
        if not free or not unfinished().filter(pk=row.pk).exists():
            return
        if row.attempts >= ATTEMPTS:
            _over(row, State.FAILED, "Given up: the worker ended each time before the handshake did.")
            return
        now = timezone.now()
        Handshake.objects.filter(pk=row.pk).update(state=State.RUNNING, started_at=now, attempts=F("attempts") + 1)
        _over(row, *_done(row))


def _done(row: Handshake) -> tuple[Handshake.State, str]:
    try:
        match row.kind:
            case Kind.REGISTER:
                registration.register(row.platform, row.token, _expected(row))
                return State.DONE, f"Registered, OCPI {row.platform.version}."
            case Kind.ROTATE:
                registration.rotate(row.platform)
                return State.DONE, "New tokens both ways; its endpoints were read again."
            case _:
                noted = registration.leave(row.platform)
                return State.DONE, "Unregistered." if noted else "Unregistered here; the peer took no note of that."
    except OcpiError as problem:
        _failed(row, problem)
        return State.FAILED, reason(row.platform, problem)
    except Exception as problem:
        logger.exception("handshake %s with platform %s failed", row.pk, row.platform_id)
        _failed(row, problem)
        return State.FAILED, f"The hub failed: {type(problem).__name__}."


def reason(platform: Platform, problem: OcpiError) -> str:
    """For staff: what went wrong, and what the peer offers where no version is shared (CRE-14)."""
    offered = ", ".join(str(version)[:20] for version in platform.offered_versions)
    more = f"; it offers {offered}" if problem.status == 3002 and offered else ""
    said = problem.message.rstrip(".")  # as the peer would have been told it
    return f"{'Its ' + said[5:] if said.startswith('Your ') else said}{more}."


def _failed(row: Handshake, problem: Exception) -> None:
    """A registration that may have reached the peer keeps its row open for the peer's own token (CRE-19)."""
    if row.kind == Kind.REGISTER and not isinstance(problem, Unanswered):
        connections.set_status(row.platform, Status.UNREGISTERED, timezone.now())


def _over(row: Handshake, state: Handshake.State, result: str) -> None:
    Handshake.objects.filter(pk=row.pk).update(state=state, result=result, token="", finished_at=timezone.now())


def _expected(row: Handshake) -> Roles:
    return [(PartyId(one["country_code"], one["party_id"]), Role(one["role"])) for one in row.expected_roles]


def _check_token(token: str) -> None:
    if not is_token(token):
        raise ValueError("A TOKEN_A has 1 to 64 printable ASCII characters and no blanks")


def news(digest: str, now: datetime) -> int:
    """What our version details say has changed: each partner that has read others is told by a PUT, once (VER-07)."""
    rows = _undisturbed(now).exclude(announced__in=["", digest])
    told = 0
    for platform in rows:
        with transaction.atomic():
            if Platform.objects.filter(pk=platform.pk).exclude(announced=digest).update(announced=digest):
                told += _asked_by_hub(platform, "the hub: its endpoints changed")
    return told


def renew(now: datetime) -> int:
    """Tokens that are as old as the operator lets them become are replaced (AUT-09)."""
    renewed = 0
    for platform in _undisturbed(now):
        days = choices().value("TOKEN-ROTATION", partner=str(platform.pk))  # decision: TOKEN-ROTATION
        if days == "staff":
            continue
        old = now - timedelta(days=float(days))
        if not IssuedToken.objects.filter(platform=platform, kind="C", revoked_at=None, created_at__gt=old).exists():
            renewed += _asked_by_hub(platform, "the hub: its token is old")
    return renewed


def _undisturbed(now: datetime) -> QuerySet[Platform]:
    """Connected, and not rotated by us within the hour: two releases side by side would each announce its own."""
    lately = Handshake.objects.filter(platform=OuterRef("pk"), asked_by__startswith="the hub", asked_at__gt=now - PAUSE)
    return Platform.objects.filter(~Exists(lately), status=Status.CONNECTED)


def _asked_by_hub(platform: Platform, why: str) -> bool:
    try:
        ask(platform, Kind.ROTATE, by=why)
    except ValueError:  # whoever is at it does the same
        return False
    return True
