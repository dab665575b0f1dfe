"""Block L: how firmware updates and publications go."""

from __future__ import annotations

from ocppbridge.charging.replies import Acknowledged
from ocppbridge.charging.upkeep_messages import FirmwareProgressed, PublishProgressed
from ocppbridge.handlers.registry import Asked, answers, records
from ocppbridge.services.turns import Turn


@answers(FirmwareProgressed)
@answers(PublishProgressed)
def take_progress(message: FirmwareProgressed | PublishProgressed, asked: Asked) -> Acknowledged:
    """L01, L03."""
    return Acknowledged()


@records(FirmwareProgressed)
def progressed(message: FirmwareProgressed, turn: Turn) -> None:
    """Kept for staff."""
    said = {"status": message.status, "requestId": message.request_id}
    turn.report("FirmwareStatusNotification", said, message.status)


@records(PublishProgressed)
def published(message: PublishProgressed, turn: Turn) -> None:
    """Kept for staff."""
    said = {"status": message.status, "requestId": message.request_id, "location": list(message.locations)}
    turn.report("PublishFirmwareStatusNotification", said, message.status)
