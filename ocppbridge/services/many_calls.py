"""Calls to many stations at once: one statement and one wake-up a node, where `calls.queue` takes three of each.

For verbs without secrets, such as charging profiles. What a station cannot be asked is told with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from ocppbridge import mailbox
from ocppbridge.charging.intents import Intent, NotOffered
from ocppbridge.charging.registration import may_ask
from ocppbridge.charging.replies import Registration
from ocppbridge.models import Call, Station
from ocppbridge.services import bulk, calls


class Wanted(NamedTuple):
    """One call: to whom, what, and by what it is known again."""

    station: Station
    intent: Intent
    reference: str


@transaction.atomic
def queue(
    wanted: Sequence[Wanted], *, purpose: str, expires_in: timedelta
) -> tuple[list[Call], list[tuple[Wanted, str]]]:
    """The calls that were stored, in order, and what could not be asked with the reason."""
    expires_at = timezone.now() + expires_in
    rows, refused = list[Call](), list[tuple[Wanted, str]]()
    for one in wanted:
        try:
            action, payload = calls.translated(calls.dialect_of(one.station), one.intent)
        except (NotOffered, calls.InvalidPayload) as problem:
            refused.append((one, str(problem)))
            continue
        status = Registration(one.station.boot_status) if one.station.boot_status else None
        if not may_ask(status, action):
            refused.append((one, f"it is {one.station.boot_status}"))
            continue
        rows.append(
            Call(
                station=one.station, action=action, payload=payload, intent=type(one.intent).__name__,
                intent_data=calls.to_json(one.intent), purpose=purpose, reference=one.reference, expires_at=expires_at,
            )
        )  # fmt: skip
    bulk.create(rows)
    mailbox.calls_wait({row.station_id: row.station for row in rows}.values())
    return rows, refused
