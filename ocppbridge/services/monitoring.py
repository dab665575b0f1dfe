"""Monitors as rows: set, reported, cleared; and the events that they tell (N02 to N08).

A monitor that was asked for is a row at once, with what the station made of it beside it. What a whole report of all
monitors does not have is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from ocppbridge.charging import monitoring as pure
from ocppbridge.charging.batches import batches
from ocppbridge.charging.device_model import variable
from ocppbridge.charging.intents import (
    ClearMonitors,
    Monitor,
    ReportMonitors,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
    Variable,
)
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.upkeep_messages import MonitorsPart
from ocppbridge.charging.variables import text
from ocppbridge.models import Alert, Call, Enquiry, Station, StationEvent, StreamValue
from ocppbridge.models import Monitor as Row
from ocppbridge.models.setting import Named
from ocppbridge.services import alerts, calls, device_model, enquiries, variables
from ocppbridge.versions import moments

PURPOSE: Final = "monitoring"
ASKED: Final = "asked"
CRITERIA: Final = ("ThresholdMonitoring", "DeltaMonitoring", "PeriodicMonitoring")


@transaction.atomic
def set_all(station: Station, monitors: Sequence[Monitor], *, by: str = "") -> list[Call]:
    """In as many messages as the station takes (N04.FR.08). Raises NotOffered or InvalidPayload."""
    made = []
    most = variables.limits(station, "SetVariableMonitoring").items
    for piece in batches(monitors, most, None, lambda one: 0):
        for one in piece:
            _asked(station, one, by)
        made.append(calls.queue(station, SetMonitors(piece), purpose=PURPOSE, requested_by=by))
    return made


@transaction.atomic
def clear(station: Station, ids: Sequence[int], *, by: str = "") -> list[Call]:
    """Take them off (N06)."""
    most = variables.limits(station, "ClearVariableMonitoring").items
    return [
        calls.queue(station, ClearMonitors(piece), purpose=PURPOSE, requested_by=by)
        for piece in batches(ids, most, None, lambda one: 0)
    ]


def ask(station: Station, *, names: tuple[Variable, ...] = (), criteria: tuple[str, ...] = (), by: str = "") -> Enquiry:
    """Have them reported (N02)."""
    about = ", ".join([*map(text, names), *criteria])
    return enquiries.ask(
        station, Enquiry.Kind.MONITORS, lambda number: ReportMonitors(number, names, criteria), about=about,
        everything=not about, requested_by=by,
    )  # fmt: skip


def answered(call: Call, intent: SetMonitors, outcome: Outcome | None) -> None:
    """What became of each: of the rows that ask for the same, the oldest has been answered."""
    for monitor, (made, number) in zip(intent.monitors, pure.outcomes(intent, outcome), strict=True):
        waiting = Row.objects.filter(
            station=call.station, status=ASKED, monitor_id=monitor.monitor_id, **_columns(monitor)
        )
        row = waiting.order_by("pk").first()
        if row is None:
            continue
        row.status = (made.status if made else "no answer")[:30]
        row.reason = (made.reason if made else "")[:255]
        if number is not None and isinstance(made, Accepted):
            Row.objects.filter(station=row.station, monitor_id=number).exclude(pk=row.pk).delete()
            row.monitor_id = number
        row.save(update_fields=["status", "reason", "monitor_id"])


def cleared(station: Station, outcome: Outcome | None) -> None:
    """Those that are gone are gone, also where the station never had them."""
    told = outcome.data.get("results", ()) if outcome is not None else ()
    gone = [one["id"] for one in told if one["status"] in ("Accepted", "NotFound")]
    Row.objects.filter(station=station, monitor_id__in=gone).delete()
    for one in told:
        if one["id"] not in gone:
            Row.objects.filter(station=station, monitor_id=one["id"]).update(reason=f"not cleared: {one['status']}")


def take(station: Station, part: MonitorsPart, now: datetime) -> None:
    """One page of a report."""
    found = list(pure.reported(part.entries))
    for one in found:
        monitor = one.monitor
        columns = _columns(monitor) | {"origin": one.origin, "reported_at": now, "status": "Accepted", "reason": ""}
        Row.objects.update_or_create(station=station, monitor_id=monitor.monitor_id, defaults=columns)
    row = enquiries.take(station, Enquiry.Kind.MONITORS, part.request_id, part.seq_no, part.last, len(found), now)
    if row is not None and row.state == Enquiry.State.WHOLE and row.everything:
        none_left(row)


def scoped(
    station: Station, intent: SetMonitoringBase | SetMonitoringLevel, outcome: Outcome | None, now: datetime
) -> None:
    """Base and level are settings of the station; a lesser base takes monitors off (N05.FR.03, FR.04)."""
    base = isinstance(intent, SetMonitoringBase)
    name = Variable("ActiveMonitoringBase" if base else "ActiveMonitoringLevel", "MonitoringCtrlr")
    value = str(intent.base if isinstance(intent, SetMonitoringBase) else intent.severity)
    device_model.written(station, [(name, value)], {name: outcome} if outcome else {}, now)
    if not isinstance(outcome, Accepted) or value == "All" or not base:
        return
    rows = Row.objects.filter(station=station)
    if value == "HardWiredOnly":
        rows.exclude(origin__startswith="HardWired").delete()
    else:
        rows.exclude(asked_at=None).delete()


def none_left(enquiry: Enquiry) -> None:
    """All monitors have been told: the others are not there any more."""
    Row.objects.filter(station=enquiry.station).exclude(reported_at__gte=enquiry.asked_at).exclude(
        asked_at__gte=enquiry.asked_at
    ).delete()


def events(station: Station, page: Sequence[Mapping[str, Any]], now: datetime, alert_up_to: int | None) -> None:
    """Kept, and alarmed up to a severity; where an event has none (2.0.1), its monitor's counts."""
    known = dict(
        Row.objects.filter(
            station=station,
            monitor_id__in=[one["variableMonitoringId"] for one in page if "variableMonitoringId" in one],
        ).values_list("monitor_id", "severity")
    )
    rows = [_event(station, one, known, now) for one in page]
    StationEvent.objects.bulk_create(rows)
    for row in rows:
        if alert_up_to is None or row.severity is None or row.severity > alert_up_to or row.cleared:
            continue
        severity = Alert.Severity.CRITICAL if row.severity <= pure.CRITICAL else Alert.Severity.WARNING
        words = f"{text(row.variable)} = {row.value} ({pure.SEVERITIES[row.severity]})"
        told = f"{words}: {row.tech_info}" if row.tech_info else words
        alerts.raise_alert(station.pk, f"EVENT-{row.component}"[:50], told, now, severity)


def forget(before: datetime) -> None:
    """Events and streamed values that are too old."""
    StationEvent.objects.filter(received_at__lt=before).delete()
    StreamValue.objects.filter(at__lt=before).delete()


def _asked(station: Station, monitor: Monitor, by: str) -> Row:
    columns = _columns(monitor) | {
        "status": ASKED,
        "reason": "",
        "requested_by": by[:150],
        "asked_at": timezone.now(),
    }
    if monitor.monitor_id is None:
        return Row.objects.create(station=station, **columns)
    return Row.objects.update_or_create(station=station, monitor_id=monitor.monitor_id, defaults=columns)[0]


def _columns(monitor: Monitor) -> dict[str, Any]:
    pace = monitor.pace
    columns = Named.columns(monitor.variable) | {
        "type": monitor.type[:20],
        "value": Decimal(monitor.value),
        "severity": monitor.severity,
        "transaction": monitor.transaction,
    }
    return columns if pace is None else columns | {"interval": pace.interval, "values": pace.at_once}


def _event(station: Station, told: Mapping[str, Any], known: dict[int | None, int], now: datetime) -> StationEvent:
    monitor = told.get("variableMonitoringId")
    severity = told.get("severity", known.get(monitor) if monitor is not None else None)
    return StationEvent(
        station=station,
        **Named.columns(variable(told, None)),
        event_id=told["eventId"],
        at=moments.read(told["timestamp"]),
        received_at=now,
        trigger=told["trigger"],
        kind=told["eventNotificationType"],
        value=told["actualValue"],
        cause=told.get("cause"),
        cleared=told.get("cleared", False),
        severity=severity if severity is not None and 0 <= severity < len(pure.SEVERITIES) else None,
        monitor_id=monitor,
        transaction_id=(told.get("transactionId") or "")[:36],
        tech_code=(told.get("techCode") or "")[:50],
        tech_info=(told.get("techInfo") or "")[:500],
    )
