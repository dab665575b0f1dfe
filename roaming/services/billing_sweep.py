"""What billing needs done when nobody asks: changes numbered, endpoints told, files and statements gone on with.

Each second, by one worker; it must cost nothing when there is nothing to do.
"""

from __future__ import annotations

import time
from datetime import datetime

from roaming import nudges
from roaming.services import billing_exports, changes, statements, webhooks
from roaming.services.locks import Lock, held

BUDGET = 5.0  # seconds of numbering in one sweep
FORGET_EVERY = 300  # seconds; of each worker that sweeps

_forgot_at = 0.0


def sweep(now: datetime) -> None:
    with held(Lock.BILLING) as free:
        if not free:
            return
        until = time.monotonic() + BUDGET
        while changes.assign() == changes.BATCH and time.monotonic() < until:
            pass
        nudges.nudge_each(
            billing_exports.TASK, billing_exports.unfinished(now).values_list("pk", flat=True), nudges.BULK
        )
        unfinished = statements.unfinished(now).values_list("pk", flat=True)
        nudges.nudge_each(statements.TASK, unfinished, nudges.BULK)
        nudges.nudge_each(webhooks.TASK, webhooks.due(now), nudges.DELIVER)
        _forget(now)


def _forget(now: datetime) -> None:
    global _forgot_at
    if time.monotonic() - _forgot_at >= FORGET_EVERY:
        _forgot_at = time.monotonic()
        changes.forget(now)
        billing_exports.forget(now)
        webhooks.forget(now)
