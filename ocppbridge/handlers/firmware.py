"""Block L: how firmware updates and publications go. 1.6 says the same with and without its security extension."""

from __future__ import annotations

from datetime import datetime

from ocppbridge.charging.intents import PublishFirmware, UnpublishFirmware, UpdateFirmware
from ocppbridge.charging.outcomes import Outcome
from ocppbridge.charging.replies import Acknowledged
from ocppbridge.charging.upkeep_messages import FirmwareProgressed, PublishProgressed
from ocppbridge.handlers.registry import Asked, answers, records, settles
from ocppbridge.models import Call
from ocppbridge.services import calls, firmware, publications
from ocppbridge.services.turns import Turn


@answers(FirmwareProgressed)
@answers(PublishProgressed)
def take_progress(message: FirmwareProgressed | PublishProgressed, asked: Asked) -> Acknowledged:
    """L01, L03."""
    return Acknowledged()


@records(FirmwareProgressed)
def progressed(message: FirmwareProgressed, turn: Turn) -> None:
    """One step of an update; what is about none of ours is kept for staff."""
    if firmware.told(turn.station, message, turn.received) is None:
        said = {"status": message.status, "requestId": message.request_id}
        turn.report("FirmwareStatusNotification", said, message.status)


@records(PublishProgressed)
def published(message: PublishProgressed, turn: Turn) -> None:
    """L03."""
    publications.told(turn.station, message, turn.received)
    said = {"status": message.status, "requestId": message.request_id, "location": list(message.locations)}
    turn.report("PublishFirmwareStatusNotification", said, message.status)


@settles(UpdateFirmware)
def update_asked(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """L01.FR.10: refused for its certificate, say; or an earlier one given up for it."""
    firmware.answered(int(call.reference or 0), call.station, outcome, now)


@settles(PublishFirmware)
def publication_asked(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """L03."""
    publications.answered(int(call.reference or 0), call.station, outcome)


@settles(UnpublishFirmware)
def publication_ended(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """L04."""
    intent = calls.intent_of(call)
    if isinstance(intent, UnpublishFirmware):
        publications.unpublished(call.station, intent.checksum, outcome)
