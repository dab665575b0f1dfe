"""Who is there, as rows: `hub.presence` decides, this file locks the platform, writes and draws the consequences.

Nothing is sent to a platform that is OFFLINE or SUSPENDED (HCI-06). What was marked for it meanwhile is sent as a whole
when it is back, never as the old difference (TRA-08).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from roaming import nudges
from roaming.hub import presence as rules
from roaming.hub.presence import Policy, Presence
from roaming.models import Delivery, Platform, Pull
from roaming.ocpi.hubclientinfo import ConnectionStatus
from roaming.ocpi.versions import ModuleID
from roaming.services import announcements, deliveries
from roaming.services.decisions import choices

CHECK = "roaming.still_alive"
SEEN_EVERY = timedelta(seconds=10)  # last_seen_at is no finer than this, or each request would write

Step = Callable[[Presence, datetime, Policy], Presence]
_WATCHED = (Platform.Status.CONNECTED, Platform.Status.OFFLINE)


def timed_out(platform: Platform, *, check: bool = False) -> None:
    """A request without an answer or without a connection; a failed still-alive check is enough by itself."""
    _step(platform, lambda state, now, policy: rules.unanswered(state, now, policy, check=check))


def answered(platform: Platform) -> None:
    """It answered a request of ours, whatever the answer."""
    if platform.status == Platform.Status.CONNECTED and not platform.timeouts_in_a_row and not _is_stale(platform):
        return
    _step(platform, rules.answered)


def heard(platform: Platform, now: datetime) -> None:
    """It asked something of us: resets the timer, and makes an OFFLINE one be checked at once (HCI-08)."""
    if platform.status in _WATCHED and _is_stale(platform, now):
        _step(platform, rules.heard)


def to_check(now: datetime) -> QuerySet[Platform]:
    """Those whose still-alive check is due."""
    silent = Q(next_probe_at=None) & (Q(last_seen_at=None) | Q(last_seen_at__lte=now - rules.DEFAULT.silence))
    rows = Platform.objects.filter(Q(next_probe_at__lte=now) | silent, status__in=_WATCHED)
    return rows.exclude(versions_url="")


def is_due(platform: Platform) -> bool:
    """Whether its check is still due: another worker may have done it."""
    return platform.status in _WATCHED and rules.check_due(_state(platform), timezone.now(), policy(platform))


def check_now(platform: Platform) -> None:
    """Staff's wish: ask it for its versions, by a worker."""
    Platform.objects.filter(pk=platform.pk, status__in=_WATCHED).update(next_probe_at=timezone.now())
    nudges.nudge(CHECK, platform.pk, queue=nudges.DELIVER)


def policy(platform: Platform) -> Policy:
    return Policy(int(choices().number("OFFLINE-AFTER", partner=str(platform.pk))))  # decision: OFFLINE-AFTER


def _step(platform: Platform, step: Step) -> None:
    now = timezone.now()
    with transaction.atomic():
        row = Platform.objects.select_for_update().filter(pk=platform.pk, status__in=_WATCHED).first()
        if row is None:
            return
        before = _state(row)
        after = step(before, now, policy(row))
        _write(row, after)
        if after.status is not before.status:
            _changed(row, after.status)
    for name in ("status", "timeouts_in_a_row", "last_seen_at"):
        setattr(platform, name, getattr(row, name))


def _state(row: Platform) -> Presence:
    status = ConnectionStatus(row.status)
    return Presence(status, row.status_since, row.last_seen_at, row.timeouts_in_a_row, row.next_probe_at)


def _write(row: Platform, state: Presence) -> None:
    row.status, row.status_since = Platform.Status(state.status.value), state.since
    row.last_seen_at, row.timeouts_in_a_row, row.next_probe_at = state.last_seen, state.timeouts, state.next_check
    row.save(update_fields=["status", "status_since", "last_seen_at", "timeouts_in_a_row", "next_probe_at"])


def _changed(row: Platform, status: ConnectionStatus) -> None:
    waiting = Delivery.objects.filter(platform=row, state=Delivery.State.PENDING)
    if status is ConnectionStatus.OFFLINE:
        waiting.update(needs_put=True)
    else:
        waiting.update(due_at=timezone.now())
        deliveries.wake([row.pk])
        # What it could not tell us meanwhile we ask for (TRA-09).
        missed = Q(next_at__isnull=False) | Q(module=ModuleID.HUBCLIENTINFO.value)
        Pull.objects.filter(missed, platform=row).update(next_at=timezone.now())
    announcements.about(row)


def _is_stale(platform: Platform, now: datetime | None = None) -> bool:
    return platform.last_seen_at is None or (now or timezone.now()) - platform.last_seen_at > SEEN_EVERY
