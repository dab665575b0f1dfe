"""Firmware updates as rows: asked for, told step by step, verified by the version that the station boots with (L01).

A station has one update at a time: a later one takes the place of one under way (L01.FR.24), and what a 1.6 station
says without a number is about the last. `charging.firmware` decides what its words come to.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from ocppbridge.charging import firmware as pure
from ocppbridge.charging.intents import NotOffered, UpdateFirmware
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.upkeep_messages import FirmwareProgressed
from ocppbridge.models import FirmwareImage, FirmwareStep, FirmwareUpdate, Station
from ocppbridge.services import alerts, calls, files
from ocppbridge.versions import secrets
from roaming.decisions import Choices

State = FirmwareUpdate.State
PURPOSE: Final = "firmware"
OPEN: Final = tuple(State(one.value) for one in pure.OPEN)
BAD: Final = (State.FAILED, State.REFUSED, State.SILENT)


def fits(image: FirmwareImage, station: Station) -> bool:
    """Whether it is for such a station."""
    return all(
        not wanted or wanted.casefold() == found.casefold()
        for wanted, found in ((image.vendor, station.vendor), (image.model, station.model))
    )


@transaction.atomic
def update(
    station: Station, image: FirmwareImage, choices: Choices, *, retrieve_at: datetime | None = None,
    install_at: datetime | None = None, retries: int = 3, retry_interval: int = 300, by: str = "",
) -> FirmwareUpdate:  # fmt: skip
    """Ask for it. Raises NotOffered or InvalidPayload."""
    if not fits(image, station):
        raise NotOffered(f"{image} is for {image.vendor} {image.model}, {station} is {station.vendor} {station.model}")
    now, patience = timezone.now(), _patience(station, choices)
    retrieve_at = retrieve_at or now
    row = FirmwareUpdate.objects.create(
        station=station, image=image, version=image.version, signed=image.signed, retrieve_at=retrieve_at,
        install_at=install_at, asked_at=now, requested_by=by[:150],
    )  # fmt: skip
    location = image.url
    if image.file is not None:
        until = max(retrieve_at, now) + patience
        location = files.address(station, until, file=image.file, update=row, name=image.file.name)
    intent = UpdateFirmware(
        row.pk, location, retrieve_at, install_at, image.certificate or None, image.signature or None,
        retries or None, retry_interval if retries else None,
    )  # fmt: skip
    row.call = calls.queue(
        station, intent, purpose=PURPOSE, reference=str(row.pk), requested_by=by, expires_in=patience
    )
    row.location = secrets.masked_url(location)
    row.save(update_fields=["call", "location"])
    for earlier in _locked(station).filter(state__in=OPEN).exclude(pk=row.pk):
        _write(earlier, _read(earlier).cancelled(f"replaced by update {row.pk}"), now)
    return row


def answered(row_id: int, station: Station, outcome: Outcome | None, now: datetime) -> None:
    """The station's answer to the call."""
    row = _locked(station).filter(pk=row_id).first()
    if row is not None:
        _write(row, _read(row).answered(outcome), now)


def told(station: Station, message: FirmwareProgressed, now: datetime) -> FirmwareUpdate | None:
    """One word of a station; the update that it is about."""
    if message.request_id is not None:
        row = _locked(station).filter(pk=message.request_id).first()
    else:
        row = _locked(station).filter(state__in=OPEN).order_by("-pk").first()
    if row is None or (message.status == "Idle" and message.request_id is None):
        return row
    FirmwareStep.objects.create(update=row, at=now, status=message.status[:30])
    row.heard_at = now
    row.save(update_fields=["heard_at"])
    after = _read(row).told(message.status)
    if message.reason and after.state is pure.State.FAILED:
        after = pure.Update(after.wanted, after.state, after.status, f"{after.reason}: {message.reason}", after.booted)
    _write(row, after, now)
    return row


def booted(station: Station, now: datetime) -> None:
    """The station has booted: with which version?"""
    for row in _locked(station).filter(state__in=OPEN):
        row.booted_at = now
        row.save(update_fields=["booted_at"])
        _write(row, _read(row).with_boot(station.firmware_version), now)


def give_up(now: datetime, choices: Choices) -> int:
    """Updates of which nothing more was heard. How many."""
    quiet = FirmwareUpdate.objects.annotate(last=Coalesce("heard_at", "asked_at")).filter(
        state__in=OPEN, last__lt=now - timedelta(hours=1)
    )
    count = 0
    with transaction.atomic():
        for row in quiet.select_related("station").select_for_update(of=("self",), skip_locked=True)[:200]:
            last = max(row.heard_at or row.asked_at, row.retrieve_at, row.install_at or row.retrieve_at)
            if last + _patience(row.station, choices) > now:
                continue
            count += 1
            if row.state == State.INSTALLED and row.station.firmware_version == row.version:
                _write(row, _read(row).with_boot(row.version), now)
            else:
                _write(row, _read(row).silent("nothing more was heard"), now)
    return count


def _patience(station: Station, choices: Choices) -> timedelta:
    hours = choices.number("FIRMWARE-PATIENCE", station=station.identity)  # decision: FIRMWARE-PATIENCE
    return timedelta(hours=float(hours))


def _locked(station: Station) -> QuerySet[FirmwareUpdate]:
    return FirmwareUpdate.objects.select_for_update(of=("self",)).select_related("image").filter(station=station)


def _read(row: FirmwareUpdate) -> pure.Update:
    return pure.Update(row.version, pure.State(row.state), row.status, row.reason, row.booted_version)


def _write(row: FirmwareUpdate, after: pure.Update, now: datetime) -> None:
    was = row.state
    row.state, row.status, row.reason = State(after.state.value), after.status[:30], after.reason[:255]
    row.booted_version = after.booted[:100]
    if was in OPEN and not after.open:
        row.ended_at = now
        files.revoke(now, update=row)
        if row.state in BAD:
            what = row.image or row.location
            text = f"{what}: {row.get_state_display()}" + (f" ({row.reason})" if row.reason else "")
            alerts.raise_alert(row.station_id, "FIRMWARE-FAILED", text, now)
    row.save(update_fields=["state", "status", "reason", "booted_version", "ended_at"])
