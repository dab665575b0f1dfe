"""Logs and diagnostics of stations: asked for, brought to a URL of ours or to another place, kept (N01).

The file decides: once it is here the log is uploaded, whatever is said after it; and Uploaded without a file is a
failure where the URL was ours. A later request for the same kind takes the place of one under way (N01.FR.12).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ocppbridge.charging.intents import FetchLog
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.upkeep_messages import LogProgressed
from ocppbridge.models import FileKey, LogRequest, Station, StoredFile
from ocppbridge.services import alerts, calls, files
from ocppbridge.versions import secrets
from roaming.decisions import Choices

State = LogRequest.State
KINDS: Final = ("DiagnosticsLog", "SecurityLog", "DataCollectorLog")
OPEN: Final = (State.ASKED, State.ACCEPTED, State.UPLOADING)
FAILURES: Final = frozenset(
    {"BadMessage", "NotSupportedOperation", "PermissionDenied", "UploadFailure", "UploadFailed"}
)
MEGABYTE: Final = 1024 * 1024


@transaction.atomic
def ask(
    station: Station,
    kind: str,
    choices: Choices,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    location: str = "",
    retries: int = 3,
    retry_interval: int = 60,
    requested_by: str = "",
) -> LogRequest:
    """Have a log uploaded: here, or to `location`. Raises NotOffered or InvalidPayload."""
    now, identity = timezone.now(), station.identity
    expires_at = now + timedelta(
        hours=float(choices.number("LOG-PATIENCE", station=identity))  # decision: LOG-PATIENCE
    )
    row = LogRequest.objects.create(
        station=station, kind=kind, since=since, until=until, ours=not location, retries=retries, asked_at=now,
        expires_at=expires_at, requested_by=requested_by[:150],
    )  # fmt: skip
    if not location:
        limit = int(choices.number("LOG-UPLOAD-LIMIT", station=identity)) * MEGABYTE  # decision: LOG-UPLOAD-LIMIT
        location = files.address(station, expires_at, log=row, limit=limit)
    intent = FetchLog(location, row.pk, kind, since, until, retries or None, retry_interval if retries else None)
    row.call = calls.queue(station, intent, purpose="log", reference=str(row.pk), requested_by=requested_by)
    row.location = secrets.masked_url(location)
    row.save(update_fields=["call", "location"])
    earlier = LogRequest.objects.filter(station=station, kind=kind, state__in=OPEN).exclude(pk=row.pk)
    for one in earlier:
        _end(one, State.CANCELLED, f"replaced by log {row.pk}", now)
    return row


def again(row: LogRequest, choices: Choices, by: str) -> LogRequest:
    """The same once more, to a URL of ours."""
    return ask(row.station, row.kind, choices, since=row.since, until=row.until, requested_by=by)


def answered(row_id: int, station: Station, outcome: Outcome | None, now: datetime) -> None:
    """The station's answer to the call."""
    row = _locked(station).filter(pk=row_id).first()
    if row is None:
        return
    named = (outcome.data.get("file") or outcome.data.get("filename")) if outcome is not None else None
    if named:
        row.filename = files.safe_name(str(named))
        row.save(update_fields=["filename"])
    if row.state not in OPEN:
        return
    if outcome is None:
        _end(row, State.FAILED, "the station did not answer", now)
    elif isinstance(outcome, Accepted):
        if row.state == State.ASKED:
            row.state = State.ACCEPTED
            row.save(update_fields=["state"])
    else:
        _end(row, State.REFUSED, f"{outcome.status} {outcome.reason}".strip(), now)


def told(station: Station, message: LogProgressed, now: datetime) -> LogRequest | None:
    """What the station says of an upload; without an id it is about the last one asked for."""
    rows = _locked(station)
    if message.request_id is not None:
        row = rows.filter(pk=message.request_id).first()
    else:
        rows = rows.filter(kind=message.kind) if message.kind else rows
        row = rows.filter(state__in=OPEN).order_by("-pk").first()
    if row is None or (message.status == "Idle" and message.request_id is None):
        return row
    row.status, row.heard_at = message.status[:30], now
    row.save(update_fields=["status", "heard_at"])
    if row.state not in OPEN:
        return row
    if message.status in FAILURES:
        _end(row, State.FAILED, message.status, now)
        alerts.raise_alert(station.pk, "LOG-FAILED", f"{row.kind} {row.pk}: {message.status}", now, "info")
    elif message.status == "AcceptedCanceled":
        _end(row, State.CANCELLED, message.status, now)
    elif message.status != "Uploaded":
        row.state = State.UPLOADING
        row.save(update_fields=["state"])
    elif row.ours:
        _end(row, State.FAILED, "the station says Uploaded, but nothing came", now)
    else:
        _end(row, State.UPLOADED, "", now)
    return row


@transaction.atomic
def brought(key_id: int, file: StoredFile, now: datetime) -> bool:
    """A file has come whole: kept if its key has not been used by another meanwhile."""
    key = FileKey.objects.select_for_update(of=("self",)).filter(pk=key_id, used_at=None).first()
    if key is None or key.log_id is None or key.expires_at <= now:
        return False
    key.used_at = key.expires_at = now
    key.save(update_fields=["used_at", "expires_at"])
    row = LogRequest.objects.select_for_update(of=("self",)).get(pk=key.log_id)
    row.file = file
    row.save(update_fields=["file"])
    _end(row, State.UPLOADED, "", now)
    return True


def sweep(now: datetime) -> None:
    """What has not come in time will not come."""
    late = LogRequest.objects.select_for_update(skip_locked=True).filter(state__in=OPEN, expires_at__lte=now)
    with transaction.atomic():
        for row in late[:100]:
            _end(row, State.FAILED, "nothing came in time", now)


def forget(before: datetime) -> None:
    """The files of logs that are too old."""
    old = StoredFile.objects.filter(logs__asked_at__lt=before)
    old.delete()


def _locked(station: Station) -> QuerySet[LogRequest]:
    return LogRequest.objects.select_for_update(of=("self",)).filter(station=station)


def _end(row: LogRequest, state: str, reason: str, now: datetime) -> None:
    row.state, row.reason, row.ended_at = state, reason[:255], now
    row.save(update_fields=["state", "reason", "ended_at"])
    if state != State.UPLOADED:
        files.revoke(now, log=row)
