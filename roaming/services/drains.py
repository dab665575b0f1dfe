"""The outbox, sending side: one drain for each platform at a time, so that partners do not wait for one another.

A partner that does not answer ends its drain; the retry time is a column. While a drain runs, changes for its platform
need no nudge: it looks again when it has taken their mark away. What is sent, and what comes of it: `attempts`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

from django.conf import settings
from django.db.models import Case, IntegerField, Value, When
from django.utils import timezone

from roaming import nudges
from roaming.models import Delivery, Party, Platform
from roaming.ocpi.versions import ModuleID
from roaming.postgres.questions import Question, find, whole, whole_row_of
from roaming.services import attempts, deliveries, partners
from roaming.services.locks import Lock, held

_PLATFORM, _NOW = -1, datetime(1, 1, 1, tzinfo=UTC)  # what stands in the question for the real ones
_OWN = len(whole(Delivery))
_BOTH = _OWN + len(whole(Platform))

_doubtful = threading.BoundedSemaphore(max(1, settings.HUB_DELIVER_THREADS // 4))

BUDGET = 20.0  # seconds; a task must end well within the broker's visibility time-out
BATCH = 20

# What a driver waits for goes before what fills a map; a tariff goes before the location that names it (LOC-40).
_ORDER = [
    ModuleID.HUBCLIENTINFO, ModuleID.TOKENS, ModuleID.SESSIONS, ModuleID.CDRS, ModuleID.TARIFFS, ModuleID.LOCATIONS,
]  # fmt: skip
_URGENCY = Case(
    *(When(module=module.value, then=Value(index)) for index, module in enumerate(_ORDER)),
    default=Value(len(_ORDER)),
    output_field=IntegerField(),
)


def drain(platform_id: int) -> int:
    """Send what is due; the number of deliveries tried. Does nothing while another drain of this platform runs."""
    with _seat(platform_id) as free:
        if free:
            return _drained(platform_id)
    nudges.begun(deliveries.TASK, platform_id)
    return 0  # the sweep comes back to it


@contextmanager
def _seat(platform_id: int) -> Iterator[bool]:
    """Partners that did not answer last time may hold a quarter of the threads: the others do not wait for them."""
    if not any(one.timeouts_in_a_row for one in find(Platform, id=platform_id)):
        yield True
        return
    free = _doubtful.acquire(blocking=False)
    try:
        yield free
    finally:
        if free:
            _doubtful.release()


def _drained(platform_id: int) -> int:
    started, tried = time.monotonic(), 0
    while True:
        with held(Lock.DRAIN, platform_id) as free:
            if not free:
                return tried  # whoever has it looks again
            tried += _drain(platform_id, started)
        nudges.begun(deliveries.TASK, platform_id)
        if time.monotonic() - started > BUDGET:
            deliveries.wake([platform_id])
            return tried
        if not _due(platform_id):  # what was marked until now was not nudged for, or in vain
            return tried


def _drain(platform_id: int, started: float) -> int:
    tried = 0
    while time.monotonic() - started <= BUDGET:
        batch = _due(platform_id)
        if not batch:
            break
        known = partners.endpoints(batch[0].platform)
        for delivery in batch:
            if time.monotonic() - started > BUDGET:
                break
            tried += 1
            if not attempts.attempt(delivery, known):
                return tried
    return tried


def _due(platform_id: int) -> list[Delivery]:
    """The next deliveries, each with its receiver; their platform is one, so that what one learns of it all know."""
    found: list[Delivery] = []
    for row in _batch().ask({_PLATFORM: platform_id, _NOW: timezone.now()}):
        delivery = whole_row_of(Delivery, row[:_OWN])
        delivery.platform = found[0].platform if found else whole_row_of(Platform, row[_OWN:_BOTH])
        delivery.receiver = whole_row_of(Party, row[_BOTH:-1])
        found.append(delivery)
    return found


@cache
def _batch() -> Question:
    rows = Delivery.objects.filter(platform_id=_PLATFORM, state=Delivery.State.PENDING, due_at__lte=_NOW)
    awake = rows.filter(platform__status=Platform.Status.CONNECTED).exclude(platform__retry_at__gt=_NOW)
    columns = (*whole(Delivery), *whole(Platform, "platform__"), *whole(Party, "receiver__"), "urgency")
    ordered = awake.annotate(urgency=_URGENCY).order_by("urgency", "due_at", "pk")
    return Question.of(ordered.values_list(*columns)[:BATCH])


def due_platforms(now: datetime) -> list[int]:
    """Whose deliveries are due: what the sweep wakes."""
    rows = Delivery.objects.filter(
        state=Delivery.State.PENDING, due_at__lte=now, platform__status=Platform.Status.CONNECTED
    ).exclude(platform__retry_at__gt=now)
    return list(rows.values_list("platform_id", flat=True).distinct())


def give_up_waiting(now: datetime) -> int:
    """Marks that waited for an absent partner longer than its window: it must pull (TRA-08)."""
    away = Platform.objects.filter(status__in=[Platform.Status.OFFLINE, Platform.Status.SUSPENDED])
    given_up = 0
    for platform in away:
        window = deliveries.window(platform.pk)
        rows = Delivery.objects.filter(platform=platform, state=Delivery.State.PENDING)
        late = rows if window is None else rows.filter(due_at__lte=now - window)
        given_up += late.exclude(module=ModuleID.CDRS.value).update(state=Delivery.State.MUST_PULL)
    return given_up
