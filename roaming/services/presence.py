"""Who is there: platforms that do not answer become OFFLINE, and CONNECTED again when a still-alive check passes.

Nothing is sent to a platform that is OFFLINE or SUSPENDED (HCI-06). What was marked for it waits for a whole object
instead of the old difference, or is the partner's to pull.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from roaming.models import Delivery, Platform
from roaming.services.decisions import choices

QUIET = timedelta(minutes=5)  # HCI-08: nothing heard for so long means asking
PROBE_EVERY = timedelta(seconds=30)
SEEN_EVERY = timedelta(seconds=10)  # last_seen_at is no finer than this, or each request would write


def timed_out(platform: Platform) -> None:
    """A request without an answer, or without a connection."""
    Platform.objects.filter(pk=platform.pk).update(timeouts_in_a_row=F("timeouts_in_a_row") + 1)
    limit = int(choices().number("OFFLINE-AFTER", partner=str(platform.pk)))  # decision: OFFLINE-AFTER
    silent = Platform.objects.filter(pk=platform.pk, status=Platform.Status.CONNECTED, timeouts_in_a_row__gte=limit)
    if silent.exists():
        went_offline(platform.pk)


def failed(platform: Platform) -> None:
    """Refused connections and broken ones count like silence."""
    timed_out(platform)


def answered(platform: Platform) -> None:
    """It answered a request of ours. An OFFLINE one stays so until it passes a still-alive check."""
    now = timezone.now()
    if platform.timeouts_in_a_row or _is_stale(platform, now):
        Platform.objects.filter(pk=platform.pk).update(timeouts_in_a_row=0, last_seen_at=now)
        platform.timeouts_in_a_row, platform.last_seen_at = 0, now


def heard(platform: Platform, now: datetime) -> None:
    """It asked something of us: a sign of life that resets the timer, and a reason to look at once (HCI-08)."""
    if _is_stale(platform, now):
        values: dict[str, datetime] = {"last_seen_at": now}
        if platform.status == Platform.Status.OFFLINE:
            values["next_probe_at"] = now
        Platform.objects.filter(pk=platform.pk).update(**values)
        platform.last_seen_at = now


def _is_stale(platform: Platform, now: datetime) -> bool:
    return platform.last_seen_at is None or now - platform.last_seen_at > SEEN_EVERY


def went_offline(platform_id: int) -> bool:
    """CONNECTED → OFFLINE. What waits is sent as a whole later, or not at all if the hub only relays it."""
    now = timezone.now()
    with transaction.atomic():
        changed = Platform.objects.filter(pk=platform_id, status=Platform.Status.CONNECTED).update(
            status=Platform.Status.OFFLINE, status_since=now, next_probe_at=now + PROBE_EVERY
        )
        if changed:
            Delivery.objects.filter(platform_id=platform_id, state=Delivery.State.PENDING).update(needs_put=True)
    return bool(changed)


def came_back(platform_id: int) -> bool:
    """OFFLINE → CONNECTED, after a still-alive check."""
    now = timezone.now()
    changed = Platform.objects.filter(pk=platform_id, status=Platform.Status.OFFLINE).update(
        status=Platform.Status.CONNECTED, status_since=now, timeouts_in_a_row=0, last_seen_at=now, retry_at=None,
        next_probe_at=None,
    )  # fmt: skip
    return bool(changed)


def to_probe(now: datetime) -> QuerySet[Platform]:
    """OFFLINE ones whose time has come, and CONNECTED ones that have been quiet."""
    quiet = Q(status=Platform.Status.CONNECTED) & (Q(last_seen_at=None) | Q(last_seen_at__lte=now - QUIET))
    away = Q(status=Platform.Status.OFFLINE)
    due = Q(next_probe_at=None) | Q(next_probe_at__lte=now)
    return Platform.objects.filter(quiet | away, due).exclude(versions_url="")
