"""Notices for staff about partners: equal ones that nobody has acknowledged count up instead of piling up."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from roaming.models import Platform

_UPSERT = """
INSERT INTO roaming_notice (platform_id, code, text, count, first_at, last_at, acknowledged_by)
VALUES (%s, %s, %s, 1, %s, %s, '')
ON CONFLICT (platform_id, code) WHERE acknowledged_at IS NULL
DO UPDATE SET count = roaming_notice.count + 1, last_at = excluded.last_at, text = excluded.text
"""


def notice(platform: Platform | int | None, code: str, text: str, now: datetime) -> None:
    """Say that somebody should look. Call it outside of a transaction that may be rolled back."""
    key = platform.pk if isinstance(platform, Platform) else platform
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [key, code, text[:2000].replace("\0", "�"), now, now])
