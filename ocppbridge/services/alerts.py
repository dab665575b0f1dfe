"""Alerts for staff: equal ones that nobody has acknowledged count up instead of piling up."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from ocppbridge.models import Alert


def raise_alert(station_id: int, code: str, text: str, now: datetime, severity: str = Alert.Severity.WARNING) -> None:
    """Say that somebody should look."""
    same = Alert.objects.filter(station_id=station_id, code=code, acknowledged_at=None)
    if not same.update(count=F("count") + 1, last_at=now, text=text, severity=severity):
        Alert.objects.create(station_id=station_id, code=code, text=text, severity=severity, first_at=now, last_at=now)
