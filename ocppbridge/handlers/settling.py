"""The end of a call of ours: once, with what it means (@settles), in one transaction.

Answers and refusals come through the drain, in the station's order and within its transaction, which ends with them
where they raise: they need no savepoint of their own. Silence is told by whoever held the socket, or
found by the sweep.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ocppbridge.charging.outcomes import Outcome, Refused, of_error
from ocppbridge.handlers.blocks import SETTLES, TOGETHER
from ocppbridge.models import Call, Station
from ocppbridge.rpc.errors import Code
from ocppbridge.services import calls
from ocppbridge.services.calls import End
from ocppbridge.versions import Dialect

State = Call.State


def answered(call: Call, payload: dict[str, Any], complaint: str, dialect: Dialect, now: datetime) -> End:
    """The station's answer; one that breaks its schema is taken for its status, if it has one (field quirk 10)."""
    outcome: Outcome = Refused("InvalidAnswer", complaint)
    if not complaint or isinstance(payload.get("status"), str):
        with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
            outcome = dialect.up_result(call.action, payload, calls.intent_of(call))
    return End(call, State.ANSWERED, now, payload, outcome=outcome.status, meaning=outcome)


def refused(call: Call, code: Code | str, description: str, now: datetime) -> End:
    """A CALLERROR."""
    return End(call, State.REFUSED, now, None, str(code), description, meaning=of_error(code, description))


@transaction.atomic
def unanswered(call_id: UUID | str, sent: bool, now: datetime) -> bool:
    """Silence, or a call that never left."""
    call = Call.objects.filter(pk=call_id).select_related("station").first()
    if call is None:
        return False
    return settle(End(call, State.UNANSWERED, now, error_description="no answer in time" if sent else "never sent"))


@transaction.atomic(savepoint=False)
def settle(end: End) -> bool:
    """What it means, unless the call had ended before."""
    if end.call.purpose in TOGETHER:
        return bool(settle_together([end]))
    intent = calls.intent_of(end.call)  # before its secrets are forgotten
    ended = calls.settle_all([end])
    means = SETTLES.get(type(intent))
    if ended and means is not None:
        means(end.call, end.meaning, end.at)
    return bool(ended)


@transaction.atomic(savepoint=False)
def settle_together(ends: Sequence[End]) -> list[End]:
    """The same for many whose purpose has it; those of calls that had not ended before."""
    ended = calls.settle_all(ends)
    for purpose in {end.call.purpose for end in ended}:
        TOGETHER[purpose]([end for end in ended if end.call.purpose == purpose])
    return ended


class Answers:
    """Those of a batch to what many stations were asked at once (@settles_together): settled at once too.

    A site of 200 stations answers within the same instant, and who waits for them all waits for the last. Whatever
    else such a station says is heard when what it had answered before is settled. `message_ids`: what is answered.
    """

    def __init__(self, message_ids: Iterable[str]) -> None:
        keys = []
        for message_id in message_ids:
            with contextlib.suppress(ValueError):
                keys.append(UUID(message_id))
        asked = Call.objects.filter(pk__in=keys, purpose__in=TOGETHER) if keys else ()
        self._asked = {call.pk: call for call in asked}
        self._ends: dict[int, list[End]] = {}

    def asked(self, station: Station, call_id: UUID) -> Call | None:
        """The call, if it is settled together with others; once, for its second answer finds it settled."""
        call = self._asked.pop(call_id, None)
        if call is None or call.station_id != station.pk:
            return None
        call.station = station
        return call

    def take(self, end: End) -> None:
        """Settled when it is time."""
        self._ends.setdefault(end.call.station_id, []).append(end)

    def settle_before_others_of(self, station: Station) -> None:
        """The station has more to say."""
        if station.pk in self._ends:
            self.settle()

    def settle(self) -> None:
        """All that are left."""
        ends = [end for of_station in self._ends.values() for end in of_station]
        self._ends.clear()
        if ends:
            settle_together(ends)
