"""Block B: boots, heartbeats, reports of the device model."""

from __future__ import annotations

from ocppbridge.charging.messages import Beat, Booted, ReportPart
from ocppbridge.charging.replies import Acknowledged, Clock, Registered, Registration
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.services.turns import Turn


@answers(Booted)
def register(message: Booted, asked: Asked) -> Registered:
    """Accepted, Pending or Rejected as staff set it for the station (B01 to B03)."""
    identity = asked.account.identity
    interval = asked.choices.number("HEARTBEAT-INTERVAL", station=identity)  # decision: HEARTBEAT-INTERVAL
    return Registered(Registration(asked.account.boot_policy), asked.now, int(interval))


@records(Booted)
def booted(message: Booted, turn: Turn) -> None:
    """What the station says of itself."""
    station = turn.station
    station.vendor, station.model = message.vendor[:100], message.model[:100]
    station.serial_number = (message.serial_number or message.box_serial_number or "")[:100]
    station.firmware_version = (message.firmware_version or "")[:100]
    station.booted_at, station.boot_status = turn.received, station.boot_policy
    station.save(update_fields=["vendor", "model", "serial_number", "firmware_version", "booted_at", "boot_status"])


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
