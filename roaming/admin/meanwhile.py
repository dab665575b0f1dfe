"""What somebody else saved between the opening of a page and its saving: told, never overwritten silently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

SOON = timedelta(seconds=10)  # the log of the admin is written in the same transaction as the change


@dataclass(frozen=True)
class Meanwhile:
    """`stands` is the digest of what is there now: who has seen it may put his own in its place."""

    stands: str
    by: str
    at: datetime
    differs: list[str]


def changer(obj: Model, at: datetime) -> str:
    """Who saved it then in the admin; nobody, where it was changed in another way."""
    kind = ContentType.objects.get_for_model(obj)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(obj.pk), action_time__gte=at - SOON)
    entry = entries.select_related("user").first()
    return "" if entry is None else entry.user.get_username()
