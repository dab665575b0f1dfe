"""Periodic event streams (2.1): opened by the station, told without an answer, kept value by value (N11 to N15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from ocppbridge.charging.intents import AdjustStream, Pace
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.upkeep_messages import StreamOpening, StreamTold
from ocppbridge.models import Call, EventStream, Station, StreamValue
from ocppbridge.services import calls

State = EventStream.State
# A value may stand at most so far from the base of its message: what a station makes up is not kept as a time.
FARTHEST: Final = 366 * 86_400


def opened(station: Station, message: StreamOpening, accepted: bool, now: datetime) -> EventStream:
    """A stream begins, or was not let; one that is open under the same number has ended."""
    closed(station, message.stream_id, now)
    return EventStream.objects.create(
        station=station, stream_id=message.stream_id, monitor_id=message.monitor_id, interval=message.interval,
        values=message.values, state=State.OPEN if accepted else State.REFUSED, opened_at=now,
    )  # fmt: skip


def closed(station: Station, stream_id: int, now: datetime) -> None:
    """It has ended."""
    rows = EventStream.objects.filter(station=station, stream_id=stream_id, state=State.OPEN)
    rows.update(state=State.CLOSED, closed_at=now)


def told(station: Station, message: StreamTold, now: datetime) -> None:
    """Its values; of a stream that we have not heard of, too: nothing would tell the station that it is not one."""
    row = EventStream.objects.filter(station=station, stream_id=message.stream_id).order_by("-pk").first()
    if row is not None and row.state == State.REFUSED:
        return
    if row is None or row.state != State.OPEN:
        row = EventStream.objects.create(station=station, stream_id=message.stream_id, opened_at=now)
    values = [
        StreamValue(stream=row, at=message.base + timedelta(seconds=float(after)), value=value)
        for after, value in message.values
        if abs(after) <= FARTHEST
    ]
    StreamValue.objects.bulk_create(values)
    row.told += len(values)
    row.pending, row.told_at = message.pending, now
    row.save(update_fields=["told", "pending", "told_at"])


def adjust(row: EventStream, pace: Pace, by: str) -> Call:
    """Ask for another pace (N13)."""
    intent = AdjustStream(row.stream_id, pace)
    return calls.queue(row.station, intent, purpose="stream", reference=str(row.pk), requested_by=by)


def adjusted(station: Station, intent: AdjustStream, outcome: Outcome | None) -> None:
    """The station keeps it."""
    if isinstance(outcome, Accepted):
        rows = EventStream.objects.filter(station=station, stream_id=intent.stream_id, state=State.OPEN)
        rows.update(interval=intent.pace.interval, values=intent.pace.at_once)


def listed(station: Station, streams: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """All that are open: the others are not (N12)."""
    open_ones = EventStream.objects.filter(station=station, state=State.OPEN)
    open_ones.exclude(stream_id__in=[one["id"] for one in streams]).update(state=State.CLOSED, closed_at=now)
    for one in streams:
        pace = one["params"]
        columns = {
            "monitor_id": one["variableMonitoringId"], "interval": pace.get("interval"), "values": pace.get("values"),
        }  # fmt: skip
        if not open_ones.filter(stream_id=one["id"]).update(**columns):
            EventStream.objects.create(station=station, stream_id=one["id"], opened_at=now, **columns)
