"""Messages on displays as rows: shown, replaced, listed, taken off (block O)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ocppbridge.charging.intents import Display, HideMessage, ListMessages, ShowMessage, Text, Variable
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.upkeep_messages import DisplaysPart
from ocppbridge.models import Call, DisplayMessage, Enquiry, Station
from ocppbridge.services import calls, enquiries
from ocppbridge.versions import moments

Standing = DisplayMessage.Standing


def next_id(station: Station) -> int:
    """A number that no message of the station has."""
    most = DisplayMessage.objects.filter(station=station).aggregate(most=Max("message_id"))["most"]
    return int(most or 0) + 1


@transaction.atomic
def show(station: Station, display: Display, *, by: str = "") -> DisplayMessage:
    """Have it shown; one with the same number is replaced (O06). Raises NotOffered or InvalidPayload."""
    now = timezone.now()
    _check(display, now)
    columns = {
        "priority": display.priority,
        "state": display.state or "",
        "start_at": display.start,
        "end_at": display.end,
        "transaction_id": display.transaction or "",
        "texts": [{"content": one.content, "language": one.language, "format": one.format} for one in display.texts],
        "component": (display.component.component or "") if display.component else "",
        "standing": Standing.ASKED,
        "reason": "",
        "requested_by": by[:150],
        "asked_at": now,
    }
    row, _ = DisplayMessage.objects.update_or_create(station=station, message_id=display.message_id, defaults=columns)
    calls.queue(station, ShowMessage(display), purpose="display", reference=str(row.pk), requested_by=by)
    return row


def _check(display: Display, now: datetime) -> None:
    """What a station would accept, and nobody would ever read."""
    if display.end is not None and display.end <= (display.start or now):
        raise calls.InvalidPayload("it ends before it begins")
    if display.end is not None and display.end <= now:
        raise calls.InvalidPayload("its end is over")
    languages = [one.language for one in display.texts]
    if len(set(languages)) < len(languages):
        raise calls.InvalidPayload("each text is in a language of its own")


def shown(station: Station, message_id: int, outcome: Outcome | None) -> None:
    """What the station made of it."""
    row = DisplayMessage.objects.filter(station=station, message_id=message_id, standing=Standing.ASKED).first()
    if row is None:
        return
    accepted = isinstance(outcome, Accepted)
    row.standing = Standing.SHOWN if accepted else Standing.REFUSED
    row.reason = "" if accepted else (f"{outcome.status} {outcome.reason}".strip() if outcome else "no answer")[:255]
    row.save(update_fields=["standing", "reason"])


@transaction.atomic
def hide(row: DisplayMessage, *, by: str = "") -> Call:
    """Take it off (O05)."""
    call = calls.queue(
        row.station, HideMessage(row.message_id), purpose="display", reference=str(row.pk), requested_by=by
    )
    row.standing, row.reason = Standing.LEAVING, ""
    row.save(update_fields=["standing", "reason"])
    return call


def hidden(station: Station, message_id: int, outcome: Outcome | None) -> None:
    """Unknown means that it is not there, which is what was wanted."""
    row = DisplayMessage.objects.filter(station=station, message_id=message_id).first()
    if row is None:
        return
    gone = outcome is not None and outcome.status in ("Accepted", "Unknown")
    row.standing = Standing.GONE if gone else Standing.SHOWN
    row.reason = "" if outcome is None or outcome.status == "Accepted" else f"{outcome.status} {outcome.reason}".strip()
    row.save(update_fields=["standing", "reason"])


def ask(station: Station, *, ids: tuple[int, ...] = (), priority: str = "", state: str = "", by: str = "") -> Enquiry:
    """Which messages does it hold? (O03, O04)"""
    about = " ".join(filter(None, [*map(str, ids), priority, state]))
    return enquiries.ask(
        station, Enquiry.Kind.MESSAGES, lambda number: ListMessages(number, ids, priority or None, state or None),
        about=about, everything=not about, requested_by=by,
    )  # fmt: skip


def take(station: Station, part: DisplaysPart, now: datetime) -> None:
    """One page of them."""
    for entry in part.entries:
        columns = _columns(entry) | {"standing": Standing.SHOWN, "reason": "", "reported_at": now}
        DisplayMessage.objects.update_or_create(station=station, message_id=entry["id"], defaults=columns)
    row = enquiries.take(station, Enquiry.Kind.MESSAGES, part.request_id, None, part.last, len(part.entries), now)
    if row is not None and row.state == Enquiry.State.WHOLE and row.everything:
        none_left(row)


def none_left(enquiry: Enquiry) -> None:
    """All messages have been told: the others are not there any more."""
    rows = DisplayMessage.objects.filter(station=enquiry.station, standing__in=[Standing.SHOWN, Standing.LEAVING])
    rows = rows.exclude(reported_at__gte=enquiry.asked_at).exclude(asked_at__gte=enquiry.asked_at)
    rows.update(standing=Standing.GONE, reason="the station does not list it any more")


def display_of(row: DisplayMessage) -> Display:
    """The row in the domain's words, to be shown once more."""
    return display(row.message_id, row.priority, row.texts, row.state, row.start_at, row.end_at, row.transaction_id,
                   row.component)  # fmt: skip


def display(
    message_id: int, priority: str, texts: Sequence[Mapping[str, Any]], state: str = "",
    start: datetime | None = None, end: datetime | None = None, transaction: str = "", component: str = "",
) -> Display:  # fmt: skip
    """A message of the parts that staff and programs name."""
    said = tuple(Text(one["content"], one.get("language") or None, one.get("format") or "UTF8") for one in texts)
    where = Variable("", component) if component else None
    return Display(message_id, priority, said, state or None, start, end, transaction or None, where)


def _columns(entry: Mapping[str, Any]) -> dict[str, Any]:
    start, end = entry.get("startDateTime"), entry.get("endDateTime")
    return {
        "priority": entry["priority"],
        "state": entry.get("state", ""),
        "start_at": moments.read(start) if start else None,
        "end_at": moments.read(end) if end else None,
        "transaction_id": entry.get("transactionId", ""),
        "texts": [dict(one) for one in (entry["message"], *entry.get("messageExtra", ()))],
        "component": entry.get("display", {}).get("name", ""),
    }
