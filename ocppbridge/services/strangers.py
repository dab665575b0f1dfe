"""Unknown stations that knocked, noted so that staff can add them; bounded, since anybody may knock (S38)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import F

from ocppbridge.models import Station, Stranger

MOST: Final = 500


def note(identity: str, peer: str, offered: str, now: datetime) -> None:
    """It knocked. Beyond MOST the one that was quiet longest is forgotten."""
    name = identity.replace("\0", "")
    if not name or len(name) > 255 or Station.objects.filter(identity=name).exists():
        return
    seen = {"peer": peer[:64], "offered": offered[:200], "last_at": now}
    if Stranger.objects.filter(identity=name).update(count=F("count") + 1, **seen):
        return
    Stranger.objects.bulk_create([Stranger(identity=name, first_at=now, **seen)], ignore_conflicts=True)
    over = Stranger.objects.order_by("-last_at", "-pk").values_list("pk", flat=True)[MOST:]
    Stranger.objects.filter(pk__in=list(over)).delete()


def dismiss(row: Stranger, by: str, now: datetime) -> None:
    """Staff do not know it either; it is not shown as new any more."""
    Stranger.objects.filter(pk=row.pk).update(dismissed_at=now, dismissed_by=by)
