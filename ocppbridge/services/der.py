"""Grid support as rows (block R): controls set, found, cleared, switched on and off; faults of the grid, and their end.

A control's id is ours where we set it; what a station reports of others is kept beside them. A report is asked for by
an inquiry whose row is its requestId.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.utils import timezone

from ocppbridge.charging.intents import NotOffered
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.v2x_intents import SETTINGS_OF, AskDer, ClearDer, SetDer
from ocppbridge.charging.v2x_messages import DerAlarmed, DerReported, DerSwitched
from ocppbridge.models import Alert, Call, DerAlarm, DerControl, DerInquiry, Station
from ocppbridge.services import alerts, calls, energy_offers

PURPOSE: Final = "der"
State = DerControl.State
# The list of a report → (kind of control, the field that holds its settings); a curve says its own kind.
_LISTS: Final = {SETTINGS_OF[kind]: kind for kind in SETTINGS_OF}
_INNER: Final = {"fixedPFAbsorb": "fixedPF", "fixedPFInject": "fixedPF"}


class Found(NamedTuple):
    """One control of a report."""

    control_id: str
    kind: str
    default: bool | None
    """None: it is not said, as of EnterService and Gradients, which reports tell without it."""
    superseded: bool
    settings: dict[str, Any]


@transaction.atomic
def set_control(
    station: Station, kind: str, settings: Mapping[str, Any], *, default: bool, by: str, control_id: str = ""
) -> DerControl:
    """Have a control set (R04). Raises NotOffered or InvalidPayload."""
    _refuse(station, kind)
    number = control_id or str(uuid.uuid4())
    row, _ = DerControl.objects.update_or_create(
        station=station, control_id=number,
        defaults={
            "kind": kind, "default": default, "settings": dict(settings), "state": State.ASKED, "reason": "",
            "requested_by": by[:150], "changed_at": timezone.now(),
        },
    )  # fmt: skip
    intent = SetDer(number, kind, default, dict(settings))
    calls.queue(station, intent, purpose=PURPOSE, reference=str(row.pk), requested_by=by)
    return row


@transaction.atomic
def ask(station: Station, *, by: str, kind: str = "", default: bool | None = None, control_id: str = "") -> DerInquiry:
    """Have controls reported. Raises NotOffered."""
    _refuse(station)
    row = DerInquiry.objects.create(
        station=station, kind=kind, default=default, control_id=control_id, requested_by=by[:150],
        asked_at=timezone.now(),
    )  # fmt: skip
    intent = AskDer(row.pk, default, kind or None, control_id or None)
    calls.queue(station, intent, purpose=PURPOSE, reference=str(row.pk), requested_by=by)
    return row


def clear(station: Station, *, default: bool, by: str, kind: str = "", control_id: str = "") -> Call:
    """Have controls cleared. Raises NotOffered."""
    _refuse(station)
    return calls.queue(station, ClearDer(default, kind or None, control_id or None), purpose=PURPOSE, requested_by=by)


def was_set(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """What the station made of a control, and which others it pushes aside."""
    rows = DerControl.objects.filter(station=call.station_id)
    row = rows.filter(pk=int(call.reference or 0)).first()
    if row is None:
        return
    if isinstance(outcome, Accepted):
        row.state, row.reason = State.HELD, ""
        aside = outcome.data.get("superseded") or []
        rows.filter(control_id__in=aside).update(state=State.SUPERSEDED, changed_at=now)
    else:
        row.state = State.REFUSED
        row.reason = f"{outcome.status} {outcome.reason}".strip()[:255] if outcome else "no answer"
    row.changed_at = now
    row.save(update_fields=["state", "reason", "changed_at"])


def was_cleared(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """Gone, or never there."""
    intent = calls.intent_of(call)
    if not isinstance(intent, ClearDer) or outcome is None:
        return
    if isinstance(outcome, Accepted) or outcome.status == "NotFound":
        rows = DerControl.objects.filter(station=call.station_id, default=intent.default)
        rows = rows.filter(kind=intent.kind) if intent.kind else rows
        rows = rows.filter(control_id=intent.control_id) if intent.control_id else rows
        rows.update(state=State.CLEARED, active=False, changed_at=now)


def was_asked(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """Accepted: pages come. Anything else is the end of the inquiry."""
    if isinstance(outcome, Accepted):
        return
    rows = DerInquiry.objects.filter(pk=int(call.reference or 0), state=DerInquiry.State.ASKED)
    empty = outcome is not None and outcome.status == "NotFound"
    why = f"{outcome.status} {outcome.reason}".strip()[:255] if outcome else "no answer"
    rows.update(state=DerInquiry.State.EMPTY if empty else DerInquiry.State.REFUSED, reason=why, heard_at=now)


def reported(station: Station, message: DerReported, now: datetime) -> int:
    """One page of a report: what it holds is held."""
    found = list(controls(message.controls))
    for one in found:
        said = {
            "kind": one.kind, "settings": one.settings, "reported_at": now,
            "state": State.SUPERSEDED if one.superseded else State.HELD, "changed_at": now,
            **({} if one.default is None else {"default": one.default}),
        }  # fmt: skip
        DerControl.objects.update_or_create(
            station=station, control_id=one.control_id[:36], defaults=said, create_defaults={"default": True, **said}
        )
    inquiry = DerInquiry.objects.filter(pk=message.request_id, station=station).first()
    if inquiry is not None:
        inquiry.found += len(found)
        inquiry.heard_at = now
        inquiry.state = DerInquiry.State.WHOLE if message.last else inquiry.state
        inquiry.save(update_fields=["found", "heard_at", "state"])
        if message.last and not (inquiry.kind or inquiry.control_id or inquiry.default is not None):
            _forget(station, inquiry, now)
    return len(found)


def alarmed(station: Station, message: DerAlarmed) -> None:
    """A fault of the grid begins, or is over; one that nobody has told of before begins and ends at once."""
    on = DerAlarm.objects.filter(station=station, kind=message.control_type, ended_at=None)
    on = on.filter(fault=message.fault) if message.fault else on
    if message.ended:
        if not on.update(ended_at=message.at):
            _alarm(station, message, message.at)
        return
    if not on.exists():
        _alarm(station, message, None)
    text = f"{message.fault or 'a fault of the grid'} ({message.control_type}) {message.info or ''}".strip()
    alerts.raise_alert(station.pk, "GRID-FAULT", text, message.at, Alert.Severity.WARNING)


def switched(station: Station, message: DerSwitched) -> None:
    """A scheduled control begins or ends to hold (R05)."""
    rows = DerControl.objects.filter(station=station)
    rows.filter(control_id=message.control_id).update(active=message.started, switched_at=message.at)
    if message.superseded:
        rows.filter(control_id__in=message.superseded).update(
            state=State.SUPERSEDED, active=False, switched_at=message.at
        )


def controls(lists: Mapping[str, Iterable[Mapping[str, Any]]]) -> Iterator[Found]:
    """The controls of one page."""
    for name, entries in lists.items():
        for entry in entries:
            kind = entry["curveType"] if name == "curve" else _LISTS.get(name, name)
            settings = entry.get(_INNER.get(name, name)) or {}
            default, aside = entry.get("isDefault"), bool(entry.get("isSuperseded", False))
            yield Found(entry["id"], kind, default, aside, dict(settings))


def _forget(station: Station, inquiry: DerInquiry, now: datetime) -> None:
    """A whole report of everything shows what is not held any more."""
    held = DerControl.objects.filter(station=station, state__in=(State.HELD, State.SUPERSEDED))
    gone = held.exclude(reported_at__gte=inquiry.asked_at).filter(changed_at__lt=inquiry.asked_at)
    gone.update(state=State.CLEARED, active=False, changed_at=now)


def _alarm(station: Station, message: DerAlarmed, ended: datetime | None) -> None:
    DerAlarm.objects.create(
        station=station, kind=message.control_type, fault=message.fault or "", info=(message.info or "")[:200],
        began_at=message.at, ended_at=ended,
    )  # fmt: skip


def _refuse(station: Station, kind: str = "") -> None:
    offers = [energy_offers.of_evse(station, number) for number in (0, *_numbers(station))]
    known = [one.der for one in offers if one.der is not None]
    if not known:
        reason = (
            offers[0].refusal
            if station.subprotocol != energy_offers.SPOKEN
            else "its report has no DER controller (DCDERCtrlr, ACDERCtrlr) that is enabled"
        )
        raise NotOffered(f"{station} has no grid support: {reason}")
    modes = frozenset().union(*known)
    if kind and modes and kind not in modes:
        raise NotOffered(f"{station} has no {kind}, but {', '.join(sorted(modes))}")


def _numbers(station: Station) -> list[int]:
    return list(station.evses.values_list("number", flat=True))
