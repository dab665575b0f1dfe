"""The end of a call of ours: once, with what it means (@settles), in one transaction.

Answers and refusals come through the drain, in the station's order and within its transaction, which ends with them
where they raise: they need no savepoint of their own. Silence is told by whoever held the socket, or
found by the sweep.
"""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ocppbridge.charging.outcomes import Outcome, Refused, of_error
from ocppbridge.handlers.registry import SETTLES
from ocppbridge.models import Call
from ocppbridge.rpc.errors import Code
from ocppbridge.services import calls
from ocppbridge.versions import Dialect

State = Call.State


@transaction.atomic(savepoint=False)
def answered(call: Call, payload: dict[str, Any], complaint: str, dialect: Dialect, now: datetime) -> bool:
    """The station's answer; one that breaks its schema is taken for its status, if it has one (field quirk 10)."""
    outcome: Outcome = Refused("InvalidAnswer", complaint)
    if not complaint or isinstance(payload.get("status"), str):
        with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
            outcome = dialect.up_result(call.action, payload, calls.intent_of(call))
    return _end(call, State.ANSWERED, outcome, now, answer=payload, outcome=outcome.status)


@transaction.atomic(savepoint=False)
def refused(call: Call, code: Code | str, description: str, now: datetime) -> bool:
    """A CALLERROR."""
    outcome = of_error(code, description)
    return _end(call, State.REFUSED, outcome, now, error_code=str(code), error_description=description)


@transaction.atomic
def unanswered(call_id: UUID | str, sent: bool, now: datetime) -> bool:
    """Silence, or a call that never left."""
    call = Call.objects.filter(pk=call_id).select_related("station").first()
    if call is None:
        return False
    description = "no answer in time" if sent else "never sent"
    return _end(call, State.UNANSWERED, None, now, error_description=description)


def _end(call: Call, state: Call.State, meaning: Outcome | None, now: datetime, **columns: Any) -> bool:
    intent = calls.intent_of(call)  # before its secrets are forgotten
    if not calls.settle(call, state, now=now, **columns):
        return False
    means = SETTLES.get(type(intent))
    if means is not None:
        means(call, meaning, now)
    return True
