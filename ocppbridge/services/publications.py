"""Firmware that a local controller offers to the stations behind it: published, told, taken back (L03, L04)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from ocppbridge.charging.intents import NotOffered, PublishFirmware, UnpublishFirmware
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.charging.upkeep_messages import PublishProgressed
from ocppbridge.models import Call, FirmwareImage, FirmwarePublication, Station
from ocppbridge.services import alerts, calls, files
from ocppbridge.versions import secrets

State = FirmwarePublication.State
FAILURES: Final = frozenset({"DownloadFailed", "InvalidChecksum", "PublishFailed"})
FETCHED_WITHIN: Final = timedelta(days=1)


@transaction.atomic
def publish(station: Station, image: FirmwareImage, *, checksum: str = "", by: str = "") -> FirmwarePublication:
    """Ask for it; the checksum is the file's, or named where the image is elsewhere. Raises NotOffered…"""
    checksum = checksum or (image.file.md5 if image.file else "")
    if not checksum:
        raise NotOffered(f"{image} is not here, so its MD5 must be named")
    now = timezone.now()
    row = FirmwarePublication.objects.create(
        station=station, image=image, checksum=checksum, asked_at=now, requested_by=by[:150]
    )
    location = image.url
    if image.file is not None:
        location = files.address(station, now + FETCHED_WITHIN, file=image.file, name=image.file.name)
    intent = PublishFirmware(row.pk, location, checksum)
    calls.queue(station, intent, purpose="firmware", reference=str(row.pk), requested_by=by)
    row.location = secrets.masked_url(location)
    row.save(update_fields=["location"])
    return row


def unpublish(row: FirmwarePublication, *, by: str = "") -> Call:
    """Have it taken back."""
    intent = UnpublishFirmware(row.checksum)
    return calls.queue(row.station, intent, purpose="firmware", reference=str(row.pk), requested_by=by)


def answered(row_id: int, station: Station, outcome: Outcome | None) -> None:
    """The station's answer to PublishFirmware."""
    row = FirmwarePublication.objects.filter(pk=row_id, station=station, state=State.ASKED).first()
    if row is None:
        return
    if isinstance(outcome, Accepted):
        row.state = State.UNDER_WAY
    else:
        row.state = State.REFUSED if outcome else State.FAILED
        row.reason = f"{outcome.status} {outcome.reason}".strip()[:255] if outcome else "no answer"
    row.save(update_fields=["state", "reason"])


def told(station: Station, message: PublishProgressed, now: datetime) -> None:
    """PublishFirmwareStatusNotification."""
    rows = FirmwarePublication.objects.select_for_update().filter(station=station)
    if message.request_id is not None:
        row = rows.filter(pk=message.request_id).first()
    else:
        row = rows.filter(state__in=[State.ASKED, State.UNDER_WAY]).order_by("-pk").first()
    if row is None or message.status == "Idle":
        return
    row.status, row.heard_at = message.status[:30], now
    if message.status in FAILURES:
        row.state, row.reason = State.FAILED, f"{message.status} {message.reason}".strip()[:255]
        alerts.raise_alert(station.pk, "FIRMWARE-FAILED", f"{row.image or row.location}: {row.reason}", now)
    elif message.status == "Published":
        row.state, row.reason = State.PUBLISHED, ""
        row.locations = [secrets.masked_url(one) for one in message.locations]
    elif row.state == State.ASKED:
        row.state = State.UNDER_WAY
    row.save(update_fields=["status", "heard_at", "state", "reason", "locations"])


def unpublished(station: Station, checksum: str, outcome: Outcome | None) -> None:
    """NoFirmware means that it is not published, which is what was wanted (L04.FR.02)."""
    rows = FirmwarePublication.objects.filter(station=station, checksum=checksum, state=State.PUBLISHED)
    if outcome is not None and outcome.status in ("Unpublished", "NoFirmware"):
        rows.update(state=State.ENDED, reason="")
    else:
        rows.update(reason=f"not taken back: {outcome.status if outcome else 'no answer'}")
