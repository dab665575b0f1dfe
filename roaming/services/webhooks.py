"""Webhooks: each endpoint is told the changes behind its position, one at a time, in their order.

An endpoint that does not take one is tried again with growing pauses, and paused with a notice after the last; nothing
is lost meanwhile, for the changes stand where they are. One worker at a time tells one endpoint.
"""

from __future__ import annotations

import json
import os
import random
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from roaming import client, nudges
from roaming.hub import webhooks as words
from roaming.models import BillingChange, Party, Webhook, WebhookAttempt
from roaming.ocpi.headers import MessageIds
from roaming.services import billing_events, changes, notices
from roaming.services.billing_cdrs import seen_by
from roaming.services.locks import Lock, held

TASK = "roaming.webhook"
BUDGET, SECONDS, BATCH = 15.0, 10.0, 50
KEPT = timedelta(days=30)
"""How long attempts are shown."""


@dataclass(frozen=True)
class Outcome:
    """What came of one try."""

    status: int | None
    error: str
    seconds: float

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def check_url(url: str) -> None:
    """CDRs are personal data: https, or http to a network that OUTBOUND_ALLOW names. Raises client.Forbidden."""
    parts = client.check_url(url)
    if parts.scheme == "https" or _private(parts.hostname or ""):
        return
    raise client.Forbidden("only https URLs, or addresses in a network of OUTBOUND_ALLOW")


def add(name: str, url: str, kinds: Iterable[str], parties: Iterable[Party] = ()) -> tuple[Webhook, str]:
    """Told of what comes from now on; the secret is shown once. Raises client.Forbidden."""
    check_url(url)
    key, own = words.secret(os.urandom(32)), list(parties)
    position = changes.last_position()
    with transaction.atomic():
        hook = Webhook.objects.create(
            name=name, url=url, secret=key, kinds=list(kinds), bound=bool(own), position=position
        )
        hook.parties.set(own)
    return hook, key


def renew_secret(hook: Webhook) -> str:
    """What is sent from now on is signed with it."""
    key = words.secret(os.urandom(32))
    hook.secret = key
    hook.save(update_fields=["secret"])
    return key


def ping(hook: Webhook, now: datetime) -> None:
    """A test, also of one that is paused."""
    Webhook.objects.filter(pk=hook.pk).update(ping_wanted_at=now)
    nudges.nudge(TASK, hook.pk, queue=nudges.DELIVER)


def replay(hook: Webhook, position: int) -> None:
    """Everything behind this change again, under the same ids."""
    _anew(hook, position=max(0, position))


def skip(hook: Webhook) -> None:
    """Go on behind the change that it does not take."""
    following = _rows(hook).first()
    _anew(hook, position=hook.position if following is None else following.position)


def resume(hook: Webhook) -> None:
    """Where it stopped."""
    _anew(hook, position=hook.position)


def pause(hook: Webhook, now: datetime) -> None:
    """Staff's wish."""
    Webhook.objects.filter(pk=hook.pk).update(paused_at=now)


def due(now: datetime) -> list[int]:
    """Whom the sweep wakes."""
    behind = Q(paused_at=None, position__lt=changes.last_position()) & (Q(due_at=None) | Q(due_at__lte=now))
    return list(Webhook.objects.filter(behind | Q(ping_wanted_at__isnull=False)).values_list("pk", flat=True))


def waiting(hook: Webhook) -> int:
    """How many changes it has still to be told."""
    return _rows(hook).count()


def run(hook_id: int) -> None:
    """Tell one endpoint what it lacks, for some seconds."""
    nudges.begun(TASK, hook_id)
    until = time.monotonic() + BUDGET
    with held(Lock.WEBHOOK, hook_id) as free:
        hook = Webhook.objects.filter(pk=hook_id).first()
        if not free or hook is None:
            return
        if hook.ping_wanted_at is not None:
            _ping(hook)
        while time.monotonic() < until and _round(hook_id, until):
            pass


def forget(now: datetime) -> int:
    """Attempts that nobody looks at any more."""
    return WebhookAttempt.objects.filter(at__lt=now - KEPT).delete()[0]


def _round(hook_id: int, until: float) -> bool:
    """Some changes; False when there are no more, or it should be left alone for now."""
    hook = Webhook.objects.get(pk=hook_id)
    now = timezone.now()
    if hook.paused_at is not None or (hook.due_at is not None and hook.due_at > now):
        return False
    _behind_what_is_kept(hook, now)
    last = changes.last_position()
    found = list(_rows(hook).filter(position__lte=last)[:BATCH])
    if not found:
        _moved(hook, last)
        return False
    return all(time.monotonic() <= until and _tell(hook, event) for event in billing_events.events(found))


def _tell(hook: Webhook, event: dict[str, Any]) -> bool:
    """Whether to go on: it took it, and nobody set it elsewhere meanwhile."""
    now = timezone.now()
    identifier = f"chg_{event['cursor'].replace('.', '_')}"
    told = {"type": f"cdr.{event['kind']}", "timestamp": event["at"], "data": event}
    outcome = _send(hook, identifier, told, now)
    _note(hook, WebhookAttempt.Kind.CHANGE, event["position"], now, outcome)
    if outcome.taken:
        return _moved(hook, event["position"])
    _failed(hook, outcome, now)
    return False


def _ping(hook: Webhook) -> None:
    now = timezone.now()
    told = {"type": "ping", "timestamp": now.isoformat(), "data": {"webhook": hook.name}}
    outcome = _send(hook, f"ping_{hook.pk}_{int(now.timestamp() * 1000)}", told, now)
    _note(hook, WebhookAttempt.Kind.PING, None, now, outcome)
    Webhook.objects.filter(pk=hook.pk).update(ping_wanted_at=None)


def _send(hook: Webhook, identifier: str, told: dict[str, Any], now: datetime) -> Outcome:
    started, body = time.monotonic(), json.dumps(told, ensure_ascii=False).encode()
    host = (urlsplit(hook.url).hostname or "").lower()
    peer = client.Peer(token="", hosts=frozenset({host}), seconds=SECONDS)
    headers = words.headers(hook.secret, identifier, now, body)
    request = client.Call(
        "POST",
        hook.url,
        MessageIds(str(uuid.uuid4()), str(uuid.uuid4())),
        body=body,
        headers=headers,
        module="webhooks",
        reason="webhook",
    )
    try:
        check_url(hook.url)
        answer = client.call(peer, request)
    except client.CallFailed as error:
        return Outcome(None, f"{type(error).__name__}: {error}", time.monotonic() - started)
    taken = 200 <= answer.status < 300
    return Outcome(answer.status, "" if taken else f"HTTP {answer.status}", time.monotonic() - started)


def _failed(hook: Webhook, outcome: Outcome, now: datetime) -> None:
    attempts = hook.attempts + 1
    delay = words.retry_after(attempts, random.random())  # noqa: S311  # jitter
    gone = outcome.status == 410  # the receiver wants no more of it
    said = {"attempts": attempts, "last_error": outcome.error[:2000], "first_failed_at": hook.first_failed_at or now}
    paused = delay is None or gone
    Webhook.objects.filter(pk=hook.pk, position=hook.position).update(
        **said, due_at=now + (delay or timedelta(0)), paused_at=now if paused else None
    )
    if paused:
        words_of_it = f"The webhook {hook.name} is paused after {attempts} failures in a row: {outcome.error}"
        notices.notice(None, f"webhook-{hook.pk}", words_of_it, now)


def _moved(hook: Webhook, position: int) -> bool:
    """Unless staff set it elsewhere meanwhile."""
    rows = Webhook.objects.filter(pk=hook.pk, position=hook.position)
    moved = rows.update(position=position, attempts=0, due_at=None, first_failed_at=None, last_error="")
    hook.position, hook.attempts, hook.first_failed_at = position, 0, None
    return bool(moved)


def _behind_what_is_kept(hook: Webhook, now: datetime) -> None:
    forgotten = changes.forgotten_before()
    if hook.position < forgotten:
        text = f"The webhook {hook.name} missed changes that are no longer kept: its receiver must export."
        notices.notice(None, f"webhook-missed-{hook.pk}", text, now)
        _moved(hook, forgotten)


def _note(hook: Webhook, kind: str, position: int | None, now: datetime, outcome: Outcome) -> None:
    WebhookAttempt.objects.create(
        webhook=hook, kind=kind, position=position, at=now, taken=outcome.taken, http_status=outcome.status,
        duration_ms=round(outcome.seconds * 1000), error=outcome.error[:2000],
    )  # fmt: skip


def _anew(hook: Webhook, position: int) -> None:
    values = {"attempts": 0, "due_at": None, "first_failed_at": None, "paused_at": None, "last_error": ""}
    Webhook.objects.filter(pk=hook.pk).update(**values, position=position)
    nudges.nudge(TASK, hook.pk, queue=nudges.DELIVER)


def _rows(hook: Webhook) -> QuerySet[BillingChange]:
    parties = list(hook.parties.all()) if hook.bound else None
    rows = BillingChange.objects.filter(seen_by(parties, "cdr__"), kind__in=hook.kinds, position__gt=hook.position)
    return rows.order_by("position")


def _private(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in settings.OUTBOUND_ALLOW)
