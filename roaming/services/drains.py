"""The outbox, sending side: one drain for each platform at a time, so that partners do not wait for one another.

What a delivery sends is decided now, from the version last accepted and the present one (`hub.delivery`), and whether
the receiver may still see the object is asked again (S23). A partner that does not answer ends its drain; the retry
time is a column. No transaction is open while a partner is waited for.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils import timezone

from roaming import nudges
from roaming.client import Answer, CallFailed
from roaming.hub.delivery import (
    Answered,
    Done,
    GiveUp,
    Outcome,
    PartnerMustPull,
    Policy,
    RetryAt,
    State,
    Unanswered,
    Verdict,
    after_attempt,
    payload,
)
from roaming.models import Delivery, Party, Platform
from roaming.ocpi import json
from roaming.ocpi.difference import Write
from roaming.ocpi.errors import HubError, OcpiError
from roaming.ocpi.versions import ModuleID
from roaming.postgres.questions import Question, find, whole, whole_row_of
from roaming.services import deliveries, outgoing
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
    nudges.begun(deliveries.TASK, platform_id)
    with _seat(platform_id) as free:
        return _drained(platform_id) if free else 0  # the sweep comes back to it


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
                return tried
            tried += _drain(platform_id, started)
        if time.monotonic() - started > BUDGET:
            deliveries.wake([platform_id])
            return tried
        if not _due(platform_id):  # one that came while the lock was held had its nudge turned away
            return tried


def _drain(platform_id: int, started: float) -> int:
    tried = 0
    while time.monotonic() - started <= BUDGET:
        batch = _due(platform_id)
        if not batch:
            break
        for delivery in batch:
            if time.monotonic() - started > BUDGET:
                break
            tried += 1
            if not attempt(delivery):
                return tried
    return tried


def _due(platform_id: int) -> list[Delivery]:
    """The next deliveries, each with its platform and receiver."""
    found = []
    for row in _batch().ask({_PLATFORM: platform_id, _NOW: timezone.now()}):
        delivery = whole_row_of(Delivery, row[:_OWN])
        delivery.platform = whole_row_of(Platform, row[_OWN:_BOTH])
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


def attempt(delivery: Delivery) -> bool:
    """Bring one receiver up to date; False if the partner does not answer and the drain should end."""
    present = outgoing.present(delivery, timezone.now())
    if present is None:
        _finish(delivery, Delivery.State.WITHDRAWN, "the receiver may not see it any more")
        return True
    accepted = json.loads(delivery.accepted_document) if delivery.accepted_document else None
    try:
        writes = payload(ModuleID(delivery.module), accepted, present.content, whole=delivery.needs_put)
    except OcpiError as error:
        _finish(delivery, Delivery.State.REFUSED, error.message)
        return True
    return _send(delivery, present, writes)


def _send(delivery: Delivery, present: outgoing.Present, writes: Sequence[Write]) -> bool:
    answer: Answer | None = None
    for write in writes:
        outcome, answer, error = _try(delivery, present, write)
        verdict = after_attempt(_state(delivery), write, outcome, timezone.now(), random.random(), _policy(delivery))  # noqa: S311  # jitter
        _record(delivery, present, write, outcome, verdict, error)
        if not isinstance(verdict, Done):
            _settle(delivery, verdict, error or outcome_words(outcome))
            if isinstance(outcome, Unanswered):
                _pause(delivery.platform_id, verdict)
                return False
            return True
    _accepted(delivery, present, answer)
    return True


def _try(delivery: Delivery, present: outgoing.Present, write: Write) -> tuple[Outcome, Answer | None, str]:
    delivery.attempts += 1
    try:
        answer = outgoing.send(delivery, present, write)
    except CallFailed as error:
        return Unanswered(sent=error.sent), None, f"{type(error).__name__}: {error}"
    except OcpiError as error:  # no such endpoint any more
        return Answered(404, None, error.message), None, error.message
    try:
        envelope = answer.envelope()
    except HubError as error:
        return Answered(answer.status, None, error.message), answer, error.message
    return Answered(answer.status, envelope.status_code, envelope.status_message), answer, ""


def _state(delivery: Delivery) -> State:
    return State(ModuleID(delivery.module), delivery.attempts - 1, delivery.first_failed_at, delivery.ambiguous)


def _policy(delivery: Delivery) -> Policy:
    return Policy(window=deliveries.window(delivery.platform_id))


def outcome_words(outcome: Outcome) -> str:
    if isinstance(outcome, Unanswered):
        return "no answer"
    return f"HTTP {outcome.http_status}, OCPI {outcome.ocpi_status}: {outcome.message}"


def _record(
    delivery: Delivery, present: outgoing.Present, write: Write, outcome: Outcome, verdict: Verdict, error: str
) -> None:
    http_status = ocpi_status = None
    if isinstance(outcome, Answered):
        http_status, ocpi_status = outcome.http_status, outcome.ocpi_status
        error = error or ("" if isinstance(verdict, Done) else outcome.message)
    said = (_OUTCOMES[type(verdict)], http_status, ocpi_status, error, present.request_id)
    values = [delivery.pk, timezone.now(), write.method, present.version, *said]
    with connection.cursor() as cursor:
        cursor.execute(_TRIED, values)


_TRIED = """
INSERT INTO roaming_deliveryattempt
    (delivery_id, at, method, version, outcome, http_status, ocpi_status, error, request_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_OUTCOMES: dict[type[Any], str] = {
    Done: "accepted", RetryAt: "to be repeated", GiveUp: "refused", PartnerMustPull: "given up",
}  # fmt: skip


def _accepted(delivery: Delivery, present: outgoing.Present, answer: Answer | None) -> None:
    """Unless the object changed meanwhile, the receiver is up to date."""
    url = delivery.remote_url
    if answer is not None and delivery.module == ModuleID.CDRS.value:
        url = answer.headers.get("Location", "")[:2000]  # opaque, never fetched (peers 8)
    document = "" if present.content is None else present.text
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPTED, [present.version, document, url, present.version, delivery.pk])


_ACCEPTED = """
UPDATE roaming_delivery SET accepted_version = %s, accepted_document = %s, remote_url = %s, needs_put = false,
    ambiguous = false, attempts = 0, first_failed_at = NULL, last_error = '',
    state = CASE WHEN state = 'PENDING' AND wanted_version <= %s THEN 'DELIVERED' ELSE state END
WHERE id = %s
"""


def _settle(delivery: Delivery, verdict: Verdict, error: str) -> None:
    now = timezone.now()
    values: dict[str, Any] = {
        "attempts": delivery.attempts,
        "first_failed_at": delivery.first_failed_at or now,
        "last_error": error[:2000],
        "needs_put": True,
    }
    if isinstance(verdict, RetryAt):
        Delivery.objects.filter(pk=delivery.pk).update(**values, due_at=verdict.at, ambiguous=verdict.ambiguous)
        return
    state = Delivery.State.REFUSED if isinstance(verdict, GiveUp) else Delivery.State.MUST_PULL
    Delivery.objects.filter(pk=delivery.pk).update(**values)
    _if_unchanged(delivery, delivery.wanted_version).update(state=state)


def _finish(delivery: Delivery, state: Delivery.State, reason: str) -> None:
    _if_unchanged(delivery, delivery.wanted_version).update(state=state, last_error=reason[:2000])


def _if_unchanged(delivery: Delivery, version: int) -> QuerySet[Delivery]:
    """A mark made while the partner was spoken to stays a mark."""
    return Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.PENDING, wanted_version__lte=version)


def _pause(platform_id: int, verdict: Verdict) -> None:
    """A partner that does not answer is left alone for a while, with everything that it is to be told."""
    until = verdict.at if isinstance(verdict, RetryAt) else timezone.now() + timedelta(seconds=30)
    Platform.objects.filter(pk=platform_id).update(retry_at=until)


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
