"""Composite schedules that stations tell, kept beside ours (K08); where they are apart staff are told."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from ocppbridge.bridge import power
from ocppbridge.bridge.decisions import choices
from ocppbridge.charging.charging_profiles import Period, Unit
from ocppbridge.charging.intents import AskSchedule
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.schedule_check import first_difference
from ocppbridge.models import Call, ScheduleCheck
from ocppbridge.services import alerts, calls, charging_profiles
from roaming.ocpi.types import parse_datetime


def settled(call: Call, outcome: Outcome | None, now: datetime) -> ScheduleCheck | None:
    """Compare what was told; None where nothing was."""
    intent = calls.intent_of(call)
    if not isinstance(intent, AskSchedule) or not isinstance(outcome, Accepted) or not outcome.data.get("unit"):
        return None
    told = msgspec.convert(outcome.data.get("periods", []), tuple[Period, ...], strict=False)
    asked_at = (call.sent_at or call.created_at).replace(microsecond=0)
    start = _start(outcome.data.get("start"), asked_at)
    duration = int(outcome.data.get("duration") or intent.duration)
    unit = Unit(outcome.data["unit"])
    computed = power.computed(call.station, intent.place.evse, start, duration, unit).periods
    identity = call.station.identity
    forgiven = choices().number("COMPOSITE-TOLERANCE", station=identity)  # decision: COMPOSITE-TOLERANCE
    if unit is Unit.W:
        forgiven *= 230 * 3
    text = first_difference(told, computed, duration, forgiven, delay=_delay(call))
    row, _ = ScheduleCheck.objects.update_or_create(
        station=call.station, evse_number=intent.place.evse,
        defaults={
            "at": now, "start": start, "duration": duration, "unit": unit.value, "difference": text,
            "told": msgspec.to_builtins(told), "computed": msgspec.to_builtins(computed),
        },
    )  # fmt: skip
    if text:
        place = f"EVSE {row.evse_number}" if row.evse_number else "the station"
        alerts.raise_alert(call.station_id, "SCHEDULE-DIFFERS", f"the composite schedule of {place}: {text}", now)
    return row


def _delay(call: Call) -> int:
    """The longest randomizedDelay of what is installed."""
    schedules = (one.profile.schedule for one in charging_profiles.installed(call.station))
    return max((one.randomized_delay or 0 for one in schedules), default=0)


def _start(text: str | None, asked_at: datetime) -> datetime:
    try:
        start = parse_datetime(text) if text else asked_at
    except ValueError:
        return asked_at
    plain = datetime.combine(start.date(), start.timetz())
    return plain if abs(plain - asked_at) < timedelta(days=1) else asked_at
