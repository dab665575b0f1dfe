"""One delivery's attempt: what is sent is decided now, and what comes of it is written with the attempt.

From the version last accepted and the present one follows what to send (`hub.delivery`), and whether the receiver may
still see the object is asked again (S23). No transaction is open while a partner is waited for.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from roaming import postgres
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
from roaming.models import Delivery, Endpoint, Platform
from roaming.ocpi import json
from roaming.ocpi.difference import Write
from roaming.ocpi.errors import HubError, OcpiError
from roaming.ocpi.versions import ModuleID
from roaming.services import deliveries, outgoing

_TRIED = """
INSERT INTO roaming_deliveryattempt
    (delivery_id, at, method, version, outcome, http_status, ocpi_status, error, request_id)
VALUES (%(id)s, %(at)s, %(method)s, %(version)s, %(outcome)s, %(http)s, %(ocpi)s, %(error)s, %(request)s)
"""
_UP_TO_DATE = """
UPDATE roaming_delivery SET accepted_version = %(version)s, accepted_document = %(document)s, remote_url = %(url)s,
    needs_put = false, ambiguous = false, attempts = 0, first_failed_at = NULL, last_error = '',
    state = CASE WHEN state = 'PENDING' AND wanted_version <= %(version)s THEN 'DELIVERED' ELSE state END
WHERE id = %(id)s
"""
_ACCEPTED = f"WITH tried AS ({_TRIED}) {_UP_TO_DATE}"
_OUTCOMES: dict[type[Any], str] = {
    Done: "accepted", RetryAt: "to be repeated", GiveUp: "refused", PartnerMustPull: "given up",
}  # fmt: skip


def attempt(delivery: Delivery, known: Sequence[Endpoint]) -> bool:
    """Bring one receiver up to date; False if the partner does not answer and the drain should end. `known`: what
    endpoints the platform has."""
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
    return _send(delivery, present, writes, known)


def _send(delivery: Delivery, present: outgoing.Present, writes: Sequence[Write], known: Sequence[Endpoint]) -> bool:
    """One request after the other; the acceptance of the last is that of the object."""
    if not writes:
        postgres.run(_UP_TO_DATE, _standing(delivery, present, None), kept=True)
    for number, write in enumerate(writes, start=1):
        outcome, answer, error = _try(delivery, present, write, known)
        verdict = after_attempt(_state(delivery), write, outcome, timezone.now(), random.random(), _policy(delivery))  # noqa: S311  # jitter
        tried = _tried(delivery, present, write, outcome, verdict, error)
        if isinstance(verdict, Done) and number == len(writes):
            postgres.run(_ACCEPTED, tried | _standing(delivery, present, answer), kept=True)
            return True
        postgres.run(_TRIED, tried, kept=True)
        if not isinstance(verdict, Done):
            _settle(delivery, verdict, error or outcome_words(outcome))
            if isinstance(outcome, Unanswered):
                _pause(delivery.platform_id, verdict)
                return False
            return True
    return True


def _try(
    delivery: Delivery, present: outgoing.Present, write: Write, known: Sequence[Endpoint]
) -> tuple[Outcome, Answer | None, str]:
    delivery.attempts += 1
    try:
        answer = outgoing.send(delivery, present, write, known)
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


def _tried(
    delivery: Delivery, present: outgoing.Present, write: Write, outcome: Outcome, verdict: Verdict, error: str
) -> dict[str, Any]:
    http_status = ocpi_status = None
    if isinstance(outcome, Answered):
        http_status, ocpi_status = outcome.http_status, outcome.ocpi_status
        error = error or ("" if isinstance(verdict, Done) else outcome.message)
    return {
        "id": delivery.pk, "at": timezone.now(), "method": write.method, "version": present.version,
        "outcome": _OUTCOMES[type(verdict)], "http": http_status, "ocpi": ocpi_status, "error": error,
        "request": present.request_id,
    }  # fmt: skip


def _standing(delivery: Delivery, present: outgoing.Present, answer: Answer | None) -> dict[str, Any]:
    """Unless the object changed meanwhile, the receiver is up to date."""
    url = delivery.remote_url
    if answer is not None and delivery.module == ModuleID.CDRS.value:
        url = answer.headers.get("Location", "")[:2000]  # opaque, never fetched (peers 8)
    document = "" if present.content is None else present.text
    return {"id": delivery.pk, "version": present.version, "document": document, "url": url}


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
