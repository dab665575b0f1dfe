"""Limits that others set on stations, and whose transactions go first (K11 to K14, K21, K22)."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import msgspec
from django.db.models import QuerySet

from ocppbridge.charging.charging_profiles import ChargingProfile, Installed, Kind, Purpose, Schedule
from ocppbridge.charging.smart_messages import LimitCleared, LimitSet
from ocppbridge.models import Alert, ChargingLimit, PriorityCharging, Station, Transaction
from ocppbridge.services import alerts


def take(station: Station, message: LimitSet, now: datetime) -> ChargingLimit:
    """It holds until it is cleared, or told anew: one a source and place."""
    _open(station, message.source, message.place.evse).update(cleared_at=now)
    row = ChargingLimit.objects.create(
        station=station, evse_number=message.place.evse, source=message.source,
        schedules=msgspec.to_builtins(message.schedules), grid_critical=bool(message.grid_critical),
        local_generation=bool(message.local_generation), since=now,
    )  # fmt: skip
    if row.grid_critical:
        text = f"{message.source} limits it, and the grid is in need of it"
        alerts.raise_alert(station.pk, "GRID-CRITICAL", text, now, Alert.Severity.CRITICAL)
    return row


def clear(station: Station, message: LimitCleared, now: datetime) -> int:
    """It holds no more; without an EVSE, nowhere (K13)."""
    return _open(station, message.source, message.place.evse).update(cleared_at=now)


def _open(station: Station, source: str, evse: int) -> QuerySet[ChargingLimit]:
    rows = ChargingLimit.objects.filter(station=station, source=source, cleared_at=None)
    return rows.filter(evse_number=evse) if evse else rows


def installed(station: Station) -> list[Installed]:
    """As profiles: what is told by NotifyChargingLimit holds like external constraints, or adds local generation."""
    found = []
    for row in ChargingLimit.objects.filter(station=station, cleared_at=None):
        schedules = msgspec.convert(row.schedules, tuple[Schedule, ...], strict=False)
        purpose = Purpose.LOCAL if row.local_generation else Purpose.EXTERNAL
        for schedule in schedules[:1]:
            begun = schedule if schedule.start is not None else dataclasses.replace(schedule, start=row.since)
            profile = ChargingProfile(-row.pk, 0, purpose, Kind.ABSOLUTE, (begun,))
            found.append(Installed(profile, row.evse_number, row.source))
    return found


def priority(row: Transaction, activated: bool, by: str, now: datetime) -> None:
    """Whether its PriorityCharging profile holds."""
    PriorityCharging.objects.update_or_create(
        transaction=row, defaults={"activated": activated, "by": by[:150], "at": now}
    )
