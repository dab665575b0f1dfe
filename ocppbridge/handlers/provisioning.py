"""Block B: boots, heartbeats, reports of the device model."""

from __future__ import annotations

import json

from ocppbridge.charging.messages import Beat, Booted, ReportPart
from ocppbridge.charging.replies import Acknowledged, Clock, Registered, Registration
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.models import Frame
from ocppbridge.services.turns import Turn


@answers(Booted)
def register(message: Booted, asked: Asked) -> Registered:
    """Accepted, Pending or Rejected as staff set it for the station (B01 to B03)."""
    identity, status = asked.account.identity, Registration(asked.account.boot_policy)
    if status is Registration.ACCEPTED:
        interval = asked.choices.number("HEARTBEAT-INTERVAL", station=identity)  # decision: HEARTBEAT-INTERVAL
    else:  # B02.FR.04, B03.FR.02: not to boot again before this has passed
        interval = asked.choices.number("BOOT-RETRY-INTERVAL", station=identity)  # decision: BOOT-RETRY-INTERVAL
    return Registered(status, asked.now, int(interval))


@records(Booted)
def booted(message: Booted, turn: Turn) -> None:
    """What the station says of itself."""
    station = turn.station
    station.vendor, station.model = message.vendor[:100], message.model[:100]
    station.serial_number = (message.serial_number or message.box_serial_number or "")[:100]
    station.firmware_version = (message.firmware_version or "")[:100]
    station.booted_at, station.boot_status = turn.received, _answered(turn)
    station.save(update_fields=["vendor", "model", "serial_number", "firmware_version", "booted_at", "boot_status"])


def _answered(turn: Turn) -> str:
    """What the boot in hand was answered: staff may have changed their mind since."""
    said = Frame.objects.filter(
        station=turn.station, connection_id=turn.connection_id, at=turn.received, kind=Frame.Kind.RESULT,
        action="BootNotification",
    )  # fmt: skip
    body = said.order_by("n").values_list("body", flat=True).first()
    status: str = json.loads(body)[2]["status"] if body else turn.station.boot_policy
    return status


@answers(Beat)
def tell_time(message: Beat, asked: Asked) -> Clock:
    """Stations set their clocks by it (G02)."""
    return Clock(asked.now)


@records(Beat, priority=1)
def heard(message: Beat, turn: Turn) -> None:
    """Only the first call of a connection gets here as a heartbeat: the turn itself sees that the station is back."""


@answers(ReportPart)
def take_report(message: ReportPart, asked: Asked) -> Acknowledged:
    """B07, B08."""
    return Acknowledged()


@records(ReportPart, priority=1)
def report(message: ReportPart, turn: Turn) -> None:
    """Kept page by page."""
    page = {
        "requestId": message.request_id,
        "seqNo": message.seq_no,
        "reportData": [dict(one) for one in message.entries],
    }
    turn.report("NotifyReport", page, f"report {message.request_id}, page {message.seq_no}")
