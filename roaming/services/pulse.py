"""Whether the hub itself was away: then it asks its partners for what it missed (TRA-09)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from roaming.models import Pulse
from roaming.services import pulls

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)  # the row is written no more often
ABSENCE = timedelta(minutes=5)  # shorter ones are a restart, and partners retry


def mind(now: datetime) -> None:
    """Called by every sweep."""
    away = beat(now)
    if away >= ABSENCE:
        logger.warning("the hub was away for %s; %s lists are asked for what changed", away, pulls.catch_up(now, away))


def beat(now: datetime) -> timedelta:
    """How long ago the hub lived last."""
    with transaction.atomic():
        row = Pulse.objects.select_for_update().first()
        if row is None:
            Pulse.objects.create(seen_at=now)
            return timedelta(0)
        away = now - row.seen_at
        if away >= EVERY:
            row.seen_at = now
            row.save(update_fields=["seen_at"])
        return away
